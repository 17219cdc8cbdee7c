import {
  conversationIdOf,
  isPrivateLane,
  keptContext,
  laneAddressOf,
  modelChoiceOf,
  saidTo,
  stopsFor,
  takenBy,
  tokensText,
  upkeepOf,
  usageWith,
} from '@agent-claw/core';
import type {
  AccessList,
  ActiveTurn,
  AgentRuntime,
  Lane,
  LaneChange,
  LaneStore,
  Log,
  ReplyRenderer,
  Spent,
  TurnCall,
} from '@agent-claw/core';
import type { AccessDesk } from '../access/access-desk.ts';
import type { AccessView } from '../access/access-view.ts';
import { answerAsides } from '../commands/answer-asides.ts';
import { endTurn } from './end-turn.ts';
import { showDecision } from './ask-consent.ts';
import { hearAlong } from '../media/hear-voice.ts';
import { MAX_ATTEMPTS } from '../leg/limits.ts';
import type { OpenFiles } from '../commands/file-commands.ts';
import type { LegLimits } from '../leg/limits.ts';
import { startLiveDraft } from '../delivery/live-draft.ts';
import type { LiveDraft } from '../delivery/live-draft.ts';
import { sessionEndsAtMs, sessionFor, sessionOf } from '../leg/runtime-session.ts';
import type { RuntimeSession, SessionRules } from '../leg/runtime-session.ts';
import type { Outbox } from '../delivery/outbox.ts';
import { messageOf, stageTurn } from '../media/stage-media.ts';
import type { Media } from '../media/stage-media.ts';
import { steerTurn } from './steer-turn.ts';
import type { TurnResult } from '../delivery/turn-result.ts';
import { keepTyping } from '../delivery/typing.ts';
import { startMeter, viewTurn } from './view-turn.ts';
import type { Meter, TurnEnding } from './view-turn.ts';

export interface RunTurnDeps {
  readonly lanes: LaneStore;
  readonly runtime: AgentRuntime;
  readonly media: Media;
  readonly renderer: ReplyRenderer;
  readonly access: AccessView;
  readonly accessDesk: AccessDesk;
  readonly newNonce: () => string;
  readonly openFiles: OpenFiles;
  readonly log: Log;
  readonly version: string;
  /** Changes with every deployment of the container. */
  readonly runtimeEpoch: string;
  readonly limits: LegLimits;
}

export const sessionRules = ({ runtimeEpoch, limits }: RunTurnDeps): SessionRules => ({
  runtimeEpoch,
  sessionLifeMs: limits.sessionLifeMs,
});

/** One start of the turn in a container. */
interface Start {
  readonly turn: ActiveTurn;
  readonly session: RuntimeSession;
  readonly mayStart: boolean;
  readonly meter: Meter;
}

/** One turn of the agent as far as this leg gets: start or attach, watch, deliver. */
export const createRunTurn =
  (deps: RunTurnDeps) =>
  async (
    outbox: Outbox,
    turn: ActiveTurn,
    isNew: boolean,
    deadline: AbortSignal,
    change?: LaneChange,
  ): Promise<TurnResult> => {
    const { keeper, clock } = outbox;
    const rules = sessionRules(deps);
    const known = isNew ? undefined : sessionOf(keeper.lane(), turn, rules);
    const session = known ?? sessionFor(keeper.lane(), turn, rules, clock.now());
    if (isNew && !keeper.accept(await deps.lanes.saveTurn(keeper.lease, turn, kept(turn, session), change)))
      return { kind: 'lease_lost' };
    const shown = showDecision(deps, outbox, turn);
    const signal = AbortSignal.any([deadline, keeper.lost]);
    const meter = startMeter();
    const { ending, ...watched } = await watch(deps, outbox, { turn, session, mayStart: isNew, meter }, signal);
    const footer = footerOf(keeper.lane(), turn, meter.spent());
    const begun = keeper.lane().turn ?? turn;
    await shown;
    const result = await endTurn(outbox, deps, begun, ending, { ...watched, footer });
    return withUsage(keeper.lane(), turn, result, meter.spent(), clock.now());
  };

/** Below the answer, for who wants to know what it took. */
const footerOf = ({ settings }: Lane, turn: ActiveTurn, spent: Spent): string =>
  settings?.usageFooter === true && turn.kind === 'message' && spent.calls > 0
    ? `\n\n_${tokensText(spent.inputTokens)} tokens read, ${tokensText(spent.outputTokens)} written_`
    : '';

/** The lane's usage is replaced as a whole, so that a finish that is repeated counts once. */
const withUsage = (lane: Lane, turn: ActiveTurn, result: TurnResult, spent: Spent, nowMs: number): TurnResult =>
  result.kind !== 'answered' || spent.calls === 0
    ? result
    : { ...result, usage: usageWith(lane.usage, { spent, isCheck: turn.kind !== 'message', nowMs }) };

