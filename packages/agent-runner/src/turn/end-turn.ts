import { isAside, judgeHeartbeatReply, stoppedBy, stopsFor, takenBy, upkeepOf } from '@agent-claw/core';
import type { ActiveTurn, Lane } from '@agent-claw/core';
import { askConsent } from './ask-consent.ts';
import { deliverReply } from '../delivery/deliver-reply.ts';
import { withCutMark, withLimitMark, withStopMark } from '../delivery/failure-text.ts';
import { UNREACHABLE_GIVE_UP_MS, UNREACHABLE_LONGEST_MS, UNREACHABLE_RETRY_MS } from '../leg/limits.ts';
import type { MenuDeps } from '../cards/menu-message.ts';
import { parkTurn, tellFailure } from './park-turn.ts';
import type { Outbox } from '../delivery/outbox.ts';
import { resultOf } from '../delivery/turn-result.ts';
import type { TurnResult } from '../delivery/turn-result.ts';
import type { TurnEnding } from './view-turn.ts';

type Done = Extract<TurnEnding, { type: 'done' }>;

export interface EndTurnOptions {
  /** What the run has said by then; of use when it ended without an answer. */
  readonly said?: string;
  /** Whether its microVM's life was up. */
  readonly isOverTime?: boolean;
  /** Goes below a finished answer. */
  readonly footer?: string;
}

/** Makes of a turn's ending what the chat gets to see and the lane gets rid of. */
export const endTurn = async (
  outbox: Outbox,
  deps: MenuDeps,
  turn: ActiveTurn,
  ending: TurnEnding,
  { said = '', isOverTime = false, footer = '' }: EndTurnOptions = {},
): Promise<TurnResult> => {
  const { keeper, clock } = outbox;
  const { renderer } = deps;
  const isStopped = stopsFor(keeper.lane(), turn).length > 0;
  switch (ending.type) {
    case 'aborted':
      return keeper.lost.aborted ? { kind: 'lease_lost' } : { kind: 'unfinished' };
    case 'fenced':
      return { kind: 'lease_lost' };
    case 'unreachable': {
      // The run may go on where it is; the fence of the next turn ends it.
      if (isStopped) return answer(outbox, deps, turn, stoppedWith(said));
      const nowMs = clock.now();
      const sinceMs = keeper.lane().outage?.sinceMs ?? nowMs;
      if (nowMs - sinceMs >= UNREACHABLE_GIVE_UP_MS)
        return await parkTurn(outbox, renderer, turn, 'unreachable', { said });
      // Less and less often: each time counts against what the queue lets a wake come back.
      const afterMs = Math.min(UNREACHABLE_LONGEST_MS, Math.max(UNREACHABLE_RETRY_MS, (nowMs - sinceMs) / 4));
      return { kind: 'retry', afterMs, sinceMs };
    }
    case 'done':
      return answer(outbox, deps, turn, withFooter(ending, footer), isOverTime);
    case 'expired':
      return parkTurn(outbox, renderer, turn, 'too_long', { said });
    case 'unknown':
      if (isStopped) return answer(outbox, deps, turn, stoppedWith(said));
      return parkTurn(outbox, renderer, turn, 'interrupted', { said });
    case 'failed':
      if (isStopped) return answer(outbox, deps, turn, stoppedWith(said));
      if (!ending.retryable) return tellFailure(outbox, renderer, turn, { why: ending.message, said });
      return parkTurn(outbox, renderer, turn, 'interrupted', { why: ending.message, said });
  }
};

const withFooter = (ending: Done, footer: string): Done =>
  ending.reply === '' ? ending : { ...ending, reply: ending.reply + footer };

/** A run that broke while the user wanted it stopped. */
const stoppedWith = (reply: string): Done => ({ seq: 0, type: 'done', reply, consumed: [], ending: 'stopped' });

const answer = async (
  outbox: Outbox,
  deps: MenuDeps,
  turn: ActiveTurn,
  ending: Done,
  isOverTime = false,
): Promise<TurnResult> => {
  const worked = new Set([...turn.taken, ...ending.consumed]);
  // Read at the end: a stop may have been passed on by a leg before this one.
  const stopped = ending.ending === 'stopped' ? reachedByStops(outbox.keeper.lane(), turn) : [];
  const dropped = stopped.filter((entry) => entry.kind !== 'stop' && !isAside(entry) && !worked.has(entry.id)).length;
  const answered = [...worked, ...stopped.map(({ id }) => id)];
  const isAsked = stopsFor(outbox.keeper.lane(), turn).length > 0;
  // What was steered in is known to belong to this answer from the saved ending only, which a later leg may not get.
  if (worked.size > turn.taken.length && !(await outbox.ledger.cover([...worked]))) return { kind: 'lease_lost' };
  // Who stops a turn wants nothing more of it, and a check that made way for a message looks again.
  const isUnwanted = ending.ending === 'stopped' && (isAsked || turn.kind === 'heartbeat');
  const files = isUnwanted ? [] : (ending.files ?? []);
  const markdown = replyOf(turn, ending, dropped, { isAsked, isOverTime }) ?? (files.length > 0 ? '' : null);
  if (markdown === null) return { kind: 'answered', answered };
  const reply = { ...asFile(outbox, turn, ending, markdown), files, startedAtMs: turn.startedAtMs };
  const delivery =
    ending.ask === undefined
      ? await deliverReply(outbox, deps.renderer, reply)
      : await askConsent(deps, outbox, turn, reply, ending.ask);
  return resultOf(delivery, answered);
};

/** A conversation that was written down comes as a file. */
const asFile = ({ keeper, clock }: Outbox, turn: ActiveTurn, { ending }: Done, markdown: string) => {
  const [entry] = takenBy(keeper.lane(), turn);
  const isExport = entry !== undefined && upkeepOf(entry) === 'export' && ending === 'complete';
  if (!isExport) return { markdown };
  if (markdown === '') return { markdown: 'There is nothing in this conversation to write down yet.' };
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  return {
    markdown: 'Our conversation, as far as I remember it.',
    document: { name: `conversation-${day}.md`, content: markdown },
  };
};

const reachedByStops = (lane: Lane, turn: ActiveTurn) => stoppedBy(Object.values(lane.inbox), stopsFor(lane, turn));

/** What to say at the end; null to say nothing. */
const replyOf = (
  turn: ActiveTurn,
  { ending, reply }: Done,
  dropped: number,
  { isAsked, isOverTime }: { readonly isAsked: boolean; readonly isOverTime: boolean },
): string | null => {
  if (ending === 'stopped' && isAsked) return withStopMark(turn.kind === 'heartbeat' ? '' : reply, dropped);
  if (ending === 'stopped') {
    // A heartbeat that made way for a message: the next tick looks again.
    if (turn.kind === 'heartbeat') return null;
    // The runner stopped it: the microVM's life ends, or a leg before this one had given it up.
    return withCutMark(reply, isOverTime ? 'time' : 'interrupted');
  }
  if (turn.kind === 'heartbeat') {
    const judged = judgeHeartbeatReply(reply);
    return judged.kind === 'alert' ? judged.text : null;
  }
  return ending === 'limit' ? withLimitMark(reply) : reply;
};
