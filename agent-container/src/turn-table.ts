import { PermanentError, RetryableError } from '@agent-claw/core';
import type { Clock, ConversationStore, LaneId, Log, SavedTurn, TurnCall, TurnEvent, TurnId } from '@agent-claw/core';
import { logFailure } from './agent/log-failure.ts';
import type { AnswerTurn } from './answer-turn.ts';
import { createTurnRun } from './turn-run.ts';
import type { TurnRun } from './turn-run.ts';

const REPLAY_MS = 10 * 60_000;
const SUPERSEDE_WAIT_MS = 5_000;
const SAVE_ATTEMPTS = 4;
const SAVE_RETRY_MS = 250;

type SteerCall = Pick<TurnCall, 'laneId' | 'turnId' | 'fence' | 'messages'>;
type StopCall = Pick<TurnCall, 'laneId' | 'turnId' | 'fence'>;

/** Who owns the runs of this process. Viewers come and go; a run ends by itself, by a stop, or by a higher fence. */
export interface TurnTable {
  /** Attaches to the turn, answers it from the saved conversation, or starts it; see `AgentRuntime.turn`. */
  turn(call: TurnCall, signal: AbortSignal): AsyncIterable<TurnEvent>;
  /** @returns false when no such turn can still take messages in. */
  steer(call: SteerCall): boolean;
  /** @returns false when no such turn can still be stopped. */
  stop(call: StopCall): boolean;
  /** Whether a turn runs, and since when (Unix seconds) that has been so; no time before the first turn. */
  status(): { readonly busy: boolean; readonly sinceEpochS?: number };
  /** Waits for the running turns, at most `ms`; then ends them unsaved, so that another process runs them again. */
  drain(ms: number): Promise<void>;
}

