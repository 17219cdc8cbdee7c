import type { PlantedBug } from '../driver/planted-bug.ts';

export const ackBeforeAppend: PlantedBug = {
  name: 'ack-before-append',
  breaks: 'Telegram is told 200 only when the message is kept: a refused write loses it.',
  shows: /was lost/u,
  patches: [
    {
      file: 'packages/tg-ingest/src/ingest-update.ts',
      find: 'const appended = await mailbox.append({ laneId, entry, nowMs: clock.now() });',
      replace: `const appended = { kind: 'appended' };
  void mailbox.append({ laneId, entry, nowMs: clock.now() }).catch(() => undefined);`,
    },
  ],
};
