import type { PlantedBug } from '../driver/planted-bug.ts';

export const decisionAsAside: PlantedBug = {
  name: 'decision-as-aside',
  breaks: 'A decision about a call waits for a turn of its own: dealt with beside the running one it would be gone.',
  shows: /^the decision .* was lost/u,
  patches: [
    {
      file: 'packages/core/src/next-turn.ts',
      find: 'isAside(entry) && decisionOf(lane, entry, nowMs) === null',
      replace: 'isAside(entry)',
    },
  ],
};
