import type { PlantedBug } from '../driver/planted-bug.ts';

export const parkedInSilence: PlantedBug = {
  name: 'parked-in-silence',
  breaks: 'Who wrote what was put aside is told so.',
  shows: /nobody was told/u,
  patches: [
    {
      file: 'packages/agent-runner/src/park-turn.ts',
      find: `const result = await tellFailure(outbox, renderer, turn, markdown, said);
  if (result.kind !== 'answered') return result;
`,
      replace: ``,
    },
  ],
};
