import * as z from 'zod';

/** The body of a queue message: "make progress on this lane". It carries no content. */
export const wakeSchema = z.strictObject({ v: z.literal(1), laneId: z.string().min(1).max(128) });
export type Wake = z.infer<typeof wakeSchema>;
