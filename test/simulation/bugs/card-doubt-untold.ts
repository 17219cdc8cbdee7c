import type { PlantedBug } from '../driver/planted-bug.ts';

export const cardDoubtUntold: PlantedBug = {
  name: 'card-doubt-untold',
  breaks: 'When nobody knows whether a card has arrived, the chat is told so.',
  shows: /was lost|^nobody was asked/u,
  patches: [
    {
      file: 'packages/agent-runner/src/turn/ask-consent.ts',
      find: `sent.kind === 'delivered' && sent.messageId === undefined ? tellDoubt(outbox, deps.renderer) : sent;`,
      replace: 'sent;',
    },
  ],
};
