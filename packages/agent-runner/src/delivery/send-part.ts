import { PermanentError, RetryableError } from '@agent-claw/core';
import type { EditOptions, RenderedPart, SendOptions } from '@agent-claw/core';
import { findPart, findPressed } from './find-sent.ts';
import type { Delivery, Outbox } from './outbox.ts';
import { UNREACHABLE_RETRY_MS } from '../leg/limits.ts';
import { patiently } from './patiently.ts';

/**
 * Sends one part of a reply, once as far as anybody can know. A part that may have arrived is looked for; one that is not
 * found is sent once more by a later leg, marked `in_doubt`: a doubled line is better than a missing one, a third copy is
 * not, and a second try in the same moment would most likely meet the same trouble.
 */
export const sendPart = async (
  outbox: Outbox,
  key: string,
  part: RenderedPart,
  options: SendOptions,
  /** How many messages it makes. */
  messages = 1,
): Promise<Delivery> => {
  const noted = outbox.ledger.get(key);
  if (noted?.state === 'sent' || noted?.state === 'in_doubt') {
    if (noted.messageId !== undefined) return { kind: 'delivered', messageId: noted.messageId };
    const pressed = await findPressed(outbox, key);
    return pressed.kind === 'none' ? { kind: 'delivered' } : pressed;
  }
  const isSecond = noted?.state === 'sending';
  if (isSecond) {
    const found = await findPart(outbox, key, messages);
    if (found.kind !== 'none') return found;
  }
  const outcome = await patiently(outbox, () => trySend(outbox, key, part, options));
  if (outcome.kind !== 'in_doubt') return outcome;
  if (isSecond) return { kind: 'delivered' };
  const found = await findPart(outbox, key, messages);
  return found.kind === 'none' ? { kind: 'wait', retryAfterMs: UNREACHABLE_RETRY_MS } : found;
};

/** One try. The ledger is written before and after it; a try that surely sent nothing is taken back. */
export const trySend = async (
  outbox: Outbox,
  key: string,
  part: RenderedPart,
  options: SendOptions,
): Promise<Delivery | { readonly kind: 'in_doubt' }> => {
  const { ledger, chat, log, metrics } = outbox;
  // Before the note: a crash in the line would leave behind a part that may have arrived, and never was sent.
  const hindrance = await chat.free();
  if (hindrance !== null) return hindrance;
  const isSecond = ledger.get(key)?.state === 'sending';
  if (isSecond) metrics.count('reply_in_doubt');
  if (!(await ledger.note(key, { state: isSecond ? 'in_doubt' : 'sending' }))) return { kind: 'lease_lost' };
  const takeBack = () => ledger.note(key, { state: isSecond ? 'sending' : 'not_sent' });

  const outcome = await chat.send(part, options).catch(async (error: unknown) => {
    if (error instanceof RetryableError || error instanceof PermanentError) await takeBack();
    throw error;
  });
  switch (outcome.kind) {
    case 'sent': {
      // Written even if the lease has just ended: the write then fails by itself and the next leg sees `sending`.
      const { messageId } = outcome;
      const isNoted = await ledger.note(key, { state: isSecond ? 'in_doubt' : 'sent', messageId });
      return isNoted ? { kind: 'delivered', messageId } : { kind: 'lease_lost' };
    }
    case 'undeliverable':
      // Something else goes in its place, under the same key.
      if (outcome.isFile === true) return (await takeBack()) ? outcome : { kind: 'lease_lost' };
      log.warn('reply_undeliverable', { part: key });
      metrics.count('reply_undeliverable');
      return outcome;
    case 'wait':
    case 'unfinished':
    case 'lease_lost':
      return (await takeBack()) ? outcome : { kind: 'lease_lost' };
    case 'in_doubt':
      return outcome;
  }
};

/** How often a final edit is repeated when nobody knows whether it arrived; repeating it is safe. */
const EDIT_ATTEMPTS = 3;

/** Puts the part in the place of what the message shows, its buttons included. `gone` when the user deleted it. */
export const editMessage = async (
  outbox: Outbox,
  messageId: number,
  part: RenderedPart,
  options: EditOptions = {},
): Promise<Delivery | { readonly kind: 'gone' }> => {
  for (let attempt = 1; attempt <= EDIT_ATTEMPTS; attempt += 1) {
    const outcome = await patiently(outbox, () => outbox.chat.edit(messageId, part, options));
    if (outcome.kind === 'edited') return { kind: 'delivered', messageId };
    if (outcome.kind !== 'in_doubt') return outcome;
    await outbox.clock.sleep(500 * attempt, outbox.keeper.lost);
  }
  return { kind: 'wait', retryAfterMs: UNREACHABLE_RETRY_MS };
};
