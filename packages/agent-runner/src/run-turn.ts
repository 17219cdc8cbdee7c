import { conversationIdOf, isPrivateLane, laneAddressOf, stopsFor, takenBy } from '@agent-claw/core';
import type { AccessList, ActiveTurn, AgentRuntime, LaneStore, Lane, ReplyRenderer } from '@agent-claw/core';
import { endTurn } from './end-turn.ts';
import { MAX_ATTEMPTS } from './limits.ts';
import { startLiveDraft } from './live-draft.ts';
import type { LiveDraft } from './live-draft.ts';
import { sessionFor } from './runtime-session.ts';
import type { Outbox } from './send-part.ts';
import { messageOf, steerTurn } from './steer-turn.ts';
import type { TurnResult } from './turn-result.ts';
import { keepTyping } from './typing.ts';
import { viewTurn } from './view-turn.ts';
import type { TurnEnding } from './view-turn.ts';

export interface RunTurnDeps {
  readonly lanes: LaneStore;
  readonly runtime: AgentRuntime;
  readonly renderer: ReplyRenderer;
  readonly access: AccessList;
  /** Changes with every deployment of the container. */
  readonly runtimeEpoch: string;
}

/** One start of the turn in a container. */
interface Start {
  readonly turn: ActiveTurn;
  readonly session: NonNullable<Lane['runtimeSession']>;
  readonly mayStart: boolean;
}

/** One turn of the agent as far as this leg gets: start or attach, watch, deliver. */
export const createRunTurn =
  (deps: RunTurnDeps) =>
  async (outbox: Outbox, turn: ActiveTurn, isNew: boolean, deadline: AbortSignal): Promise<TurnResult> => {
    const { keeper, clock } = outbox;
    // A turn stays in the session that it was started in, however old: another one would start it a second time.
    const known = isNew ? undefined : keeper.lane().runtimeSession;
    const session = known ?? sessionFor(keeper.lane(), deps.runtimeEpoch, clock.now());
    if (isNew && !keeper.accept(await deps.lanes.saveTurn(keeper.lease, turn, session))) return { kind: 'lease_lost' };
    const signal = AbortSignal.any([deadline, keeper.lost]);
    const ending = await watch(deps, outbox, { turn, session, mayStart: isNew }, signal);
    return endTurn(outbox, deps.renderer, keeper.lane().turn ?? turn, ending);
  };

/** Watches the turn to its end, starting it again (counted) when its container died on the way. */
const watch = async (deps: RunTurnDeps, outbox: Outbox, first: Start, signal: AbortSignal): Promise<TurnEnding> => {
  const { keeper, log, clock } = outbox;
  const isQuiet = first.turn.kind === 'heartbeat';
  await using draft = isQuiet ? null : startLiveDraft(outbox, deps.renderer);
  await using _typing = isQuiet ? null : keepTyping(outbox);
  for (let start = first; ;) {
    const ending = await watchStart(deps, outbox, start, draft, signal);
    const { turn } = start;
    const isLost = ending.type === 'unknown' || (ending.type === 'failed' && ending.retryable);
    if (!isLost || turn.starts >= MAX_ATTEMPTS || stopsFor(keeper.lane(), turn).length > 0) return ending;
    const starts = turn.starts + 1;
    const session = sessionFor(keeper.lane(), deps.runtimeEpoch, clock.now());
    log.warn('turn_started_again', { starts });
    if (!keeper.accept(await deps.lanes.countStart(keeper.lease, starts, session))) return { type: 'fenced' };
    draft?.restart();
    start = { turn: { ...turn, starts }, session, mayStart: true };
  }
};

/** Steering ends with the start: what was put into a run that died is offered again to the next one. */
const watchStart = async (
  deps: RunTurnDeps,
  { keeper, log, clock }: Outbox,
  { turn, session, mayStart }: Start,
  draft: LiveDraft | null,
  signal: AbortSignal,
): Promise<TurnEnding> => {
  await using _steering = steerTurn({ runtime: deps.runtime, keeper, clock, log }, session.id, turn);
  const call = { ...callOf(keeper.lane(), turn, keeper.lease.fence, deps.access), mayStart };
  return await viewTurn({ runtime: deps.runtime, clock, log }, session.id, call, draft, signal);
};

/** The turn as the container gets it. */
export const callOf = (lane: Lane, turn: ActiveTurn, fence: number, access: AccessList) => ({
  laneId: lane.laneId,
  conversationId: conversationIdOf(lane.laneId, lane.conversationCount),
  turnId: turn.id,
  fence,
  kind: turn.kind === 'heartbeat' ? ('heartbeat' as const) : ('message' as const),
  privateLane: isPrivateLane(laneAddressOf(lane.laneId), access),
  messages: takenBy(lane, turn).map(messageOf),
});
