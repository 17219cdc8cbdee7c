import type { AgentRuntime, EntryId, LaneId, RuntimeSessionId, TurnCall, TurnEvent, TurnId } from '@agent-claw/core';
import { createScriptedRun } from './scripted-run.ts';
import type { Script, ScriptedEvent, ScriptedRun } from './scripted-run.ts';

export type { ScriptedEvent } from './scripted-run.ts';

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

/** The shortest answer that ends a turn. */
export const aDone = (reply: string, consumed: readonly EntryId[] = []): ScriptedEvent => ({
  type: 'done',
  reply,
  consumed,
  ending: 'complete',
});

interface ScriptedLane {
  fence: number;
  run: ScriptedRun | null;
  readonly saved: Map<TurnId, Extract<TurnEvent, { type: 'done' }>>;
}

/**
 * An agent that says what the script says. Like the container it has one run per lane, replays its events after `afterSeq`,
 * refuses a lower fence, keeps finished turns beyond the session, and says `unknown_turn` about a turn that it may not start.
 */
export const scriptedAgentRuntime = (script: Script = () => [aDone('ok')]): ScriptedAgentRuntime => {
  const lanes = new Map<LaneId, ScriptedLane>();
  const calls: RuntimeCall[] = [];
  const laneOf = (laneId: LaneId): ScriptedLane => {
    const lane = lanes.get(laneId) ?? { fence: 0, run: null, saved: new Map() };
    lanes.set(laneId, lane);
    return lane;
  };
  const start = (call: TurnCall, lane: ScriptedLane): ScriptedRun => {
    lane.run?.supersede();
    lane.run = createScriptedRun(call, script, (done) => lane.saved.set(call.turnId, done));
    return lane.run;
  };
  /** The run that a steer or stop may reach. */
  const reachable = (op: 'steer' | 'stop', session: RuntimeSessionId, call: Parameters<AgentRuntime['stop']>[1]) => {
    const { turnId, fence } = call;
    calls.push({ op, session, turnId, fence });
    const lane = laneOf(call.laneId);
    if (fence < lane.fence || lane.run?.turnId !== turnId) return null;
    lane.fence = fence;
    return lane.run.isWorking() ? lane.run : null;
  };
  return {
    calls,
    turn: async function* turn(session, call, signal) {
      const { turnId, fence, afterSeq } = call;
      calls.push({ op: 'turn', session, turnId, fence, afterSeq, mayStart: call.mayStart });
      const mayStart = call.mayStart && afterSeq === 0;
      const lane = laneOf(call.laneId);
      if (fence < lane.fence) return yield { seq: afterSeq + 1, type: 'refused', reason: 'stale_fence' };
      lane.fence = fence;
      const { run } = lane;
      if (run?.turnId === turnId && !(run.hasFailed() && mayStart)) return yield* run.view(afterSeq, signal);
      const saved = lane.saved.get(turnId);
      if (saved !== undefined) return yield* retold(saved, afterSeq);
      if (!mayStart) return yield { seq: afterSeq + 1, type: 'refused', reason: 'unknown_turn' };
      yield* start(call, lane).view(0, signal);
    },
    steer: async (session, call) => {
      const run = reachable('steer', session, call);
      run?.offer(call.messages);
      return run !== null;
    },
    stop: async (session, call) => {
      const run = reachable('stop', session, call);
      run?.stop();
      return run !== null;
    },
    endSession: async (session) => {
      calls.push({ op: 'end_session', session });
      for (const lane of lanes.values()) lane.run = null;
    },
  };
};

/** A saved turn as the container tells it: the text in one piece, and not to a viewer that has seen some of it. */
const retold = (saved: Extract<TurnEvent, { type: 'done' }>, afterSeq: number): readonly TurnEvent[] =>
  afterSeq > 0 || saved.reply === ''
    ? [{ ...saved, seq: afterSeq + 1 }]
    : [
        { seq: 1, type: 'text', delta: saved.reply },
        { ...saved, seq: 2 },
      ];
