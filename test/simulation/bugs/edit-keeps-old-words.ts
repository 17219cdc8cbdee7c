import type { PlantedBug } from '../driver/planted-bug.ts';

export const editKeepsOldWords: PlantedBug = {
  name: 'edit-keeps-old-words',
  breaks: 'A message that is edited while it waits is answered in its new words.',
  shows: /in its old words/u,
  patches: [
    {
      file: 'packages/testkit/src/fakes/memory-mailbox.ts',
      find: `const amended = { ...entry, id, sequence, sentAtEpochS, editSequence: entry.sequence };`,
      replace: `const amended = { ...waiting, editSequence: entry.sequence };`,
    },
  ],
  inAdapter: {
    suite: 'packages/testkit/src/contracts/mailbox-contract.ts',
    test: 'gives a waiting message the words of its edit, and keeps its id and its place',
  },
};
