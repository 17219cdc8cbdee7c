import type { PlantedBug } from '../driver/planted-bug.ts';

export const appendNotRepeatable: PlantedBug = {
  name: 'append-not-repeatable',
  breaks: 'A line whose write may have arrived is not added a second time.',
  shows: /^memory doubled/u,
  patches: [
    {
      file: 'agent-container/src/tools/workspace-tools.ts',
      find: 'lines.every((line) => known.has(line.trim())) ? [] : lines',
      replace: 'known.size < 0 ? [] : lines',
    },
  ],
};
