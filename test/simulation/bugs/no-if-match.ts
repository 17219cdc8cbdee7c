import type { PlantedBug } from '../driver/planted-bug.ts';

export const noIfMatch: PlantedBug = {
  name: 'no-if-match',
  breaks: 'A file is replaced only in the version that was read: else the line of another writer disappears.',
  shows: /^memory lost/u,
  patches: [
    {
      file: 'packages/testkit/src/fakes/memory-workspace-store.ts',
      find: 'current === condition.version',
      replace: 'true',
    },
  ],
  inAdapter: {
    suite: 'packages/testkit/src/contracts/workspace-store-contract.ts',
    test: 'replaces only the version that was read',
  },
};
