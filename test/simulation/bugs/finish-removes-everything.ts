import type { PlantedBug } from '../driver/planted-bug.ts';

export const finishRemovesEverything: PlantedBug = {
  name: 'finish-removes-everything',
  breaks: 'A finish removes what the turn has answered and nothing else: what came meanwhile would be lost.',
  shows: /was lost/u,
  patches: [
    {
      file: 'packages/testkit/src/fakes/memory-lane-store.ts',
      find: '.filter(([id]) => !answered.has(id))',
      replace: '.filter(([id]) => !answered.has(id) && false)',
    },
  ],
  inAdapter: {
    suite: 'packages/testkit/src/contracts/finish-contract.ts',
    test: 'removes exactly the answered entries and keeps the lease while more waits',
  },
};
