import type { PlantedBug } from '../driver/planted-bug.ts';

export const conversationNotFenced: PlantedBug = {
  name: 'conversation-not-fenced',
  breaks: 'A container that was left behind saves nothing over the work of its successor.',
  shows: /stale|lower fence/u,
  patches: [
    {
      file: 'packages/testkit/src/fakes/memory-conversation-store.ts',
      find: 'if (kept.fence > fence) return null;',
      replace: '',
    },
  ],
  inAdapter: {
    suite: 'packages/testkit/src/contracts/conversation-store-contract.ts',
    test: 'refuses a lower fence, and keeps nothing of what it tried to save',
  },
};
