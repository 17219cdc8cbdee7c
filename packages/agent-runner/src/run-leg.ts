import {
  isOfSomebodyKnown,
  laneAddressOf,
  LEASE_SKEW_MARGIN_MS,
  needsHearing,
  nextTurn,
  takenBy,
} from '@agent-claw/core';
import type {
  ActiveTurn,
  Clock,
  EntryId,
  HandOver,
  InboxEntry,
  LaneId,
  LaneStore,
  Log,
  Metrics,
  NextTurn,
  WakeQueue,
  WakeReceipt,
} from '@agent-claw/core';
import { settleAsides } from './commands/answer-asides.ts';
import { isServed, openChat } from './delivery/chat.ts';
import type { Chat, ChatDeps } from './delivery/chat.ts';
import { lastMessageOf } from './delivery/find-sent.ts';
import { deadlineAt } from './leg/deadline.ts';
import { hideWake, keepLease } from './leg/lease-keeper.ts';
import type { LeaseKeeper } from './leg/lease-keeper.ts';
import { openLedger } from './delivery/ledger.ts';
import { hearBefore } from './media/hear-voice.ts';
import { endSession, refuse } from './turn/leave-run.ts';
import { MAX_ATTEMPTS } from './leg/limits.ts';
import type { LegLimits } from './leg/limits.ts';
import { asideFor, isToldParked } from './turn/park-turn.ts';
import { createRescueTurn } from './turn/rescue-turn.ts';
import { createRunCommand } from './commands/run-command.ts';
import type { RunCommandDeps } from './commands/run-command.ts';
import { createRunTurn, sessionRules } from './turn/run-turn.ts';
import type { RunTurnDeps } from './turn/run-turn.ts';
import type { Outbox } from './delivery/outbox.ts';
import type { TurnResult } from './delivery/turn-result.ts';

export interface RunLegDeps extends RunTurnDeps, RunCommandDeps, ChatDeps {
  readonly lanes: LaneStore;
  readonly wakes: WakeQueue;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits: LegLimits;
}

export interface LegRequest {
  readonly laneId: LaneId;
  /** The wake's own id, the same at every redelivery. */
  readonly wakeId: string;
  readonly invocationId: string;
  /** When the leg must have ended, in epoch milliseconds. */
  readonly endsAtMs: number;
}

export type LegOutcome =
  /** The lane is at rest: acknowledge the wake. */
  | { readonly kind: 'finished'; readonly turns: number }
  /** Another wake holds the lane and will see whatever waits: acknowledge this one. */
  | { readonly kind: 'left_to_holder' }
  /** The next wake is on its way: acknowledge this one. */
  | { readonly kind: 'handed_over' }
  /** Somebody else works on: do not acknowledge, so that the lane is looked at again. */
  | { readonly kind: 'lease_lost' }
  /** Look again after a while: do not acknowledge. */
  | { readonly kind: 'give_back'; readonly afterS: number };

const wakeOf = (holder: string): string => holder.slice(0, holder.lastIndexOf('/'));

/** Works on a lane until nothing waits there, the lease is gone or the time is up. One invocation, one leg. */
export const createRunLeg =
  (deps: RunLegDeps) =>
  async (request: LegRequest, receipt: WakeReceipt): Promise<LegOutcome> => {
    const { lanes, clock } = deps;
    const log = deps.log.with({ laneId: request.laneId, wakeId: request.wakeId });
    const holder = `${request.wakeId}/${request.invocationId}`;
    // Hidden from the first moment on, beside the lease: a crash in between costs a minute, not the queue's full visibility.
    const [acquired, hiddenUntilMs] = await Promise.all([
      lanes.acquire(request.laneId, holder, clock.now()),
      hideWake(receipt, deps.limits.wakeHiddenS, clock, log),
    ]);
    if (acquired.kind === 'held') {
      if (wakeOf(acquired.holder) !== request.wakeId) return { kind: 'left_to_holder' };
      // The holder is this wake's own earlier delivery. Should it have crashed, the lane is free at that moment.
      const freeInMs = acquired.expiresAtMs + LEASE_SKEW_MARGIN_MS - clock.now();
      return { kind: 'give_back', afterS: Math.max(1, Math.ceil(freeInMs / 1000) + 1) };
    }
    const { lease, lane } = acquired;
    await using keeper = keepLease(
      { lanes, clock, log, wakeHiddenS: deps.limits.wakeHiddenS, hiddenUntilMs },
      lease,
      lane,
      receipt,
    );
    try {
      // Awaited here: returning the bare promise would let go of the lease before the work has begun.
      return await work({ ...deps, log }, keeper, request.endsAtMs);
    } catch (error) {
      await lanes.handOver(lease, { crashes: 'add' }).catch((failure: unknown) => log.error('release_failed', failure));
      throw error;
    }
  };

