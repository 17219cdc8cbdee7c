import type { PlantedBug } from '../driver/planted-bug.ts';

export const noSkewMargin: PlantedBug = {
  name: 'no-skew-margin',
  breaks: 'Two clocks a few seconds apart never both see the lease as their own.',
  shows: /^zombie/u,
  patches: [
    {
      file: 'packages/testkit/src/fakes/memory-lane-store.ts',
      find: 'held.expiresAtMs + LEASE_SKEW_MARGIN_MS >= nowMs',
      replace: 'held.expiresAtMs >= nowMs',
    },
  ],
  inAdapter: {
    suite: 'packages/testkit/src/contracts/lease-contract.ts',
    test: 'lets nobody in within the skew margin after the end, and the next one in after it',
  },
};
