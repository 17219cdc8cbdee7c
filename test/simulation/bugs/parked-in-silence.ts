import type { PlantedBug } from '../driver/planted-bug.ts';

export const parkedInSilence: PlantedBug = {
  name: 'parked-in-silence',
  breaks: 'Who wrote what was put aside is told so.',
  shows: /nobody was told/u,
  patches: [
    {
      file: 'packages/agent-runner/src/turn/park-turn.ts',
      find: `const told = await say(outbox, renderer, turn, words, 'fp');`,
      replace: `const told = await Promise.resolve({ kind: 'answered', words } as const);`,
    },
  ],
};
