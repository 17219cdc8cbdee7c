import type { PlantedBug } from '../driver/planted-bug.ts';

export const steeredAnsweredTwice: PlantedBug = {
  name: 'steered-answered-twice',
  breaks: 'What the running turn has read leaves the inbox with it: else it is answered once more.',
  shows: / twice, and nothing| times$/u,
  patches: [
    {
      file: 'packages/agent-runner/src/turn/end-turn.ts',
      find: 'const worked = new Set([...turn.taken, ...ending.consumed]);',
      replace: 'const worked = new Set(turn.taken);',
    },
  ],
};
