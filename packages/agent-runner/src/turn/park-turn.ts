import { parkedWith } from '@agent-claw/core';
import type { ActiveTurn, RenderedPart, ReplyRenderer } from '@agent-claw/core';
import { deliverReply, tidyPlaceholder } from '../delivery/deliver-reply.ts';
import {
  failureText,
  GIVEN_UP,
  halfText,
  parkedText,
  saidAbove,
  UNFINISHED_TEXT,
  withWhatWasSaid,
} from '../delivery/failure-text.ts';
import type { ParkReason } from '../delivery/failure-text.ts';
import { findPlaceholder } from '../delivery/find-sent.ts';
import type { Outbox } from '../delivery/outbox.ts';
import { resultOf } from '../delivery/turn-result.ts';
import type { TurnResult } from '../delivery/turn-result.ts';

/** What went wrong, in words for the chat, and what the run had said by then. */
interface Failure {
  readonly why: string;
  readonly said?: string;
}

/** Says in the turn's chat that it failed, which ends it. */
export const tellFailure = (
  outbox: Outbox,
  renderer: ReplyRenderer,
  turn: ActiveTurn,
  failure: Failure,
): Promise<TurnResult> => end(outbox, renderer, turn, failure, null);

/** Puts the turn's messages aside: an alarm rings, the chat is told why, the lane keeps them and goes on. */
export const parkTurn = (
  outbox: Outbox,
  renderer: ReplyRenderer,
  turn: ActiveTurn,
  reason: ParkReason,
  { why = GIVEN_UP[reason], said = '' }: Partial<Failure> = {},
): Promise<TurnResult> => end(outbox, renderer, turn, { why, said }, reason);

/** True when /retry brings something of the turn back. */
const isKept = ({ keeper }: Outbox, { taken }: ActiveTurn): boolean =>
  taken.some((id) => keeper.lane().inbox[id]?.kind === 'message');

/**
 * A leg before this one may have begun to tell it in the other way: then it stays that way, and is told once. When a part
 * of the answer is out nobody knows any more whether all of it is, so the messages are put aside either way.
 */
const end = async (
  outbox: Outbox,
  renderer: ReplyRenderer,
  turn: ActiveTurn,
  { why, said = '' }: Failure,
  reason: ParkReason | null,
): Promise<TurnResult> => {
  const isHalf = isAnswerOut(outbox);
  if (!isHalf && isBegun(outbox, 'f') && reason !== null)
    return say(outbox, renderer, turn, { markdown: UNFINISHED_TEXT, said }, 'f');
  if (!isHalf && reason === null && !isBegun(outbox, 'fp'))
    return say(outbox, renderer, turn, { markdown: failureText(why), said }, 'f');
  const parks = reason ?? 'interrupted';
  const kept = isKept(outbox, turn);
  const words = isHalf
    ? { markdown: halfText(kept), said: '' }
    : { markdown: parkedText(reason === null ? GIVEN_UP[parks] : why, kept), said };
  const told = await say(outbox, renderer, turn, words, 'fp');
  return told.kind === 'answered' ? asideFor(outbox, turn, parks) : told;
};

const isAnswerOut = ({ ledger }: Outbox): boolean =>
  ledger.parts().some((key) => {
    const state = ledger.get(key)?.state;
    return /^p\d/u.test(key) && (state === 'sent' || state === 'in_doubt');
  });

const isBegun = ({ ledger }: Outbox, series: 'f' | 'fp'): boolean => {
  const part = ledger.get(`${series}0`);
  return part !== undefined && part.state !== 'not_sent';
};

/** Says in the turn's chat that it failed, and what it had. Nothing when nobody asked for anything. */
const say = async (
  outbox: Outbox,
  renderer: ReplyRenderer,
  turn: ActiveTurn,
  { markdown: failure, said }: { readonly markdown: string; readonly said: string },
  series: 'f' | 'fp',
): Promise<TurnResult> => {
  const { ledger, metrics } = outbox;
  if (ledger.parts().some((key) => /^p\d/u.test(key) && ledger.get(key)?.state === 'sending'))
    metrics.count('reply_in_doubt');
  const isHalf = isAnswerOut(outbox);
  const untidy = isHalf ? await tidyPlaceholder(outbox, ledger.get('p0')?.messageId) : null;
  if (untidy !== null) return untidy;
  if (turn.kind === 'heartbeat') return { kind: 'answered', answered: turn.taken };
  const found = await findPlaceholder(outbox);
  if (found.kind !== 'delivered' && found.kind !== 'none' && found.kind !== 'undeliverable')
    return resultOf(found, turn.taken);
  // The placeholder stays, and the failure is a message of its own below it. This must not depend on what this leg has seen:
  // the leg after a crash has seen less, and would tell the failure in another way once more.
  const placeholder = ledger.get('draft')?.messageId;
  if (!isHalf && placeholder !== undefined && said !== '')
    await closeDraft(outbox, placeholder, renderer.preview(said));
  const keepsDraft = placeholder !== undefined;
  const markdown = keepsDraft && !isHalf ? saidAbove(failure) : withWhatWasSaid(said, failure);
  const reply = { markdown, startedAtMs: turn.startedAtMs, series, keepsDraft };
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

/** True when a leg before this one has told that the turn's messages are put aside: then nothing else may come of them. */
export const isToldParked = ({ ledger }: Outbox): boolean => {
  const state = ledger.get('fp0')?.state;
  return state === 'sent' || state === 'in_doubt';
};

/** Puts the messages aside without a word: saying it may be what crashes, or it was said before. */
export const asideFor = (outbox: Outbox, turn: ActiveTurn, reason: ParkReason | 'told_before'): TurnResult => {
  const lane = outbox.keeper.lane();
  outbox.log.warn('turn_parked', { reason, crashes: lane.crashes, starts: turn.starts });
  outbox.metrics.count('turn_parked');
  return { kind: 'answered', answered: turn.taken, parked: parkedWith(lane, turn.taken) };
};
