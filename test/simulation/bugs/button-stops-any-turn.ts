import type { PlantedBug } from '../driver/planted-bug.ts';

export const buttonStopsAnyTurn: PlantedBug = {
  name: 'button-stops-any-turn',
  breaks: 'A stop button ends the turn that it names: one pressed late does not end the next turn.',
  shows: /was lost/u,
  patches: [
    {
      file: 'packages/core/src/next-turn.ts',
      find: `all.filter(({ stopsTurn = turn.id }) => stopsTurn === turn.id)`,
      replace: `all`,
    },
  ],
};
