import type { ActiveTurn, Clock, Log } from '@agent-claw/core';
import type { LeaseKeeper } from '../leg/lease-keeper.ts';
import { END_SESSION_MS, STEER_LIMIT_MS } from '../leg/limits.ts';
import { sessionRules } from './run-turn.ts';
import type { RunTurnDeps } from './run-turn.ts';
import { sessionOf } from '../leg/runtime-session.ts';
import type { TurnResult } from '../delivery/turn-result.ts';
import { within } from '../leg/within.ts';

interface LeaveRunDeps extends RunTurnDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** A heartbeat's microVM serves nobody else: left idle it would cost its memory for a quarter of an hour, 48 times a day. */
export const endSession = async (deps: LeaveRunDeps, keeper: LeaseKeeper, turn: ActiveTurn): Promise<void> => {
  const session = sessionOf(keeper.lane(), turn, sessionRules(deps));
  if (session === undefined) return;
  try {
    await within(deps.clock, END_SESSION_MS, keeper.lost, async () => {
      await deps.runtime.endSession(session.id);
      deps.log.info('session_ended', { turnId: turn.id });
    });
  } catch (error) {
    // It ends by itself when it has been idle for a while.
    deps.log.error('session_end_failed', error);
  }
};

/** Access was taken away while the message waited: nothing may be sent there any more, and a run that goes on is stopped. */
export const refuse = async (deps: LeaveRunDeps, keeper: LeaseKeeper, turn: ActiveTurn): Promise<TurnResult> => {
  const { clock, log, runtime } = deps;
  const lane = keeper.lane();
  const session = sessionOf(lane, turn, sessionRules(deps))?.id;
  log.warn('turn_refused', { reason: 'no_access' });
  if (lane.turn !== undefined && turn.kind !== 'command' && session !== undefined) {
    const call = { laneId: lane.laneId, turnId: turn.id, fence: keeper.lease.fence };
    await within(clock, STEER_LIMIT_MS, keeper.lost, (signal) => runtime.stop(session, call, signal)).catch(
      (error: unknown) => log.error('turn_stop_failed', error),
    );
  }
  return { kind: 'answered', answered: turn.taken };
};
