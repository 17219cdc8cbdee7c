import * as z from 'zod/mini';

/** What EventBridge Scheduler hands to the heartbeat function. `scheduledAt` is the tick's identity: a repeat has the same. */
export const scheduleTickSchema = z.strictObject({
  v: z.literal(1),
  /** `heartbeat`: look whether a proactive check is due. `sweep`: ring the lanes that nobody works on. */
  kind: z.enum(['heartbeat', 'sweep']),
  scheduledAt: z.iso.datetime(),
});
export type ScheduleTick = z.infer<typeof scheduleTickSchema>;
