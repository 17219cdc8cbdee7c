import { turnIdOf, updateEntryId } from '@agent-claw/core';
import type { AgentRuntime, ConversationId, LaneId, RuntimeSessionId, TurnCall, TurnEvent } from '@agent-claw/core';
import { expect, it } from 'vitest';
import { aTurnCall } from '../builders.ts';

/**
 * An agent that obeys one word: `quick` is answered at once; `held` says something, waits for `release`, and then takes one
 * more step before it answers; `failing` ends without an answer.
 */
export interface AgentRuntimeWorld {
  readonly runtime: AgentRuntime;
  readonly session: RuntimeSessionId;
  /** Two lanes in which nothing has been said. */
  readonly lanes: readonly [LaneWithConversation, LaneWithConversation];
  /** Lets what is held go on. */
  readonly release: () => void;
  /** Cuts the streams that are open, between the runtime and its caller. */
  readonly cut: () => void;
  /** How many runs have begun. */
  readonly runs: () => number;
}
export interface LaneWithConversation {
  readonly laneId: LaneId;
  readonly conversationId: ConversationId;
}

const unaborted = (): AbortSignal => new AbortController().signal;
const aMessage = (text: string, id = 1): TurnCall['messages'][number] => ({
  id: updateEntryId(id),
  sentAtEpochS: 1_790_000_000 + id,
  sequence: id,
  sender: { id: '4242001', name: 'Ada' },
  text,
});
const numbersOf = (events: readonly TurnEvent[]): readonly number[] => events.map((event) => event.seq);
const textOf = (events: readonly TurnEvent[]): string =>
  events.map((event) => (event.type === 'text' ? event.delta : '')).join('');
const isEnding = (event: TurnEvent): boolean => ['done', 'failed', 'refused'].includes(event.type);
const withoutSeq = (event: TurnEvent | undefined): object => ({ ...event, seq: 0 });

