import * as z from 'zod/mini';

/** What EventBridge Scheduler hands to the heartbeat function. `scheduledAt` is the tick's identity: a repeat has the same. */
export const heartbeatTickSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('heartbeat'),
  scheduledAt: z.iso.datetime(),
});
export type HeartbeatTick = z.infer<typeof heartbeatTickSchema>;