const work = async (deps: RunLegDeps, keeper: LeaseKeeper, endsAtMs: number): Promise<LegOutcome> => {
  const { lanes, clock } = deps;
  const { lease } = keeper;
  const { notBeforeMs = 0 } = keeper.lane();
  if (clock.now() < notBeforeMs) return await giveBack(deps, keeper, notBeforeMs - clock.now(), { notBeforeMs });
  using deadline = deadlineAt(clock, endsAtMs);
  const chat = openChat(deps, keeper, deadline.signal);
  let turns = 0;
  for (;;) {
    const next = nextTurn(keeper.lane(), clock.now());
    if (next.kind === 'hold') {
      await clock.sleep(next.untilMs - clock.now(), AbortSignal.any([deadline.signal, keeper.lost]));
      if (deadline.signal.aborted) return await handOver(deps, keeper);
      // A renewal that fails is no crash; the next one is two seconds away.
      await keeper.refresh().catch((error: unknown) => deps.log.error('lease_renewal_failed', error));
      if (keeper.lost.aborted) return { kind: 'lease_lost' };
      continue;
    }
    if (next.kind === 'start' && (await hear(deps, keeper, chat, next.turn, deadline.signal))) {
      if (keeper.lost.aborted) return { kind: 'lease_lost' };
      if (deadline.signal.aborted) return await handOver(deps, keeper);
      continue;
    }
    const result: TurnResult =
      next.kind === 'nothing'
        ? { kind: 'answered', answered: [] }
        : await runOne(deps, keeper, chat, next, deadline.signal);
    switch (result.kind) {
      case 'lease_lost':
        return { kind: 'lease_lost' };
      case 'unfinished':
        return await handOver(deps, keeper);
      case 'wait':
        // Stored in the lane, so that the wake of a new message does not break the silence.
        return await giveBack(deps, keeper, result.retryAfterMs, { notBeforeMs: clock.now() + result.retryAfterMs });
      case 'retry':
        // Stored, so that the sweep leaves the lane to this wake. The wake of a new message asks all the same.
        return await giveBack(deps, keeper, result.afterMs, {
          outage: { sinceMs: result.sinceMs, retryAtMs: clock.now() + result.afterMs },
        });
      case 'answered': {
        turns += next.kind === 'nothing' ? 0 : 1;
        const finished = await lanes.finish(lease, result, clock.now());
        if (finished.kind === 'lease_lost') return { kind: 'lease_lost' };
        if (next.kind !== 'nothing' && next.turn.kind === 'heartbeat') await endSession(deps, keeper, next.turn);
        if (finished.kind === 'released') return { kind: 'finished', turns };
        keeper.accept({ kind: 'done', lane: finished.lane });
        if (deadline.signal.aborted) return await handOver(deps, keeper);
      }
    }
  }
};

/** Release first, ring second: a wake that found the lease still held would go away for good. */
const handOver = async (deps: RunLegDeps, keeper: LeaseKeeper): Promise<LegOutcome> => {
  const { lease } = keeper;
  const released = await deps.lanes.handOver(lease, { crashes: crashesAfter(keeper) });
  if (released.kind === 'lease_lost') return { kind: 'lease_lost' };
  await deps.wakes.ring(lease.laneId);
  return { kind: 'handed_over' };
};