/** The promises of `AgentRuntime`. */
export const agentRuntimeContract = (create: () => Promise<AgentRuntimeWorld>): void => {
  const aTurnIn = async () => {
    const world = await create();
    const { runtime, session, lanes } = world;
    const callSaying = (text: string, override: Partial<TurnCall> = {}): TurnCall =>
      aTurnCall({ ...lanes[0], messages: [aMessage(text)], ...override });
    const collect = async (call: TurnCall): Promise<readonly TurnEvent[]> => {
      const events: TurnEvent[] = [];
      for await (const event of runtime.turn(session, call, unaborted())) events.push(event);
      return events;
    };
    /** Watches in the background; `begun` settles at the first event. */
    const watch = (call: TurnCall, signal = unaborted()) => {
      const begun = Promise.withResolvers<void>();
      const over = (async () => {
        const events: TurnEvent[] = [];
        for await (const event of runtime.turn(session, call, signal)) {
          events.push(event);
          begun.resolve();
        }
        return events;
      })();
      over.catch(begun.reject);
      return { begun: begun.promise, over };
    };
    const steer = (call: TurnCall, ...messages: TurnCall['messages']) =>
      runtime.steer(session, { ...call, messages }, unaborted());
    const stop = (call: TurnCall) => runtime.stop(session, call, unaborted());
    return { ...world, callSaying, collect, watch, steer, stop };
  };

  it('numbers the events of a turn from one, and ends with the whole reply and what it has read', async () => {
    const { callSaying, collect } = await aTurnIn();
    const events = await collect(callSaying('quick', { messages: [aMessage('quick', 1), aMessage('quick', 2)] }));
    expect(numbersOf(events)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(isEnding)).toEqual([
      { seq: events.length, type: 'done', reply: textOf(events), consumed: ['u1', 'u2'], ending: 'complete' },
    ]);
    expect(textOf(events)).not.toBe('');
  });

  it('tells the same events again after the last one that was seen, and runs the turn once', async () => {
    const { callSaying, collect, runs } = await aTurnIn();
    const events = await collect(callSaying('quick'));
    for (const afterSeq of [0, 1, events.length - 1])
      expect(await collect(callSaying('quick', { afterSeq }))).toEqual(events.slice(afterSeq));
    expect(runs()).toBe(1);
  });

  it('refuses a turn that it does not know and may not start', async () => {
    const { callSaying, collect, runs } = await aTurnIn();
    expect(await collect(callSaying('quick', { mayStart: false, afterSeq: 4 }))).toEqual([
      { seq: 5, type: 'refused', reason: 'unknown_turn' },
    ]);
    expect(runs()).toBe(0);
  });

  it('answers a finished turn again, also under a higher fence and after its session has ended, and never runs it twice', async () => {
    const { callSaying, collect, runtime, session, runs } = await aTurnIn();
    const done = withoutSeq((await collect(callSaying('quick'))).at(-1));
    expect(withoutSeq((await collect(callSaying('quick', { fence: 2 }))).at(-1))).toEqual(done);
    await runtime.endSession(session);
    for (const mayStart of [false, true]) {
      const again = await collect(callSaying('quick', { fence: 3, mayStart }));
      expect([withoutSeq(again.at(-1)), textOf(again)]).toEqual([done, expect.stringMatching(/\S/u)]);
    }
    expect(runs()).toBe(1);
  });

  it('starts no turn for a viewer that has seen events of it: two runs are never told as one', async () => {
    const { callSaying, collect, runs } = await aTurnIn();
    expect([await collect(callSaying('quick', { afterSeq: 7 })), runs()]).toEqual([
      [{ seq: 8, type: 'refused', reason: 'unknown_turn' }],
      0,
    ]);
    expect(numbersOf(await collect(callSaying('quick'))).at(0)).toBe(1);
  });

  it('refuses a lower fence in every call, and the run goes on', async () => {
    const { callSaying, collect, watch, steer, stop, release } = await aTurnIn();
    const viewer = watch(callSaying('held', { fence: 5 }));
    await viewer.begun;
    const old = callSaying('held', { fence: 4 });
    expect([await collect(old), await steer(old, aMessage('more', 2)), await stop(old)]).toEqual([
      [{ seq: 1, type: 'refused', reason: 'stale_fence' }],
      false,
      false,
    ]);
    release();
    expect((await viewer.over).at(-1)).toMatchObject({ type: 'done', consumed: ['u1'], ending: 'complete' });
  });

  it('lets a higher fence attach to the run, from the beginning or from where it stopped', async () => {
    const { callSaying, watch, release, runs } = await aTurnIn();
    const first = watch(callSaying('held'));
    await first.begun;
    const second = watch(callSaying('held', { fence: 2, mayStart: false }));
    await second.begun;
    const third = watch(callSaying('held', { fence: 3, mayStart: false, afterSeq: 1 }));
    release();
    const events = await second.over;
    expect(events.at(-1)).toMatchObject({ type: 'done', ending: 'complete' });
    expect(await third.over).toEqual(events.slice(1));
    expect([await first.over, runs()]).toEqual([events, 1]);
  });

  it('ends a run for the next turn of a higher fence', async () => {
    const { callSaying, collect, watch } = await aTurnIn();
    const old = watch(callSaying('held'));
    await old.begun;
    const next = await collect(
      callSaying('quick', { turnId: turnIdOf(2), fence: 2, messages: [aMessage('quick', 2)] }),
    );
    expect(next.at(-1)).toMatchObject({ type: 'done', consumed: ['u2'], ending: 'complete' });
    expect((await old.over).at(-1)).toMatchObject({ type: 'refused', reason: 'stale_fence' });
  });

  it('keeps the lanes apart', async () => {
    const { callSaying, collect, watch, lanes, release } = await aTurnIn();
    const one = watch(callSaying('held', { fence: 9 }));
    await one.begun;
    const other = await collect(callSaying('quick', lanes[1]));
    release();
    expect([other.at(-1)?.type, (await one.over).at(-1)?.type]).toEqual(['done', 'done']);
  });

  it('puts what is steered into the running turn, once, and lists it as read', async () => {
    const { callSaying, watch, steer, release } = await aTurnIn();
    const call = callSaying('held');
    const viewer = watch(call);
    await viewer.begun;
    expect([await steer(call, aMessage('more', 2)), await steer(call, aMessage('more', 2))]).toEqual([true, true]);
    release();
    expect((await viewer.over).at(-1)).toMatchObject({ consumed: ['u1', 'u2'], ending: 'complete' });
  });

  it('takes no steer and no stop for a turn that does not run', async () => {
    const { callSaying, collect, watch, steer, stop, release } = await aTurnIn();
    const call = callSaying('held');
    const other = callSaying('held', { turnId: turnIdOf(2) });
    const answers = [await steer(call, aMessage('more', 2)), await stop(call)];
    const viewer = watch(call);
    await viewer.begun;
    answers.push(await steer(other, aMessage('more', 2)), await stop(other));
    release();
    const events = await viewer.over;
    answers.push(await steer(call, aMessage('more', 2)), await stop(call));
    expect(answers).toEqual([false, false, false, false, false, false]);
    expect(await collect(call)).toEqual(events);
  });

  it('stops a running turn, which ends with what it has said', async () => {
    const { callSaying, collect, watch, stop, runs } = await aTurnIn();
    const call = callSaying('held');
    const viewer = watch(call);
    await viewer.begun;
    expect(await stop(call)).toBe(true);
    const events = await viewer.over;
    expect(events.at(-1)).toEqual({
      seq: events.length,
      type: 'done',
      reply: textOf(events),
      consumed: ['u1'],
      ending: 'stopped',
    });
    expect([await stop(call), await collect(call), runs()]).toEqual([false, events, 1]);
  });

  it('ends without an ending when the stream is cut, and the run goes on', async () => {
    const { callSaying, collect, watch, cut, release, runs } = await aTurnIn();
    const viewer = watch(callSaying('held'));
    await viewer.begun;
    cut();
    const seen = await viewer.over;
    expect(seen.filter(isEnding)).toEqual([]);
    release();
    const rest = await collect(callSaying('held', { mayStart: false, afterSeq: seen.length }));
    expect(numbersOf([...seen, ...rest])).toEqual([...seen, ...rest].map((_, index) => index + 1));
    expect(rest.at(-1)).toMatchObject({ type: 'done', reply: textOf([...seen, ...rest]), ending: 'complete' });
    expect(runs()).toBe(1);
  });

  it('ends without an ending when the viewer leaves, and the run goes on', async () => {
    const { callSaying, collect, watch, release, runs } = await aTurnIn();
    const leaving = new AbortController();
    const viewer = watch(callSaying('held'), leaving.signal);
    await viewer.begun;
    leaving.abort();
    expect((await viewer.over).filter(isEnding)).toEqual([]);
    release();
    const again = await collect(callSaying('held', { mayStart: false }));
    expect([again.at(-1), runs()]).toMatchObject([{ type: 'done', ending: 'complete' }, 1]);
  });

  it('tells a failure again to who may not start the turn, and starts it again for who may', async () => {
    const { callSaying, collect, runs } = await aTurnIn();
    const [failed] = await collect(callSaying('failing'));
    expect(failed).toEqual({
      seq: 1,
      type: 'failed',
      code: expect.stringMatching(/^\w+$/u),
      message: expect.stringMatching(/\S/u),
      retryable: expect.any(Boolean),
    });
    expect([await collect(callSaying('failing', { mayStart: false })), runs()]).toEqual([[failed], 1]);
    expect([(await collect(callSaying('failing'))).at(-1)?.type, runs()]).toEqual(['failed', 2]);
  });

  it('forgets with the session what was not saved; ending it again is harmless', async () => {
    const { callSaying, collect, runtime, session } = await aTurnIn();
    await runtime.endSession(session);
    await collect(callSaying('failing'));
    await runtime.endSession(session);
    await runtime.endSession(session);
    expect(await collect(callSaying('failing', { mayStart: false }))).toEqual([
      { seq: 1, type: 'refused', reason: 'unknown_turn' },
    ]);
  });
};
