import * as z from 'zod/mini';
import { mediaFileFields } from './media-file.ts';

const outgoingFileSchema = z.object({
  ...mediaFileFields,
  kind: z.enum(['photo', 'video', 'audio', 'voice', 'document']),
  name: z.string(),
  caption: z.optional(z.string()),
  durationS: z.optional(z.number()),
  album: z.optional(z.int()),
});

const seq = z.int().check(z.nonnegative());

/** One `data:` line of the container's answer to a `turn`. The stream is over after `done`, `failed` or `refused`. */
export const turnEventSchema = z.discriminatedUnion('type', [
  z.object({ seq, type: z.literal('text'), delta: z.string() }),
  z.object({
    seq,
    type: z.literal('tool_started'),
    name: z.string(),
    summary: z.string(),
    /** Absent from a container of an earlier deployment. */
    startedAtMs: z.optional(z.number()),
  }),
  z.object({ seq, type: z.literal('tool_finished'), name: z.string(), ok: z.boolean() }),
  z.object({
    seq,
    type: z.literal('usage'),
    inputTokens: z.number(),
    outputTokens: z.number(),
    costUsd: z.optional(z.number()),
  }),
  z.object({
    seq,
    type: z.literal('done'),
    reply: z.string(),
    consumed: z.array(z.string()),
    ending: z.enum(['complete', 'stopped', 'limit', 'waiting']),
    ask: z.optional(z.object({ rule: z.string(), tool: z.string(), input: z.string() })),
    files: z.optional(z.array(outgoingFileSchema).check(z.maxLength(20))),
  }),
  z.object({ seq, type: z.literal('failed'), code: z.string(), message: z.string(), retryable: z.boolean() }),
  z.object({ seq, type: z.literal('refused'), reason: z.enum(['stale_fence', 'unknown_turn']) }),
]);
export type WireTurnEvent = z.infer<typeof turnEventSchema>;
