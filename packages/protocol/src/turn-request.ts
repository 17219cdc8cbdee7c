import * as z from 'zod/mini';

const filled = z.string().check(z.minLength(1));
const ids = { laneId: filled, turnId: filled, fence: z.int().check(z.positive()) };

const turnMessageSchema = z.strictObject({
  id: filled,
  sentAtEpochS: z.int(),
  sequence: z.int(),
  sender: z.strictObject({ id: z.string(), name: z.string() }),
  text: z.string(),
  attachments: z.optional(
    z.array(
      z.strictObject({
        kind: z.enum(['photo', 'document', 'voice', 'audio', 'video', 'video_note', 'animation', 'sticker']),
        fileId: z.string(),
        name: z.optional(z.string()),
        mimeType: z.optional(z.string()),
        sizeBytes: z.optional(z.number()),
      }),
    ),
  ),
  replyTo: z.optional(
    z.strictObject({ senderName: z.optional(z.string()), text: z.string(), quote: z.optional(z.string()) }),
  ),
  forwardedFrom: z.optional(z.string()),
});

/** What agent-runner asks of the container: the body of `POST /invocations`. */
export const runtimeRequestSchema = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('turn'),
    ...ids,
    conversationId: filled,
    kind: z.enum(['message', 'heartbeat']),
    afterSeq: z.int().check(z.nonnegative()),
    mayStart: z.boolean(),
    privateLane: z.boolean(),
    model: z.optional(filled),
    messages: z.array(turnMessageSchema),
  }),
  z.strictObject({ op: z.literal('steer'), ...ids, messages: z.array(turnMessageSchema).check(z.minLength(1)) }),
  z.strictObject({ op: z.literal('stop'), ...ids }),
  z.strictObject({ op: z.literal('warm') }),
]);
export type RuntimeRequest = z.infer<typeof runtimeRequestSchema>;

/** The JSON answer to `steer`, `stop` and `warm`. */
export const runtimeAnswerSchema = z.looseObject({ accepted: z.boolean() });
export type RuntimeAnswer = z.infer<typeof runtimeAnswerSchema>;
