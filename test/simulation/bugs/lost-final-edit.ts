import type { PlantedBug } from '../driver/planted-bug.ts';

export const lostFinalEdit: PlantedBug = {
  name: 'lost-final-edit',
  breaks: 'The last edit of an answer is repeated until it is confirmed: else a half draft stays for ever.',
  shows: /stays behind|was lost/u,
  patches: [
    {
      file: 'packages/agent-runner/src/delivery/send-part.ts',
      find: `if (outcome.kind === 'edited') return`,
      replace: `if (outcome.kind === 'edited' || outcome.kind === 'in_doubt') return`,
    },
  ],
};
