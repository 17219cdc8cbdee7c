import type { PlantedBug } from '../driver/planted-bug.ts';

export const thirdCopy: PlantedBug = {
  name: 'third-copy',
  breaks: 'A part is tried twice at most, and the second try says so.',
  shows: / twice, and nothing| times$/u,
  patches: [
    {
      file: 'packages/agent-runner/src/delivery/send-part.ts',
      find: `const isSecond = ledger.get(key)?.state === 'sending';`,
      replace: 'const isSecond = false;',
    },
  ],
};
