import type { EntryId, Lane } from '@agent-claw/core';
import type { Delivery } from './outbox.ts';

/** What a leg made of a turn. */
export type TurnResult =
  | {
      readonly kind: 'answered';
      readonly answered: readonly EntryId[];
      readonly newConversation?: boolean;
      readonly parked?: NonNullable<Lane['parked']>;
      readonly usage?: NonNullable<Lane['usage']>;
      readonly requeued?: Lane['inbox'];
      readonly lastMessageId?: NonNullable<Lane['lastMessageId']>;
    }
  | { readonly kind: 'lease_lost' }
  /** The channel wants silence for so long. */
  | { readonly kind: 'wait'; readonly retryAfterMs: number }
  /** The agent is out of reach since then: try again later. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly sinceMs: number }
  /** The leg's time is up and the turn goes on: the next wake attaches. */
  | { readonly kind: 'unfinished' };

/** A reply that cannot be delivered is over all the same: trying again would end the same way. It has been counted. */
export const resultOf = (delivery: Delivery, answered: readonly EntryId[]): TurnResult => {
  switch (delivery.kind) {
    case 'delivered':
    case 'undeliverable':
      return { kind: 'answered', answered: [...new Set(answered)] };
    case 'lease_lost':
    case 'unfinished':
    case 'wait':
      return delivery;
  }
};
