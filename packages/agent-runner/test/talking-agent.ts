import type { AgentRuntime, RuntimeSessionId, TurnEvent } from '@agent-claw/core';
import type { ManualClock } from '@agent-claw/testkit';

/** What was passed on to a talking agent, in order: entry ids, `stop`, `end <session>`. */
export interface TalkingAgent {
  readonly agent: (clock: ManualClock) => AgentRuntime;
  readonly heard: readonly string[];
  readonly sessions: readonly RuntimeSessionId[];
}

/** An agent that says a word a second for `seconds`, or until it is stopped; then its answer is what it said. */
export const talkingAgent = (seconds: number, override: Partial<AgentRuntime> = {}): TalkingAgent => {
  const heard: string[] = [];
  const sessions: RuntimeSessionId[] = [];
  const agent = (clock: ManualClock): AgentRuntime => {
    const state = { startedAtMs: 0, stopped: false };
    return {
      async *turn(session, call, signal): AsyncGenerator<TurnEvent> {
        sessions.push(session);
        // Like the container, it works on without a viewer. One that it is asked for without a start has begun just then.
        if (call.mayStart || state.startedAtMs === 0)
          Object.assign(state, { startedAtMs: clock.now(), stopped: false });
        for (let seq = 1; seq <= seconds && !state.stopped; seq += 1) {
          await clock.sleep(state.startedAtMs + seq * 1_000 - clock.now(), signal);
          if (signal.aborted) return;
          yield { seq, type: 'text', delta: `w${seq} ` };
        }
        const reply = state.stopped ? 'what there was' : 'all said';
        const consumed = heard.filter((id) => id.startsWith('u')) as never[];
        const ending = state.stopped ? 'stopped' : 'complete';
        yield { seq: seconds + 1, type: 'done', reply, consumed, ending };
      },
      steer: async (_session, { messages }) => {
        heard.push(...messages.map(({ id }) => id));
        return true;
      },
      stop: async () => {
        heard.push('stop');
        state.stopped = true;
        return true;
      },
      endSession: async (session) => void heard.push(`end ${session}`),
      ...override,
    };
  };
  return { agent, heard, sessions };
};
