import * as z from 'zod';

const ids = { laneId: z.string().min(1), turnId: z.string().min(1), fence: z.number().int().positive() };

const turnMessageSchema = z.strictObject({
  id: z.string().min(1),
  sentAtEpochS: z.number().int(),
  sequence: z.number().int(),
  sender: z.strictObject({ id: z.string(), name: z.string() }),
  text: z.string(),
  attachments: z
    .array(
      z.strictObject({
        kind: z.enum(['photo', 'document', 'voice', 'audio', 'video', 'video_note', 'animation', 'sticker']),
        fileId: z.string(),
        name: z.string().optional(),
        mimeType: z.string().optional(),
        sizeBytes: z.number().optional(),
      }),
    )
    .optional(),
  replyTo: z
    .strictObject({ senderName: z.string().optional(), text: z.string(), quote: z.string().optional() })
    .optional(),
  forwardedFrom: z.string().optional(),
});

/** What agent-runner asks of the container: the body of `POST /invocations`. */
export const runtimeRequestSchema = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('turn'),
    ...ids,
    conversationId: z.string().min(1),
    kind: z.enum(['message', 'heartbeat']),
    afterSeq: z.number().int().nonnegative(),
    mayStart: z.boolean(),
    privateLane: z.boolean(),
    messages: z.array(turnMessageSchema),
  }),
  z.strictObject({ op: z.literal('steer'), ...ids, messages: z.array(turnMessageSchema).min(1) }),
  z.strictObject({ op: z.literal('stop'), ...ids }),
  z.strictObject({ op: z.literal('warm') }),
]);
export type RuntimeRequest = z.infer<typeof runtimeRequestSchema>;

/** The JSON answer to `steer`, `stop` and `warm`. */
export const runtimeAnswerSchema = z.looseObject({ accepted: z.boolean() });
export type RuntimeAnswer = z.infer<typeof runtimeAnswerSchema>;
