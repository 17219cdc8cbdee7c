import type { PlantedBug } from '../driver/planted-bug.ts';

export const savedTurnNotLookedUp: PlantedBug = {
  name: 'saved-turn-not-looked-up',
  breaks: 'A turn that was finished and saved is told again and never run again.',
  shows: /again/u,
  patches: [
    {
      file: 'agent-container/src/turn-table.ts',
      find: 'opened.conversation.turns.find((turn) => turn.turnId === call.turnId)',
      replace: 'opened.conversation.turns.find(() => false)',
    },
  ],
};
