import type { Brand, LaneAddress } from '../ids.ts';

export type SendOutcome =
  | { readonly kind: 'sent'; readonly messageId: number }
  /** Refused for good: blocked, no such chat or topic. Trying again is useless; the owner can do something about it. */
  | { readonly kind: 'undeliverable'; readonly reason: string }
  /** Slow down: no call to this chat for this long. */
  | { readonly kind: 'wait'; readonly retryAfterMs: number }
  /** Nobody knows whether it arrived (timeout, cut connection, 5xx after the request was written). */
  | { readonly kind: 'in_doubt' };

export type EditOutcome =
  | { readonly kind: 'edited' }
  /** The message is gone (the user deleted it): send a fresh one. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'undeliverable'; readonly reason: string }
  | { readonly kind: 'wait'; readonly retryAfterMs: number }
  | { readonly kind: 'in_doubt' };

/** One message that fits the channel's limits, in the channel's own form. */
export type RenderedPart = Brand<object, 'RenderedPart'>;

/** Speaks to one channel. Only addresses that passed the access check reach it. */
export interface Messenger {
  send(
    to: LaneAddress,
    part: RenderedPart,
    options?: { readonly silent?: boolean; readonly replyToMessageId?: number },
  ): Promise<SendOutcome>;
  /** Repeating an edit is safe: "not modified" counts as edited. */
  edit(to: LaneAddress, messageId: number, part: RenderedPart): Promise<EditOutcome>;
  remove(to: LaneAddress, messageId: number): Promise<void>;
  /** Best effort; lasts about 5 seconds. */
  typing(to: LaneAddress): Promise<void>;
}

/** Turns the model's Markdown into messages. Pure. */
export interface ReplyRenderer {
  /** All parts of a finished reply, in order. Empty for an empty reply. */
  final(markdown: string): readonly RenderedPart[];
  /** One part that shows an unfinished reply. */
  preview(markdown: string): RenderedPart;
}
