import type { ActiveTurn } from '@agent-claw/core';
import { endTurn } from './end-turn.ts';
import { MAX_ATTEMPTS, RESCUE_MS, STEER_LIMIT_MS } from '../leg/limits.ts';
import { asideFor, parkTurn } from './park-turn.ts';
import { callOf, sessionRules } from './run-turn.ts';
import type { RunTurnDeps } from './run-turn.ts';
import { sessionOf } from '../leg/runtime-session.ts';
import type { Outbox } from '../delivery/outbox.ts';
import type { TurnResult } from '../delivery/turn-result.ts';
import { startMeter, viewTurn } from './view-turn.ts';
import type { TurnEnding } from './view-turn.ts';
import { within } from '../leg/within.ts';

/**
 * For a lane that crashed again and again over the same turn. An answer that the container has saved is delivered all the
 * same, tried once; otherwise the messages are put aside. When even saying so crashes, they are put aside in silence.
 */
export const createRescueTurn =
  (deps: RunTurnDeps) =>
  async (outbox: Outbox, turn: ActiveTurn, isNew: boolean, deadline: AbortSignal): Promise<TurnResult> => {
    const { keeper } = outbox;
    const { crashes } = keeper.lane();
    if (isNew && !keeper.accept(await deps.lanes.saveTurn(keeper.lease, turn))) return { kind: 'lease_lost' };
    if (crashes >= 2 * MAX_ATTEMPTS) return asideFor(outbox, turn, 'crashed');
    const ending =
      isNew || turn.kind === 'command'
        ? null
        : await savedEnding(deps, outbox, turn, AbortSignal.any([deadline, keeper.lost]));
    if (ending?.type !== 'done') return parkTurn(outbox, deps.renderer, turn, 'crashed');
    if (crashes === MAX_ATTEMPTS) return endTurn(outbox, deps, turn, ending);
    // What the run has read is put aside with it: it would be answered a second time otherwise.
    const all = { ...turn, taken: [...new Set([...turn.taken, ...ending.consumed])] };
    return parkTurn(outbox, deps.renderer, all, 'crashed');
  };

/** @returns null when the container has no ending for the turn; a run that still goes on is told to stop. */
const savedEnding = async (
  deps: RunTurnDeps,
  outbox: Outbox,
  turn: ActiveTurn,
  signal: AbortSignal,
): Promise<TurnEnding | null> => {
  const { keeper, clock, log } = outbox;
  const session = sessionOf(keeper.lane(), turn, sessionRules(deps))?.id;
  if (session === undefined) return null;
  const call = { ...callOf(keeper.lane(), turn, keeper.lease.fence, await deps.access()), mayStart: false };
  try {
    const ending = await within(clock, RESCUE_MS, signal, (limit) =>
      viewTurn({ runtime: deps.runtime, clock, log, meter: startMeter() }, session, call, null, limit),
    );
    if (ending !== undefined && ending.type !== 'aborted') return ending;
    await within(clock, STEER_LIMIT_MS, signal, (limit) => deps.runtime.stop(session, call, limit));
  } catch (error) {
    // The messages are put aside either way; this was the last try to find an answer.
    log.error('turn_rescue_failed', error);
  }
  return null;
};
