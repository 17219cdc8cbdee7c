import type { PlantedBug } from '../driver/planted-bug.ts';

export const stopReachesNewer: PlantedBug = {
  name: 'stop-reaches-newer',
  breaks: 'A stop ends what was accepted before it: messages that came after it are answered.',
  shows: /was lost/u,
  patches: [
    {
      file: 'packages/core/src/next-turn.ts',
      find: ' && entry.sequence <= stop.sequence : ',
      replace: ' : ',
    },
  ],
};
