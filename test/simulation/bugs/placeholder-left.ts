import type { PlantedBug } from '../driver/planted-bug.ts';

export const placeholderLeft: PlantedBug = {
  name: 'placeholder-left',
  breaks: 'A slow answer comes as a fresh message, and its placeholder goes.',
  shows: /stays behind/u,
  patches: [
    {
      file: 'packages/agent-runner/src/delivery/deliver-reply.ts',
      find: '(reply.keepsDraft === true ? null : await tidyPlaceholder(outbox, kept)) ?? opening',
      replace: 'opening',
    },
  ],
};
