import type { PlantedBug } from '../driver/planted-bug.ts';

export const blindSendRetry: PlantedBug = {
  name: 'blind-send-retry',
  breaks:
    'A send whose answer was lost is repeated only with a note of the doubt: else a second copy is unmarked, and a third one comes.',
  shows: / twice, and nothing| times$/u,
  patches: [
    {
      file: 'packages/agent-runner/src/delivery/chat.ts',
      find: 'const outcome = await paced((to) => messenger.send(to, part, to === home ? options : rest, permit));',
      replace: `const outcome = await paced(async (to) => {
        const first = await messenger.send(to, part, to === home ? options : rest, permit);
        return first.kind === 'in_doubt' ? messenger.send(to, part, to === home ? options : rest, permit) : first;
      });`,
    },
  ],
};
