import * as z from 'zod/mini';
import { mediaFileFields } from './media-file.ts';

const filled = z.string().check(z.minLength(1));
const ids = { laneId: filled, turnId: filled, fence: z.int().check(z.positive()) };

const mediaFileSchema = z.strictObject(mediaFileFields);

const attachmentsSchema = z.optional(
  z.array(
    z.strictObject({
      kind: z.enum(['photo', 'document', 'voice', 'audio', 'video', 'video_note', 'animation', 'sticker']),
      name: z.optional(z.string()),
      mimeType: z.optional(z.string()),
      sizeBytes: z.optional(z.number()),
      durationS: z.optional(z.number()),
      file: z.optional(mediaFileSchema),
      problem: z.optional(z.enum(['too_big', 'gone', 'unreachable', 'not_heard'])),
      detail: z.optional(z.string()),
      words: z.optional(z.string()),
    }),
  ),
);

const turnMessageSchema = z.strictObject({
  id: filled,
  sentAtEpochS: z.int(),
  sequence: z.int(),
  sender: z.strictObject({ id: z.string(), name: z.string() }),
  text: z.string(),
  attachments: attachmentsSchema,
  replyTo: z.optional(
    z.strictObject({
      senderName: z.optional(z.string()),
      text: z.string(),
      quote: z.optional(z.string()),
      isOwn: z.optional(z.literal(true)),
      attachments: attachmentsSchema,
    }),
  ),
  forwardedFrom: z.optional(z.string()),
});

const overheardSchema = z.strictObject({
  id: filled,
  sentAtEpochS: z.int(),
  sequence: z.int(),
  sender: z.strictObject({ id: z.string(), name: z.string() }),
  text: z.string(),
});

/** What agent-runner asks of the container: the body of `POST /invocations`. */
export const runtimeRequestSchema = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('turn'),
    ...ids,
    conversationId: filled,
    kind: z.enum(['message', 'heartbeat', 'undo', 'compact', 'export']),
    afterSeq: z.int().check(z.nonnegative()),
    mayStart: z.boolean(),
    privateLane: z.boolean(),
    model: z.optional(filled),
    messages: z.array(turnMessageSchema),
    overheard: z.optional(z.array(overheardSchema)),
    allowed: z.optional(z.array(filled)),
    consent: z.optional(z.strictObject({ of: filled, isAllowed: z.boolean() })),
  }),
  z.strictObject({ op: z.literal('steer'), ...ids, messages: z.array(turnMessageSchema).check(z.minLength(1)) }),
  z.strictObject({ op: z.literal('stop'), ...ids }),
  z.strictObject({ op: z.literal('transcribe'), laneId: filled, file: mediaFileSchema }),
  z.strictObject({ op: z.literal('warm') }),
]);
export type RuntimeRequest = z.infer<typeof runtimeRequestSchema>;

/** The JSON answer to `steer`, `stop` and `warm`. */
export const runtimeAnswerSchema = z.looseObject({ accepted: z.boolean() });
export type RuntimeAnswer = z.infer<typeof runtimeAnswerSchema>;

/** The JSON answer to `transcribe`. `working`: ask again. */
export const hearingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('heard'), text: z.string() }),
  z.object({ kind: z.literal('working') }),
  z.object({ kind: z.literal('not_heard'), detail: z.optional(z.string()) }),
]);
export type WireHearing = z.infer<typeof hearingSchema>;
