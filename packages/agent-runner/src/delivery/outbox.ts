import type { Clock, Log, Metrics, SendOptions, Undeliverable } from '@agent-claw/core';
import type { Chat, Silence } from './chat.ts';
import type { LeaseKeeper } from '../leg/lease-keeper.ts';
import type { Ledger } from './ledger.ts';

export interface Outbox {
  readonly chat: Chat;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly keeper: LeaseKeeper;
  readonly ledger: Ledger;
  /** In a group: the message that the answer belongs to, and quotes. */
  readonly quoted?: number;
}

/** Makes a message quote what it answers, where others talk in between. */
export const quoting = ({ quoted }: Outbox): SendOptions => (quoted === undefined ? {} : { replyToMessageId: quoted });

export type Delivery =
  /** Without an id nobody knows whether it arrived, and two tries are all that it gets. */
  | { readonly kind: 'delivered'; readonly messageId?: number }
  | Undeliverable
  /** Telegram wants a longer pause than a leg sits out. */
  | { readonly kind: 'wait'; readonly retryAfterMs: number }
  | Silence;
