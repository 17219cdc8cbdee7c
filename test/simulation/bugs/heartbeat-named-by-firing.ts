import type { PlantedBug } from '../driver/planted-bug.ts';

export const heartbeatNamedByFiring: PlantedBug = {
  name: 'heartbeat-named-by-firing',
  breaks: 'A tick is named by its scheduled minute: one that fires twice is one heartbeat.',
  shows: /heartbeat/u,
  patches: [
    {
      file: 'packages/heartbeat/src/send-heartbeat.ts',
      find: 'entry: heartbeatEntry(scheduledAtMs)',
      replace: 'entry: heartbeatEntry(nowMs)',
    },
  ],
};