/** What was begun as the rescue of a poisoned lane goes on as one: its messages may have been told that they are put aside. */
const crashesAfter = (keeper: LeaseKeeper): 'keep' | 'reset' =>
  keeper.lane().crashes >= MAX_ATTEMPTS ? 'keep' : 'reset';

const giveBack = async (deps: RunLegDeps, keeper: LeaseKeeper, afterMs: number, how: HandOver): Promise<LegOutcome> => {
  const released = await deps.lanes.handOver(keeper.lease, { crashes: crashesAfter(keeper), ...how });
  return released.kind === 'lease_lost' ? released : { kind: 'give_back', afterS: Math.ceil(afterMs / 1000) };
};

/** What was said aloud becomes words before the turn begins. Nobody listens for who may not be answered, or to a poisoned lane. */
const hear = async (
  deps: RunLegDeps,
  keeper: LeaseKeeper,
  chat: Chat,
  turn: ActiveTurn,
  deadline: AbortSignal,
): Promise<boolean> => {
  const isHeard = turn.kind === 'message' && keeper.lane().crashes < MAX_ATTEMPTS;
  if (!isHeard || !takenBy(keeper.lane(), turn).some(needsHearing)) return false;
  if (!(await isServed(laneAddressOf(keeper.lease.laneId), deps))) return false;
  // Dropped first: what is left is looked at anew.
  if (chat.isGroup && (await sentAway(deps, keeper, turn)).length > 0) return false;
  return hearBefore({ ...deps, keeper, chat }, turn, sessionRules(deps), deadline);
};

const runOne = async (
  deps: RunLegDeps,
  keeper: LeaseKeeper,
  chat: Chat,
  next: Extract<NextTurn, { kind: 'start' | 'attach' }>,
  deadline: AbortSignal,
): Promise<TurnResult> => {
  const { turn } = next;
  const isNew = next.kind === 'start';
  const { clock, metrics, lanes } = deps;
  const log = deps.log.with({ turnId: turn.id });
  if (!(await isServed(laneAddressOf(keeper.lease.laneId), deps))) return refuse({ ...deps, log }, keeper, turn);
  const strangers = isNew && chat.isGroup ? await sentAway(deps, keeper, turn) : [];
  // Before the turn is begun, so that the next one is made without them.
  if (strangers.length > 0) return { kind: 'answered', answered: strangers };
  const ledger = openLedger(lanes, keeper, turn);
  const quoted = chat.isGroup ? takenBy(keeper.lane(), turn).findLast(isQuotable)?.messageId : undefined;
  const outbox: Outbox = { chat, clock, log, metrics, keeper, ledger, ...(quoted === undefined ? {} : { quoted }) };
  const isPoisoned = keeper.lane().crashes >= MAX_ATTEMPTS;
  if (turn.kind === 'command' && !isPoisoned)
    return withLastMessage(outbox, await createRunCommand(deps)(outbox, turn, isNew));
  const run = isPoisoned ? createRescueTurn(deps) : createRunTurn(deps);
  const result = isToldParked(outbox)
    ? asideFor(outbox, turn, 'told_before')
    : await run(outbox, turn, isNew, deadline, isNew ? next.change : undefined);
  return withLastMessage(outbox, await settleAsides(deps, outbox, result));
};

/** In a group the place stays open when somebody's access goes: what they said by then is dropped. */
const sentAway = async (deps: RunLegDeps, keeper: LeaseKeeper, turn: ActiveTurn): Promise<readonly EntryId[]> => {
  const access = await deps.access();
  return takenBy(keeper.lane(), turn)
    .filter((entry) => !isOfSomebodyKnown(entry, access))
    .map(({ id }) => id);
};

/** A press names the message that its button is under, which is our own. */
const isQuotable = ({ kind, messageId }: InboxEntry): boolean => kind !== 'button' && messageId !== undefined;

const withLastMessage = (outbox: Outbox, result: TurnResult): TurnResult => {
  const lastMessageId = lastMessageOf(outbox);
  return result.kind !== 'answered' || lastMessageId === undefined ? result : { ...result, lastMessageId };
};
