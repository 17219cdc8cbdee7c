import type { PlantedBug } from '../driver/planted-bug.ts';

export const duplicateDoesNotRing: PlantedBug = {
  name: 'duplicate-does-not-ring',
  breaks: 'A duplicate update rings too: the first delivery may have died between the append and the ring.',
  shows: /^not drained/u,
  patches: [
    {
      file: 'packages/tg-ingest/src/ingest-update.ts',
      find: `if (appended.kind === 'full') return { kind: 'full', updateId, laneId };`,
      replace: `if (appended.kind === 'full') return { kind: 'full', updateId, laneId };
  if (appended.kind === 'duplicate') return outcome;`,
    },
  ],
};
