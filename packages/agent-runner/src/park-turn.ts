import { parkedWith } from '@agent-claw/core';
import type { ActiveTurn, RenderedPart, ReplyRenderer } from '@agent-claw/core';
import { deliverReply, tidyPlaceholder } from './deliver-reply.ts';
import { PARKED_TEXT, saidAbove, withWhatWasSaid } from './failure-text.ts';
import type { ParkReason } from './failure-text.ts';
import { findPlaceholder } from './find-sent.ts';
import type { Outbox } from './send-part.ts';
import { resultOf } from './turn-result.ts';
import type { TurnResult } from './turn-result.ts';

/**
 * Says in the turn's chat that it failed, and what it had. Nothing when a part of the answer is out, or when
 * nobody asked for anything.
 */
export const tellFailure = async (
  outbox: Outbox,
  renderer: ReplyRenderer,
  turn: ActiveTurn,
  failure: string,
  said = '',
): Promise<TurnResult> => {
  const { ledger, metrics } = outbox;
  const states = ledger.parts().flatMap((key) => (key.startsWith('p') ? [ledger.get(key)?.state] : []));
  const isAnswerOut = states.some((state) => state === 'sent' || state === 'in_doubt');
  if (states.includes('sending')) metrics.count('reply_in_doubt');
  const untidy = isAnswerOut ? await tidyPlaceholder(outbox, ledger.get('p0')?.messageId) : null;
  if (untidy !== null) return untidy;
  if (isAnswerOut || turn.kind === 'heartbeat') return { kind: 'answered', answered: turn.taken };
  const found = await findPlaceholder(outbox);
  if (found.kind !== 'delivered' && found.kind !== 'none' && found.kind !== 'undeliverable')
    return resultOf(found, turn.taken);
  // The placeholder stays, and the failure is a message of its own below it. This must not depend on what this leg has seen:
  // the leg after a crash has seen less, and would tell the failure in another way once more.
  const placeholder = ledger.get('draft')?.messageId;
  if (placeholder !== undefined && said !== '') await closeDraft(outbox, placeholder, renderer.preview(said));
  const keepsDraft = placeholder !== undefined;
  const markdown = keepsDraft ? saidAbove(failure) : withWhatWasSaid(said, failure);
  const reply = { markdown, startedAtMs: turn.startedAtMs, series: 'f' as const, keepsDraft };
  return resultOf(await deliverReply(outbox, renderer, reply), turn.taken);
};

/** Takes the button and the dots from a draft that will not grow any more. A courtesy: what matters is said below it. */
const closeDraft = async ({ chat, log }: Outbox, messageId: number, part: RenderedPart): Promise<void> => {
  try {
    await chat.edit(messageId, part, {});
  } catch (error) {
    log.error('draft_left_open', error);
  }
};

/** Puts the turn's messages aside: an alarm rings, the chat is told why, the lane keeps them and goes on. */
export const parkTurn = async (
  outbox: Outbox,
  renderer: ReplyRenderer,
  turn: ActiveTurn,
  reason: ParkReason,
  { markdown = PARKED_TEXT[reason], said = '' }: { readonly markdown?: string; readonly said?: string } = {},
): Promise<TurnResult> => {
  const result = await tellFailure(outbox, renderer, turn, markdown, said);
  if (result.kind !== 'answered') return result;
  return asideFor(outbox, turn, reason);
};

/** Puts the messages aside without a word: saying it may be what crashes. */
export const asideFor = (outbox: Outbox, turn: ActiveTurn, reason: ParkReason): TurnResult => {
  const lane = outbox.keeper.lane();
  outbox.log.warn('turn_parked', { reason, crashes: lane.crashes, starts: turn.starts });
  outbox.metrics.count('turn_parked');
  return { kind: 'answered', answered: turn.taken, parked: parkedWith(lane, turn.taken) };
};
