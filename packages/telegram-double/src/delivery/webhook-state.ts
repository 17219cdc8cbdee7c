/** What setWebhook left behind, and what became of deliveries. */
export interface WebhookState {
  readonly url: string;
  readonly secretToken: string;
  readonly maxConnections: number;
  /** Undefined: Telegram's default kinds. Outlives deleteWebhook, and getUpdates changes it too. */
  readonly allowedUpdates?: readonly string[];
  readonly ipAddress?: string;
  readonly setAtMs: number;
  readonly lastErrorDateS?: number;
  readonly lastErrorMessage?: string;
  /** Since when the address has answered 410 without a pause. */
  readonly goneSinceMs?: number;
}

export const noWebhook: WebhookState = { url: '', secretToken: '', maxConnections: 40, setAtMs: 0 };

/** Kinds that a bot gets only when it asks. */
const onlyOnRequest = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);

export const updateKinds = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
  'guest_message',
  'message_reaction',
  'message_reaction_count',
  'inline_query',
  'chosen_inline_result',
  'callback_query',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
  'poll',
  'poll_answer',
  'my_chat_member',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
  'managed_bot',
  'stopped_message_generation',
];

export const wants = (state: WebhookState, kind: string): boolean =>
  state.allowedUpdates === undefined ? !onlyOnRequest.has(kind) : state.allowedUpdates.includes(kind);

/** The mask a call asks for: unknown kinds are ignored; an empty list, or one of none but unknown kinds, means the default. */
export const allowedUpdatesOf = (list: unknown): readonly string[] | undefined => {
  if (!Array.isArray(list)) return undefined;
  const known = updateKinds.filter((kind) => list.some((one) => String(one).toLowerCase() === kind));
  return known.length === 0 ? undefined : known;
};
