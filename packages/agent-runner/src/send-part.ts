import { RetryableError } from '@agent-claw/core';
import type { Clock, LaneAddress, Log, Messenger, Metrics, RenderedPart } from '@agent-claw/core';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Ledger } from './ledger.ts';
import { LONGEST_WAIT_MS } from './limits.ts';

export interface Outbox {
  readonly messenger: Messenger;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly keeper: LeaseKeeper;
  readonly ledger: Ledger;
  readonly to: LaneAddress;
}

export type Delivery =
  | { readonly kind: 'delivered'; readonly messageId?: number }
  | { readonly kind: 'undeliverable'; readonly reason: string }
  | { readonly kind: 'lease_lost' }
  /** Telegram wants a longer pause than a leg sits out. */
  | { readonly kind: 'wait'; readonly retryAfterMs: number };

export interface SendOptions {
  readonly silent?: boolean;
  readonly replyToMessageId?: number;
}

const LOST: Delivery = { kind: 'lease_lost' };

/**
 * Sends one part of a reply, once as far as anybody can know. The ledger is written before and after the call. A part
 * that may have arrived is sent exactly once more, marked `in_doubt`: a doubled line is better than a missing one.
 */
export const sendPart = async (
  outbox: Outbox,
  key: string,
  part: RenderedPart,
  options: SendOptions,
): Promise<Delivery> => {
  const { ledger, keeper, messenger, clock, log, metrics } = outbox;
  const noted = ledger.get(key);
  if (noted?.state === 'sent' || noted?.state === 'in_doubt')
    return { kind: 'delivered', ...(noted.messageId === undefined ? {} : { messageId: noted.messageId }) };
  const state = noted?.state === 'sending' ? 'in_doubt' : 'sending';
  if (state === 'in_doubt') metrics.count('reply_in_doubt');
  if (!(await ledger.note(key, { state }))) return LOST;

  for (;;) {
    if (!keeper.maySend()) return LOST;
    const outcome = await messenger.send(outbox.to, part, options).catch(async (error: unknown) => {
      if (error instanceof RetryableError && state === 'sending') await ledger.note(key, { state: 'not_sent' });
      throw error;
    });
    switch (outcome.kind) {
      case 'sent':
        // Written even if the lease has just ended: the write then fails by itself and the next leg sees `sending`.
        return (await ledger.note(key, {
          state: state === 'sending' ? 'sent' : 'in_doubt',
          messageId: outcome.messageId,
        }))
          ? { kind: 'delivered', messageId: outcome.messageId }
          : LOST;
      case 'undeliverable':
        log.warn('reply_undeliverable', { part: key });
        metrics.count('reply_undeliverable');
        return outcome;
      case 'wait':
        if (outcome.retryAfterMs > LONGEST_WAIT_MS) {
          if (state === 'sending' && !(await ledger.note(key, { state: 'not_sent' }))) return LOST;
          return outcome;
        }
        await clock.sleep(outcome.retryAfterMs, keeper.lost);
        break;
      case 'in_doubt':
        if (state === 'in_doubt') return { kind: 'delivered' };
        return sendPart(outbox, key, part, options);
    }
  }
};

/** How often a final edit is repeated when nobody knows whether it arrived; repeating it is safe. */
const EDIT_ATTEMPTS = 3;

/** Turns the placeholder into the first part. `gone` when the user deleted it. */
export const editPlaceholder = async (
  outbox: Outbox,
  messageId: number,
  part: RenderedPart,
): Promise<Delivery | { readonly kind: 'gone' }> => {
  for (let attempt = 1; ; attempt += 1) {
    if (!outbox.keeper.maySend()) return LOST;
    const outcome = await outbox.messenger.edit(outbox.to, messageId, part);
    switch (outcome.kind) {
      case 'edited':
        return { kind: 'delivered', messageId };
      case 'gone':
      case 'undeliverable':
        return outcome;
      case 'wait':
        if (outcome.retryAfterMs > LONGEST_WAIT_MS) return outcome;
        await outbox.clock.sleep(outcome.retryAfterMs, outbox.keeper.lost);
        break;
      case 'in_doubt':
        if (attempt >= EDIT_ATTEMPTS) throw new RetryableError('Telegram did not confirm the final edit of a reply.');
        await outbox.clock.sleep(500 * attempt, outbox.keeper.lost);
        break;
    }
  }
};
