import type { PlantedBug } from '../driver/planted-bug.ts';

export const accessNotAskedAtSend: PlantedBug = {
  name: 'access-not-asked-at-send',
  breaks: 'Every outbound chat is checked against the access list at the moment of the call.',
  shows: /where it may not/u,
  patches: [
    {
      file: 'packages/agent-runner/src/delivery/chat.ts',
      find: 'to.account === botId && mayReceive(to, access);',
      replace: 'to.account === botId;',
    },
  ],
};
