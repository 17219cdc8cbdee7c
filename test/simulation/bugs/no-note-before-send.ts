import type { PlantedBug } from '../driver/planted-bug.ts';

export const noNoteBeforeSend: PlantedBug = {
  name: 'no-note-before-send',
  breaks:
    'A part is noted before it is sent: after a crash nobody knows that it may be out, and it is sent again unmarked.',
  shows: / twice, and nothing| times$/u,
  patches: [
    {
      file: 'packages/agent-runner/src/delivery/send-part.ts',
      find: `if (!(await ledger.note(key, { state: isSecond ? 'in_doubt' : 'sending' }))) return { kind: 'lease_lost' };`,
      replace: '',
    },
  ],
};
