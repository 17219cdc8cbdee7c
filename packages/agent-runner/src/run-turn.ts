import { conversationIdOf, isPrivateLane, judgeHeartbeatReply, laneAddressOf, takenBy } from '@agent-claw/core';
import type { AccessList, ActiveTurn, AgentRuntime, EntryId, LaneStore, Lane, ReplyRenderer } from '@agent-claw/core';
import { deliverReply } from './deliver-reply.ts';
import { failureText, withStopMark } from './failure-text.ts';
import { MAX_ATTEMPTS } from './limits.ts';
import { startLiveDraft } from './live-draft.ts';
import { sessionFor } from './runtime-session.ts';
import type { Delivery, Outbox } from './send-part.ts';
import { messageOf, steerTurn } from './steer-turn.ts';
import { keepTyping } from './typing.ts';
import { createViewTurn } from './view-turn.ts';
import type { TurnEnding } from './view-turn.ts';

export interface RunTurnDeps {
  readonly lanes: LaneStore;
  readonly runtime: AgentRuntime;
  readonly renderer: ReplyRenderer;
  readonly access: AccessList;
  /** Changes with every deployment of the container. */
  readonly runtimeEpoch: string;
}

export type TurnResult =
  | { readonly kind: 'answered'; readonly answered: readonly EntryId[]; readonly newConversation?: boolean }
  | { readonly kind: 'lease_lost' }
  | { readonly kind: 'wait'; readonly retryAfterMs: number }
  /** The leg's time is up and the turn goes on: the next wake attaches. */
  | { readonly kind: 'unfinished' };

/** One turn of the agent as far as this leg gets: start or attach, watch, deliver. */
export const createRunTurn =
  (deps: RunTurnDeps) =>
  async (outbox: Outbox, turn: ActiveTurn, isNew: boolean, deadline: AbortSignal): Promise<TurnResult> => {
    const { keeper, clock } = outbox;
    const signal = AbortSignal.any([deadline, keeper.lost]);
    const session = sessionFor(keeper.lane(), deps.runtimeEpoch, clock.now());
    if (isNew && !keeper.accept(await deps.lanes.saveTurn(keeper.lease, turn, session))) return { kind: 'lease_lost' };

    const ending = await watch(deps, outbox, { turn, isNew, session: session.id, signal });
    if (ending.type === 'aborted') return keeper.lost.aborted ? { kind: 'lease_lost' } : { kind: 'unfinished' };
    if (ending.type === 'fenced') return { kind: 'lease_lost' };

    const answered = [...turn.taken, ...(ending.type === 'done' ? ending.consumed : []), ...ending.stops];
    const markdown = replyOf(ending, turn);
    if (markdown === null) return { kind: 'answered', answered };
    const delivery = await deliverReply(outbox, deps.renderer, { markdown, startedAtMs: turn.startedAtMs });
    return resultOf(delivery, answered);
  };

/** A reply that cannot be delivered is over all the same: trying again would end the same way. It has been counted. */
export const resultOf = (delivery: Delivery, answered: readonly EntryId[]): TurnResult => {
  switch (delivery.kind) {
    case 'delivered':
    case 'undeliverable':
      return { kind: 'answered', answered: [...new Set(answered)] };
    case 'lease_lost':
    case 'wait':
      return delivery;
  }
};

interface Watch {
  readonly turn: ActiveTurn;
  readonly isNew: boolean;
  readonly session: NonNullable<Lane['runtimeSession']>['id'];
  readonly signal: AbortSignal;
}

/** Watches the turn to its end, starting it again (counted) when its container died on the way. */
const watch = async (
  deps: RunTurnDeps,
  outbox: Outbox,
  watched: Watch,
): Promise<TurnEnding & { stops: readonly EntryId[] }> => {
  const { keeper, log, clock } = outbox;
  const { session, signal } = watched;
  const quiet = watched.turn.kind === 'heartbeat';
  const view = createViewTurn({ runtime: deps.runtime, clock, log });
  const draft = quiet ? null : startLiveDraft(outbox, deps.renderer);
  await using _typing = quiet ? null : keepTyping(outbox);
  await using steering = quiet ? null : steerTurn({ runtime: deps.runtime, keeper, log }, session, watched.turn);

  let turn = watched.turn;
  let mayStart = watched.isNew;
  let ending: TurnEnding;
  for (;;) {
    ending = await view(
      session,
      turn,
      { ...callOf(deps, keeper.lane(), turn, keeper.lease.fence), mayStart },
      draft,
      signal,
    );
    const startAgain =
      (ending.type === 'unknown' || (ending.type === 'failed' && ending.retryable)) && turn.starts < MAX_ATTEMPTS;
    if (!startAgain) break;
    turn = { ...turn, starts: turn.starts + 1, ledger: keeper.lane().turn?.ledger ?? turn.ledger };
    log.warn('turn_started_again', { turnId: turn.id, starts: turn.starts });
    if (!keeper.accept(await deps.lanes.saveTurn(keeper.lease, turn))) {
      ending = { type: 'aborted' };
      break;
    }
    draft?.restart();
    mayStart = true;
  }
  await draft?.settle();
  return { ...ending, stops: steering?.stops() ?? [] };
};

const callOf = (deps: RunTurnDeps, lane: Lane, turn: ActiveTurn, fence: number) => {
  const address = laneAddressOf(lane.laneId);
  return {
    laneId: lane.laneId,
    conversationId: conversationIdOf(lane.laneId, lane.conversationCount),
    turnId: turn.id,
    fence,
    kind: turn.kind === 'heartbeat' ? ('heartbeat' as const) : ('message' as const),
    privateLane: isPrivateLane(address, deps.access),
    messages: takenBy(lane, turn).map(messageOf),
  };
};

/** What to say at the end; null to say nothing. */
const replyOf = (ending: Exclude<TurnEnding, { type: 'aborted' | 'fenced' }>, turn: ActiveTurn): string | null => {
  if (ending.type !== 'done') return turn.kind === 'heartbeat' ? null : failureText(ending);
  if (turn.kind === 'heartbeat') {
    const judged = judgeHeartbeatReply(ending.reply);
    return judged.kind === 'alert' ? judged.text : null;
  }
  return ending.ending === 'stopped' ? withStopMark(ending.reply) : ending.reply;
};