/** What the lane remembers of a session: nothing of a heartbeat's own one, which follows from the turn. */
const kept = (turn: ActiveTurn, session: RuntimeSession): RuntimeSession | undefined =>
  turn.kind === 'heartbeat' ? undefined : session;

/** How it ended, what was said by then, and whether its microVM's life was up. */
interface Watched {
  readonly ending: TurnEnding;
  readonly said: string;
  readonly isOverTime: boolean;
}

/** Watches the turn to its end, starting it again (counted) when its container died on the way. */
const watch = async (deps: RunTurnDeps, outbox: Outbox, first: Start, signal: AbortSignal): Promise<Watched> => {
  const { keeper, log, clock } = outbox;
  const rules = sessionRules(deps);
  const isQuiet = first.turn.kind === 'heartbeat';
  await using draft = first.turn.kind === 'message' ? startLiveDraft(outbox, deps.renderer, first.turn.id) : null;
  await using _typing = isQuiet ? null : keepTyping(outbox);
  await using _asides = answerAsides(deps, outbox);
  for (let start = first; ;) {
    const ending = await watchStart(deps, outbox, start, draft, signal);
    const said = draft?.said() ?? '';
    const isOverTime = clock.now() >= sessionEndsAtMs(start.session, rules);
    const { turn } = start;
    const isLost = ending.type === 'unknown' || (ending.type === 'failed' && ending.retryable);
    if (!isLost || turn.starts >= MAX_ATTEMPTS || stopsFor(keeper.lane(), turn).length > 0)
      return { ending, said, isOverTime };
    if (isOverTime) return { ending: { type: 'expired' }, said, isOverTime };
    const starts = turn.starts + 1;
    const session = sessionFor(keeper.lane(), turn, rules, clock.now());
    log.warn('turn_started_again', { starts });
    if (!keeper.accept(await deps.lanes.countStart(keeper.lease, starts, kept(turn, session))))
      return { ending: { type: 'fenced' }, said, isOverTime };
    draft?.restart();
    start = { ...start, turn: { ...turn, starts }, session, mayStart: true };
  }
};

/** Steering ends with the start: what was put into a run that died is offered again to the next one. */
const watchStart = async (
  deps: RunTurnDeps,
  { keeper, log, clock }: Outbox,
  { turn, session, mayStart, meter }: Start,
  draft: LiveDraft | null,
  signal: AbortSignal,
): Promise<TurnEnding> => {
  const endsAtMs = sessionEndsAtMs(session, sessionRules(deps));
  await using steering = steerTurn(
    { runtime: deps.runtime, media: deps.media, access: deps.access, keeper, clock, log },
    session.id,
    turn,
    endsAtMs,
  );
  await using _hearing = turn.kind === 'heartbeat' ? null : hearAlong({ ...deps, keeper, clock, log }, session);
  const asked = { ...callOf(keeper.lane(), turn, keeper.lease.fence, await deps.access()), mayStart };
  // Who may not start the turn needs no files: the container has them, or answers with what it saved.
  const call = mayStart
    ? { ...asked, messages: await stageTurn({ media: deps.media, keeper, clock, log }, turn, signal) }
    : asked;
  return await viewTurn({ runtime: deps.runtime, clock, log, meter }, session.id, call, draft, signal, steering.again);
};

const callKindOf = (lane: Lane, turn: ActiveTurn): TurnCall['kind'] => {
  if (turn.kind !== 'upkeep') return turn.kind === 'heartbeat' ? 'heartbeat' : 'message';
  const [entry] = takenBy(lane, turn);
  return (entry === undefined ? null : upkeepOf(entry)) ?? 'message';
};

/** The turn as the container gets it. */
export const callOf = (lane: Lane, turn: ActiveTurn, fence: number, access: AccessList) => ({
  laneId: lane.laneId,
  conversationId: conversationIdOf(lane.laneId, lane.conversationCount),
  turnId: turn.id,
  fence,
  kind: callKindOf(lane, turn),
  privateLane: isPrivateLane(laneAddressOf(lane.laneId), access),
  ...(turn.kind === 'heartbeat' || modelChoiceOf(lane.settings) === 'default'
    ? {}
    : { model: modelChoiceOf(lane.settings) }),
  messages: saidTo(lane, turn).map((entry) => messageOf(entry)),
  ...(lane.settings?.allowed === undefined ? {} : { allowed: lane.settings.allowed }),
  ...(turn.consent === undefined ? {} : { consent: turn.consent }),
  ...(turn.overheard === undefined ? {} : { overheard: keptContext(turn.overheard) }),
});
