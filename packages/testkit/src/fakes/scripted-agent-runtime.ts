import type { AgentRuntime, EntryId, RuntimeSessionId, TurnCall, TurnEvent, TurnId } from '@agent-claw/core';

type Numbered<T> = T extends unknown ? Omit<T, 'seq'> : never;
/** An event of a script: the runtime numbers it. `cut` ends the stream without an ending, once. */
export type ScriptedEvent = Numbered<TurnEvent> | { readonly type: 'cut' };

export interface ScriptedAgentRuntime extends AgentRuntime {
  /** Every call in order, as it came. */
  readonly calls: readonly RuntimeCall[];
}
export interface RuntimeCall {
  readonly op: 'turn' | 'steer' | 'stop' | 'end_session';
  readonly session: RuntimeSessionId;
  readonly turnId?: TurnId;
  readonly fence?: number;
  readonly afterSeq?: number;
  readonly mayStart?: boolean;
}

interface Run {
  readonly events: readonly ScriptedEvent[];
  fence: number;
  cutsSeen: number;
  ended: boolean;
}

/** The shortest answer that ends a turn. */
export const aDone = (reply: string, consumed: readonly EntryId[] = []): ScriptedEvent => ({
  type: 'done',
  reply,
  consumed,
  ending: 'complete',
});

/**
 * An agent that says what the script says. Like the container it knows the turns that were started, replays their events
 * after `afterSeq`, refuses a lower fence, and says `unknown_turn` about a turn that it may not start.
 */
export const scriptedAgentRuntime = (
  script: (call: TurnCall) => readonly ScriptedEvent[] = () => [aDone('ok')],
): ScriptedAgentRuntime => {
  const runs = new Map<TurnId, Run>();
  const calls: RuntimeCall[] = [];
  const state = { fence: 0 };
  const knows = (call: Pick<TurnCall, 'turnId' | 'fence'>): boolean => {
    const run = runs.get(call.turnId);
    return run !== undefined && !run.ended && call.fence >= state.fence;
  };
  const note = (op: RuntimeCall['op'], session: RuntimeSessionId, call: Pick<TurnCall, 'turnId' | 'fence'>): void =>
    void calls.push({ op, session, turnId: call.turnId, fence: call.fence });
  return {
    calls,
    turn: async function* turn(session, call, signal) {
      const { turnId, fence, afterSeq, mayStart } = call;
      calls.push({ op: 'turn', session, turnId, fence, afterSeq, mayStart });
      if (fence < state.fence) return yield { seq: 0, type: 'refused', reason: 'stale_fence' };
      state.fence = fence;
      const known = runs.get(turnId);
      if (known === undefined && !mayStart) return yield { seq: 0, type: 'refused', reason: 'unknown_turn' };
      const run = known ?? { events: script(call), fence, cutsSeen: 0, ended: false };
      runs.set(turnId, run);
      yield* replay(run, afterSeq, signal);
    },
    steer: async (session, call) => {
      note('steer', session, call);
      return knows(call);
    },
    stop: async (session, call) => {
      note('stop', session, call);
      return knows(call);
    },
    endSession: async (session) => {
      calls.push({ op: 'end_session', session });
      runs.clear();
    },
  };
};

async function* replay(run: Run, afterSeq: number, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  let seq = 0;
  let cuts = 0;
  for (const event of run.events) {
    if (signal.aborted) return;
    if (event.type === 'cut') {
      cuts += 1;
      if (cuts <= run.cutsSeen) continue;
      run.cutsSeen = cuts;
      return;
    }
    seq += 1;
    if (event.type === 'done' || event.type === 'failed') run.ended = true;
    if (seq > afterSeq) yield { seq, ...event };
  }
}
