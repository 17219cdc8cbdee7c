import type { PlantedBug } from '../driver/planted-bug.ts';

export const crashesNeverPark: PlantedBug = {
  name: 'crashes-never-park',
  breaks: 'What crashes its leg again and again is put aside, so that the lane goes on.',
  shows: /^not drained/u,
  patches: [
    {
      file: 'packages/agent-runner/src/run-leg.ts',
      find: 'const isPoisoned = keeper.lane().crashes >= MAX_ATTEMPTS;',
      replace: 'const isPoisoned = false;',
    },
  ],
};
