import type { PlantedBug } from '../driver/planted-bug.ts';

export const buttonReachesAll: PlantedBug = {
  name: 'button-reaches-all',
  breaks: 'A stop button drops nothing that waits: it is about its turn alone.',
  shows: /was lost/u,
  patches: [
    {
      file: 'packages/core/src/next-turn.ts',
      find: `: entry.id === stop.id;`,
      replace: `: entry.sequence <= stop.sequence;`,
    },
  ],
};
