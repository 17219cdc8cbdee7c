import type { PlantedBug } from '../driver/planted-bug.ts';

export const highWaterMark: PlantedBug = {
  name: 'high-water-mark',
  breaks: 'Accepted ids are remembered one by one: an older update that comes after a newer one is no duplicate.',
  shows: /was lost/u,
  patches: [
    {
      file: 'packages/testkit/src/fakes/memory-mailbox.ts',
      find: 'record.seen.has(entry.id)',
      replace:
        '[...record.seen].some((id) => id.charAt(0) === entry.id.charAt(0) && Number(id.slice(1)) >= Number(entry.id.slice(1)))',
    },
  ],
  inAdapter: {
    suite: 'packages/testkit/src/contracts/mailbox-contract.ts',
    test: 'accepts an older update after newer ones',
  },
};
