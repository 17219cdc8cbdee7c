import type { PlantedBug } from '../driver/planted-bug.ts';

export const noFenceCheck: PlantedBug = {
  name: 'no-fence-check',
  breaks: 'Only the highest fence may write: a frozen leg that wakes up writes over the work of its successor.',
  shows: /^not drained|was lost| twice, and nothing| times$|^zombie/u,
  patches: [
    {
      file: 'packages/testkit/src/fakes/memory-lane-store.ts',
      find: 'return record?.lane.fence === lease.fence && record.lane.lease?.holder === lease.holder ? record : null;',
      replace: 'return record ?? null;',
    },
  ],
  inAdapter: {
    suite: 'packages/testkit/src/contracts/lease-contract.ts',
    test: 'refuses every write of a holder whose lease was taken over',
  },
};
