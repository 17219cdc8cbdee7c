import { messageSchema, updateSchema } from './update-schema.ts';
import type { TelegramMessage } from './update-schema.ts';

export type ParsedUpdate =
  | { readonly kind: 'message' | 'edited_message'; readonly updateId: number; readonly message: TelegramMessage }
  /** Authentic and numbered, but nothing that we answer: service messages, polls, odd shapes, kinds of tomorrow. */
  | { readonly kind: 'ignored'; readonly updateId: number; readonly reason: 'other_kind' | 'unusable_message' }
  /** No usable update id: it can neither be deduplicated nor ordered. */
  | { readonly kind: 'unusable' };

/** Reads one Bot API update. Never throws; unknown fields and kinds are not an error. */
export const parseUpdate = (raw: unknown): ParsedUpdate => {
  const update = updateSchema.safeParse(raw);
  if (!update.success) return { kind: 'unusable' };
  const { update_id: updateId } = update.data;
  for (const kind of ['message', 'edited_message'] as const) {
    // Own keys only: `{"constructor": …}` must not stand for a message.
    if (!Object.hasOwn(raw as object, kind)) continue;
    const message = messageSchema.safeParse(update.data[kind]);
    return message.success
      ? { kind, updateId, message: message.data }
      : { kind: 'ignored', updateId, reason: 'unusable_message' };
  }
  return { kind: 'ignored', updateId, reason: 'other_kind' };
};
