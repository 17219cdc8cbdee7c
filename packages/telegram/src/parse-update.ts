import { draftStopSchema, membershipSchema, messageSchema, pressSchema, updateSchema } from './update-schema.ts';
import type { TelegramDraftStop, TelegramMembership, TelegramMessage, TelegramPress } from './update-schema.ts';

type IgnoredReason = 'other_kind' | 'unusable_message' | 'unusable_press' | 'unusable_membership' | 'unusable_stop';

export type ParsedUpdate =
  | { readonly kind: 'message' | 'edited_message'; readonly updateId: number; readonly message: TelegramMessage }
  | { readonly kind: 'callback_query'; readonly updateId: number; readonly press: TelegramPress }
  | { readonly kind: 'my_chat_member'; readonly updateId: number; readonly membership: TelegramMembership }
  | { readonly kind: 'stopped_message_generation'; readonly updateId: number; readonly stopped: TelegramDraftStop }
  /** Authentic and numbered, but nothing that we answer: service messages, polls, odd shapes, kinds of tomorrow. */
  | { readonly kind: 'ignored'; readonly updateId: number; readonly reason: IgnoredReason }
  /** No usable update id: it can neither be deduplicated nor ordered. */
  | { readonly kind: 'unusable' };

/** Reads one Bot API update. Never throws; unknown fields and kinds are not an error. */
export const parseUpdate = (raw: unknown): ParsedUpdate => {
  const update = updateSchema.safeParse(raw);
  if (!update.success) return { kind: 'unusable' };
  const { update_id: updateId } = update.data;
  // Own keys only: `{"constructor": …}` must not stand for a message.
  const has = (kind: string): boolean => Object.hasOwn(raw as object, kind);
  for (const kind of ['message', 'edited_message'] as const) {
    if (!has(kind)) continue;
    const message = messageSchema.safeParse(update.data[kind]);
    return message.success
      ? { kind, updateId, message: message.data }
      : { kind: 'ignored', updateId, reason: 'unusable_message' };
  }
  if (has('my_chat_member')) {
    const membership = membershipSchema.safeParse(update.data.my_chat_member);
    return membership.success
      ? { kind: 'my_chat_member', updateId, membership: membership.data }
      : { kind: 'ignored', updateId, reason: 'unusable_membership' };
  }
  if (has('stopped_message_generation')) {
    const stopped = draftStopSchema.safeParse(update.data.stopped_message_generation);
    return stopped.success
      ? { kind: 'stopped_message_generation', updateId, stopped: stopped.data }
      : { kind: 'ignored', updateId, reason: 'unusable_stop' };
  }
  if (!has('callback_query')) return { kind: 'ignored', updateId, reason: 'other_kind' };
  const press = pressSchema.safeParse(update.data.callback_query);
  return press.success
    ? { kind: 'callback_query', updateId, press: press.data }
    : { kind: 'ignored', updateId, reason: 'unusable_press' };
};
