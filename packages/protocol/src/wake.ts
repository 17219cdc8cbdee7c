import * as z from 'zod/mini';

/** The body of a queue message: "make progress on this lane". It carries no content. */
export const wakeSchema = z.strictObject({
  v: z.literal(1),
  laneId: z.string().check(z.minLength(1), z.maxLength(128)),
});
export type Wake = z.infer<typeof wakeSchema>;
