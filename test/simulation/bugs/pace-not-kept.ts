import type { PlantedBug } from '../driver/planted-bug.ts';

export const paceNotKept: PlantedBug = {
  name: 'pace-not-kept',
  breaks:
    'What shows something in a chat keeps its distance, whoever asks for it: else Telegram bans the chat for a while.',
  shows: / ms after the one before$/u,
  patches: [
    {
      file: 'packages/agent-runner/src/delivery/chat.ts',
      find: 'await pace.take(over);',
      replace: '',
    },
  ],
};