export interface TurnTableDeps {
  readonly conversations: ConversationStore;
  readonly answer: AnswerTurn;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is told of a turn that has ended. */
type Ended = Pick<SavedTurn, 'reply' | 'consumed' | 'ending' | 'ask' | 'files'>;

interface LaneState {
  fence: number;
  run: TurnRun | null;
}

export const createTurnTable = (deps: TurnTableDeps): TurnTable => {
  const { clock, conversations, log } = deps;
  const lanes = new Map<LaneId, LaneState>();
  const status: { running: number; sinceEpochS?: number } = { running: 0 };

  const nowS = (): number => Math.floor(clock.now() / 1000);
  const countRunning = (change: 1 | -1): void => {
    const before = status.running;
    status.running += change;
    if ((before === 0) !== (status.running === 0)) status.sinceEpochS = nowS();
  };

  const laneOf = (laneId: LaneId): LaneState => {
    const known = lanes.get(laneId);
    if (known !== undefined) return known;
    const fresh: LaneState = { fence: 0, run: null };
    lanes.set(laneId, fresh);
    return fresh;
  };

  const forgetOldRuns = (): void => {
    for (const lane of lanes.values())
      if (lane.run?.phase === 'ended' && lane.run.endedAtMs + REPLAY_MS < clock.now()) lane.run = null;
  };

  const doneEvent = ({ reply, consumed, ending, ask, files }: Ended) =>
    ({
      type: 'done',
      reply,
      consumed,
      ending,
      ...(ask === undefined ? {} : { ask }),
      ...(files === undefined ? {} : { files }),
    }) as const;

  /** Forgetting what is forgotten already is no error. */
  const forget = async ({ conversationId }: TurnCall, turnIds: readonly TurnId[] = []): Promise<void> => {
    if (turnIds.length > 0) await conversations.evict(conversationId, turnIds);
  };

  /** A finished turn is told again, never run again. */
  const replaySaved = (run: TurnRun, saved: SavedTurn): void => {
    if (saved.reply !== '') run.emit({ type: 'text', delta: saved.reply });
    run.end(doneEvent(saved));
  };

  const save = async (
    call: TurnCall,
    turn: Omit<SavedTurn, 'fence' | 'savedAtMs'>,
    run: TurnRun,
  ): Promise<'saved' | 'stale_fence'> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await conversations.save(call.conversationId, { ...turn, fence: run.fence, savedAtMs: clock.now() }))
          .kind;
      } catch (error) {
        if (!(error instanceof RetryableError) || attempt >= SAVE_ATTEMPTS) throw error;
        await clock.sleep(SAVE_RETRY_MS * 2 ** attempt);
      }
    }
  };

  const isSuperseded = (run: TurnRun): boolean => run.signal.reason === 'superseded';

  const work = async (call: TurnCall, run: TurnRun): Promise<void> => {
    const opened = await conversations.open(call.conversationId, call.turnId, run.fence);
    if (opened.kind === 'stale_fence') return run.end({ type: 'refused', reason: 'stale_fence' });
    const saved = opened.conversation.turns.find((turn) => turn.turnId === call.turnId);
    if (saved !== undefined) {
      await forget(call, saved.evicts);
      return replaySaved(run, saved);
    }
    const answer = await deps.answer(call, opened.conversation, run, run.signal);
    if (isSuperseded(run)) return run.end({ type: 'refused', reason: 'stale_fence' });
    run.phase = 'closing';
    if (answer.kind === 'failed')
      return run.end({ type: 'failed', code: answer.code, message: answer.message, retryable: answer.retryable });
    const { kind: _, evict: evicts, ...answered } = answer;
    // Saved before it is said: a viewer that saw `done` may forget the turn, and asking again finds it in the store.
    const turn = { turnId: call.turnId, ...answered, ...(evicts === undefined ? {} : { evicts }) };
    const outcome = await save(call, turn, run);
    if (outcome === 'stale_fence') return run.end({ type: 'refused', reason: 'stale_fence' });
    // Before it is said as well: nobody asks for a finished turn again, and what /undo has announced must be so.
    await forget(call, evicts);
    run.end(doneEvent(answer));
  };

  const start = (call: TurnCall, lane: LaneState): TurnRun => {
    const before = lane.run;
    const taken = call.messages.map((message) => message.id);
    const isCurrent = (fence: number): Promise<boolean> => conversations.isCurrent(call.conversationId, fence);
    const run = createTurnRun({ turnId: call.turnId, fence: call.fence, taken, isCurrent, clock });
    lane.run = run;
    countRunning(1);
    const go = async (): Promise<void> => {
      try {
        if (before !== null) {
          before.abort('superseded');
          // It can save nothing any more; a run that hangs must not keep the lane waiting.
          await Promise.race([before.finished, clock.sleep(SUPERSEDE_WAIT_MS)]);
        }
        if (isSuperseded(run)) return run.end({ type: 'refused', reason: 'stale_fence' });
        await work(call, run);
      } catch (error) {
        logFailure(log, 'turn_broke', error, { laneId: call.laneId, turnId: call.turnId });
        run.end({
          type: 'failed',
          code: 'store_unavailable',
          message: 'The conversation could not be read or saved. Send your message again in a minute.',
          retryable: !(error instanceof PermanentError),
        });
      } finally {
        run.end(null);
        countRunning(-1);
      }
    };
    run.finished = go();
    return run;
  };

  /** The run that a steer or stop may reach, or null. */
  const reachable = (call: StopCall): TurnRun | null => {
    const lane = lanes.get(call.laneId);
    if (lane === undefined || call.fence < lane.fence || lane.run?.turnId !== call.turnId) return null;
    lane.fence = call.fence;
    lane.run.fence = call.fence;
    return lane.run.phase === 'working' && !lane.run.signal.aborted ? lane.run : null;
  };

  const refused = (call: TurnCall, reason: 'stale_fence' | 'unknown_turn'): TurnEvent => ({
    seq: call.afterSeq + 1,
    type: 'refused',
    reason,
  });

  /** A run that ended without an answer may be started again, by who may start; its failure is told to everybody else. */
  const canAttach = (run: TurnRun, call: TurnCall): boolean =>
    call.afterSeq <= run.lastSeq() &&
    (run.phase !== 'ended' || run.ending === 'done' || (run.ending === 'failed' && !mayStart(call)));

  /** Who has seen events of this turn saw another run of it: the next one begins only for who has forgotten them. */
  const mayStart = (call: TurnCall): boolean => call.mayStart && call.afterSeq === 0;

  /** What is kept of a turn that this process does not know. A viewer that has seen events gets no text twice: `done` has it all. */
  const savedOnly = async (call: TurnCall): Promise<readonly TurnEvent[]> => {
    const saved = await conversations.find(call.conversationId, call.turnId);
    if (saved === null) return [refused(call, 'unknown_turn')];
    await forget(call, saved.evicts);
    const text: TurnEvent[] =
      call.afterSeq === 0 && saved.reply !== '' ? [{ seq: 1, type: 'text', delta: saved.reply }] : [];
    return [...text, { seq: call.afterSeq + text.length + 1, ...doneEvent(saved) }];
  };

  return {
    async *turn(call, signal) {
      forgetOldRuns();
      const lane = laneOf(call.laneId);
      if (call.fence < lane.fence) return yield refused(call, 'stale_fence');
      lane.fence = call.fence;
      if (lane.run?.turnId === call.turnId && canAttach(lane.run, call)) {
        lane.run.fence = call.fence;
        return yield* lane.run.view(call.afterSeq, signal);
      }
      // A lane begins a turn only after the one before it was finished: this call is late, and starting it would end the newer run.
      const isLate = lane.run !== null && call.turnId < lane.run.turnId;
      if (!mayStart(call) || isLate) return yield* await savedOnly(call);
      yield* start(call, lane).view(0, signal);
    },
    steer(call) {
      const run = reachable(call);
      run?.offer(call.messages);
      return run !== null;
    },
    stop(call) {
      const run = reachable(call);
      run?.abort('stop');
      return run !== null;
    },
    status() {
      const { running, sinceEpochS } = status;
      return { busy: running > 0, ...(sinceEpochS === undefined ? {} : { sinceEpochS }) };
    },
    async drain(ms) {
      const runs = [...lanes.values()].flatMap((lane) => (lane.run === null ? [] : [lane.run]));
      const all = Promise.allSettled(runs.map((run) => run.finished));
      const over = new AbortController();
      await Promise.race([all.then(() => over.abort()), clock.sleep(ms, over.signal)]);
      for (const run of runs) if (run.phase === 'working') run.abort('superseded');
      for (const run of runs) run.end(null);
    },
  };
};
