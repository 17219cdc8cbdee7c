import { laneAddressOf, mayReceive, nextTurn } from '@agent-claw/core';
import type {
  ActiveTurn,
  Clock,
  Lane,
  LaneId,
  LaneStore,
  Lease,
  Log,
  Messenger,
  Metrics,
  WakeQueue,
  WakeReceipt,
} from '@agent-claw/core';
import { deliverReply } from './deliver-reply.ts';
import { PARKED_TEXT } from './failure-text.ts';
import { keepLease } from './lease-keeper.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { openLedger } from './ledger.ts';
import { MAX_ATTEMPTS, OWN_WAKE_RETRY_S } from './limits.ts';
import type { LegLimits } from './limits.ts';
import { createRunCommand } from './run-command.ts';
import type { RunCommandDeps } from './run-command.ts';
import { createRunTurn, resultOf } from './run-turn.ts';
import type { RunTurnDeps, TurnResult } from './run-turn.ts';
import type { Outbox } from './send-part.ts';

export interface RunLegDeps extends RunTurnDeps, RunCommandDeps {
  readonly lanes: LaneStore;
  readonly wakes: WakeQueue;
  readonly messenger: Messenger;
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
    const acquired = await lanes.acquire(request.laneId, holder, clock.now());
    if (acquired.kind === 'held') {
      if (wakeOf(acquired.holder) !== request.wakeId) return { kind: 'left_to_holder' };
      return { kind: 'give_back', afterS: OWN_WAKE_RETRY_S };
    }
    await receipt.hideFor(deps.limits.wakeHiddenS);
    await using keeper = keepLease(
      { lanes, clock, log, wakeHiddenS: deps.limits.wakeHiddenS },
      acquired.lease,
      acquired.lane,
      receipt,
    );
    // Awaited here: returning the bare promise would let go of the lease before the work has begun.
    return await work({ ...deps, log }, keeper, request.endsAtMs);
  };

const work = async (deps: RunLegDeps, keeper: LeaseKeeper, endsAtMs: number): Promise<LegOutcome> => {
  using deadline = deadlineAt(deps.clock, endsAtMs);
  let turns = 0;
  for (;;) {
    const next = nextTurn(keeper.lane(), deps.clock.now());
    const result: TurnResult =
      next.kind === 'nothing'
        ? { kind: 'answered', answered: [] }
        : await runOne(deps, keeper, next.turn, next.kind === 'start', deadline.signal);
    switch (result.kind) {
      case 'lease_lost':
        return { kind: 'lease_lost' };
      case 'unfinished':
        return handOver(deps, keeper.lease);
      case 'wait':
        await deps.lanes.handOver(keeper.lease);
        return { kind: 'give_back', afterS: Math.ceil(result.retryAfterMs / 1000) };
      case 'answered': {
        turns += next.kind === 'nothing' ? 0 : 1;
        const finished = await deps.lanes.finish(keeper.lease, result, deps.clock.now());
        if (finished.kind === 'lease_lost') return { kind: 'lease_lost' };
        if (finished.kind === 'released') return { kind: 'finished', turns };
        keeper.accept({ kind: 'done', lane: finished.lane });
        if (deadline.signal.aborted) return handOver(deps, keeper.lease);
      }
    }
  }
};

/** Release first, ring second: a wake that found the lease still held would go away for good. */
const handOver = async (deps: RunLegDeps, lease: Lease): Promise<LegOutcome> => {
  await deps.lanes.handOver(lease);
  await deps.wakes.ring(lease.laneId);
  return { kind: 'handed_over' };
};

const runOne = async (
  deps: RunLegDeps,
  keeper: LeaseKeeper,
  turn: ActiveTurn,
  isNew: boolean,
  deadline: AbortSignal,
): Promise<TurnResult> => {
  const { messenger, clock, metrics, lanes } = deps;
  const log = deps.log.with({ turnId: turn.id });
  const to = laneAddressOf(keeper.lease.laneId);
  if (!mayReceive(to, deps.access)) {
    // Access was taken away while the message waited: nothing may be sent there any more.
    log.warn('turn_refused', { reason: 'no_access' });
    return { kind: 'answered', answered: turn.taken };
  }
  const outbox: Outbox = { messenger, clock, log, metrics, keeper, ledger: openLedger(lanes, keeper, turn), to };
  if (isPoisoned(keeper.lane())) return park(deps, outbox, turn, isNew);
  return turn.kind === 'command'
    ? createRunCommand(deps)(outbox, turn, isNew)
    : createRunTurn(deps)(outbox, turn, isNew, deadline);
};

const isPoisoned = (lane: Lane): boolean => lane.crashes >= MAX_ATTEMPTS;

/** Puts the messages aside after too many crashes: the owner is told, an alarm rings, and the lane goes on. */
const park = async (deps: RunLegDeps, outbox: Outbox, turn: ActiveTurn, isNew: boolean): Promise<TurnResult> => {
  const { keeper, metrics, log } = outbox;
  if (isNew && !keeper.accept(await deps.lanes.saveTurn(keeper.lease, turn))) return { kind: 'lease_lost' };
  log.warn('turn_parked', { crashes: keeper.lane().crashes });
  metrics.count('turn_parked');
  return resultOf(
    await deliverReply(outbox, deps.renderer, { markdown: PARKED_TEXT, startedAtMs: turn.startedAtMs }),
    turn.taken,
  );
};

/** Aborts at `endsAtMs` of the injected clock; disposing lets the clock forget it. */
const deadlineAt = (clock: Clock, endsAtMs: number): { readonly signal: AbortSignal } & Disposable => {
  const reached = new AbortController();
  const cancelled = new AbortController();
  void clock.sleep(Math.max(0, endsAtMs - clock.now()), cancelled.signal).then(() => {
    if (!cancelled.signal.aborted) reached.abort();
  });
  return { signal: reached.signal, [Symbol.dispose]: () => cancelled.abort() };
};
