import type { PlantedBug } from '../driver/planted-bug.ts';

export const consentNotKept: PlantedBug = {
  name: 'consent-not-kept',
  breaks: 'The lane keeps the decision with its turn: a leg that starts the turn again goes on with it.',
  shows: /^the decision .* was lost/u,
  patches: [
    {
      file: 'packages/agent-runner/src/turn/run-turn.ts',
      find: 'saveTurn(keeper.lease, turn, kept(',
      replace: 'saveTurn(keeper.lease, { ...turn, consent: undefined }, kept(',
    },
  ],
};
