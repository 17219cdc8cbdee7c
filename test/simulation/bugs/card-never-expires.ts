import type { PlantedBug } from '../driver/planted-bug.ts';

export const cardNeverExpires: PlantedBug = {
  name: 'card-never-expires',
  breaks: 'A card asks for half an hour: a later press allows nothing.',
  shows: /was deleted without consent/u,
  patches: [
    {
      file: 'packages/core/src/menus.ts',
      find: `return isOver ? { kind: 'expired', card: shown } : { kind`,
      replace: `return { kind`,
    },
  ],
};
