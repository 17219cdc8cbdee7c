import type { PlantedBug } from '../driver/planted-bug.ts';

export const anybodyConsents: PlantedBug = {
  name: 'anybody-consents',
  breaks: 'A card counts for whoever is asked: what somebody else presses allows nothing.',
  shows: /was deleted without consent/u,
  patches: [
    {
      file: 'packages/core/src/menus.ts',
      find: `if (shown.userId !== userId) return { kind: 'foreign' };`,
      replace: '',
    },
  ],
};
