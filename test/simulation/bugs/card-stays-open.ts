import type { PlantedBug } from '../driver/planted-bug.ts';

export const cardStaysOpen: PlantedBug = {
  name: 'card-stays-open',
  breaks: 'The write that begins the turn of a decision takes the card: a second press begins no second turn.',
  shows: /^the answer to the decision .* (?:twice|times)|was deleted by/u,
  patches: [
    {
      file: 'packages/agent-runner/src/turn/run-turn.ts',
      find: 'kept(turn, session), change)',
      replace: 'kept(turn, session))',
    },
  ],
};
