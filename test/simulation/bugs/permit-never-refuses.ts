import type { PlantedBug } from '../driver/planted-bug.ts';

export const permitNeverRefuses: PlantedBug = {
  name: 'permit-never-refuses',
  breaks: 'Every call to the channel asks whether the lease still stands: a frozen leg that wakes up stays silent.',
  shows: /^zombie/u,
  patches: [
    {
      file: 'packages/agent-runner/src/leg/lease-keeper.ts',
      find: 'keeper.maySend() && !over.aborted ? keeper.remainingMs() + CALL_AFTER_LEASE_MS : null;',
      replace: '60_000;',
    },
  ],
};
