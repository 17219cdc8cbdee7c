import { RetryableError, conversationIdOf, turnIdOf, updateEntryId } from '@agent-claw/core';
import type { ConversationStore, TurnCall, TurnEvent } from '@agent-claw/core';
import { aConversationId, aLaneId, aTurnCall, manualClock, memoryConversationStore } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { collect, messageSaying, neverAborted, silentLog } from '../test/world.ts';
import type { AnswerTurn, TurnAnswer, TurnLine } from './answer-turn.ts';
import { createTurnTable } from './turn-table.ts';

const answered = (reply: string): TurnAnswer => ({
  kind: 'answered',
  messages: [
    { role: 'user', content: [{ text: 'q' }] },
    { role: 'assistant', content: [{ text: reply }] },
  ],
  reply,
  consumed: [updateEntryId(1)],
  ending: 'complete',
});

interface Started {
  readonly call: TurnCall;
  readonly line: TurnLine;
  readonly signal: AbortSignal;
  readonly finish: (answer: TurnAnswer) => void;
}

/** A table whose runs end when the test says so. */
const aTable = (conversations: ConversationStore = memoryConversationStore()) => {
  const clock = manualClock();
  const started: Started[] = [];
  const answer: AnswerTurn = (call, _conversation, line, signal) =>
    new Promise((resolve) => {
      started.push({ call, line, signal, finish: resolve });
      signal.addEventListener('abort', () => resolve({ ...answered('partial'), ending: 'stopped' } as TurnAnswer));
    });
  const table = createTurnTable({ conversations, answer, clock, log: silentLog });
  const view = (override: Partial<TurnCall> = {}, signal = neverAborted()): Promise<TurnEvent[]> =>
    collect(table.turn(aTurnCall(override), signal));
  const run = (index: number): Started => {
    const found = started[index];
    if (found === undefined) throw new Error(`Run ${index} has not started; ${started.length} have.`);
    return found;
  };
  return { table, clock, conversations, started, run, view, settle: () => clock.advance(0) };
};

const done = (seq: number, reply: string): TurnEvent => ({
  seq,
  type: 'done',
  reply,
  consumed: [updateEntryId(1)],
  ending: 'complete',
});
const refused = (seq: number, reason: 'stale_fence' | 'unknown_turn'): TurnEvent => ({ seq, type: 'refused', reason });

describe('the turn table', () => {
  it('runs a turn once for any number of viewers, each from where it stopped', async () => {
    const world = aTable();
    const first = world.view();
    await world.settle();
    world.run(0).line.emit({ type: 'text', delta: 'Hello ' });
    world.run(0).line.emit({ type: 'tool_started', name: 'read_file', summary: 'a.md' });
    const second = world.view({ afterSeq: 1, mayStart: false, fence: 2 });
    await world.settle();
    world.run(0).finish(answered('Hello '));
    const tool: TurnEvent = {
      seq: 2,
      type: 'tool_started',
      name: 'read_file',
      summary: 'a.md',
      startedAtMs: expect.any(Number),
    };
    expect(await first).toEqual([{ seq: 1, type: 'text', delta: 'Hello ' }, tool, done(3, 'Hello ')]);
    expect(await second).toEqual([tool, done(3, 'Hello ')]);
    expect(world.started).toHaveLength(1);
  });

  it('goes on when its viewer leaves, and replays to the next one', async () => {
    const world = aTable();
    const leaving = new AbortController();
    const gone = world.view({}, leaving.signal);
    await world.settle();
    leaving.abort();
    expect(await gone).toEqual([]);
    expect([world.run(0).signal.aborted, world.table.status().busy]).toEqual([false, true]);
    world.run(0).finish(answered('Still here.'));
    expect(await world.view({ mayStart: false })).toEqual([done(1, 'Still here.')]);
  });

  it('saves the turn under its fence before it says done', async () => {
    const store = memoryConversationStore();
    const order: string[] = [];
    const world = aTable({
      ...store,
      save: async (id, turn) => (order.push(`save ${turn.fence}`), store.save(id, turn)),
    });
    const events = world.view({ fence: 3 }).then((all) => (order.push(all.at(-1)?.type ?? ''), all));
    await world.settle();
    void world.view({ fence: 5, mayStart: false });
    await world.settle();
    world.run(0).finish(answered('ok'));
    await events;
    expect(order).toEqual(['save 5', 'done']);
  });

  it('tells a finished turn again from the saved conversation, in another process, and never runs it again', async () => {
    const before = aTable();
    const view = before.view();
    await before.settle();
    before.run(0).finish(answered('Once.'));
    await view;
    const after = aTable(before.conversations);
    expect(await after.view({ mayStart: false })).toEqual([{ seq: 1, type: 'text', delta: 'Once.' }, done(2, 'Once.')]);
    expect(await after.view({ mayStart: false, afterSeq: 7 })).toEqual([done(8, 'Once.')]);
    expect(await after.view({ mayStart: true, fence: 2 })).toEqual([
      { seq: 1, type: 'text', delta: 'Once.' },
      done(2, 'Once.'),
    ]);
    expect(after.started).toHaveLength(0);
  });

  it('refuses a turn that it does not know when it may not start it', async () => {
    expect(await aTable().view({ mayStart: false, afterSeq: 4 })).toEqual([refused(5, 'unknown_turn')]);
  });

  it('refuses a lower fence than the highest it has seen, for viewing, steering and stopping', async () => {
    const world = aTable();
    void world.view({ fence: 5 });
    await world.settle();
    expect(await world.view({ fence: 4 })).toEqual([refused(1, 'stale_fence')]);
    const old = { laneId: aLaneId(), turnId: turnIdOf(1), fence: 4 };
    expect([world.table.steer({ ...old, messages: [messageSaying('x', 2)] }), world.table.stop(old)]).toEqual([
      false,
      false,
    ]);
    expect(world.run(0).signal.aborted).toBe(false);
  });

  it('ends the old run, unsaved, before another turn starts under a higher fence', async () => {
    const world = aTable();
    const old = world.view();
    await world.settle();
    const next = world.view({ turnId: turnIdOf(2), fence: 2 });
    await world.settle();
    expect([world.run(0).signal.reason, await old]).toEqual(['superseded', [refused(1, 'stale_fence')]]);
    world.run(1).finish(answered('New.'));
    expect(await next).toEqual([done(1, 'New.')]);
    expect(await world.conversations.find(aConversationId(), turnIdOf(1))).toBeNull();
  });

  it('answers a delayed call for an older turn from what was saved, and lets the newer one run on', async () => {
    const world = aTable();
    const first = world.view();
    await world.settle();
    world.run(0).finish(answered('First.'));
    await first;
    const newer = world.view({ turnId: turnIdOf(3), fence: 2 });
    await world.settle();
    expect([await world.view({ fence: 2, afterSeq: 4 }), await world.view({ turnId: turnIdOf(2), fence: 2 })]).toEqual([
      [done(5, 'First.')],
      [refused(1, 'unknown_turn')],
    ]);
    expect([world.run(1).signal.aborted, world.started.length]).toEqual([false, 2]);
    world.run(1).finish(answered('Third.'));
    expect(await newer).toEqual([done(1, 'Third.')]);
  });

  it('is refused by the store when another process has taken the conversation over meanwhile', async () => {
    const world = aTable();
    const view = world.view();
    await world.settle();
    await world.conversations.open(aConversationId(), turnIdOf(1), 9);
    world.run(0).finish(answered('Too late.'));
    expect(await view).toEqual([refused(1, 'stale_fence')]);
    expect(await world.conversations.find(aConversationId(), turnIdOf(1))).toBeNull();
  });

  it('starts a failed turn again for who may start, and only tells the failure to others', async () => {
    const world = aTable();
    const failure = { code: 'model_throttled', message: 'Wait.', retryable: true };
    const first = world.view();
    await world.settle();
    world.run(0).finish({ kind: 'failed', ...failure });
    const told: TurnEvent[] = [{ seq: 1, type: 'failed', ...failure }];
    expect([await first, await world.view({ mayStart: false })]).toEqual([told, told]);
    const again = world.view();
    await world.settle();
    world.run(1).finish(answered('Now.'));
    expect(await again).toEqual([done(1, 'Now.')]);
  });

  it('keeps the words of a failed run apart from those of the next one', async () => {
    const world = aTable();
    const failure = { code: 'model_throttled', message: 'Wait.', retryable: true };
    const first = world.view();
    await world.settle();
    world.run(0).line.emit({ type: 'text', delta: 'Old words' });
    world.run(0).finish({ kind: 'failed', ...failure });
    await first;
    // Who has seen words of the failed run is told how it ended; who has forgotten them gets a run from its beginning.
    expect(await world.view({ afterSeq: 1 })).toEqual([{ seq: 2, type: 'failed', ...failure }]);
    const again = world.view();
    await world.settle();
    world.run(1).line.emit({ type: 'text', delta: 'New words' });
    world.run(1).finish(answered('New words'));
    expect([await again, world.started.length]).toEqual([
      [{ seq: 1, type: 'text', delta: 'New words' }, done(2, 'New words')],
      2,
    ]);
  });

  it('refuses a viewer that has seen more than this run has said, and starts nothing for it', async () => {
    const world = aTable();
    expect(await world.view({ afterSeq: 9 })).toEqual([refused(10, 'unknown_turn')]);
    const running = world.view();
    await world.settle();
    expect(await world.view({ afterSeq: 9 })).toEqual([refused(10, 'unknown_turn')]);
    world.run(0).finish(answered('Once.'));
    expect([await running, await world.view({ afterSeq: 9 }), world.started.length]).toEqual([
      [done(1, 'Once.')],
      [done(10, 'Once.')],
      1,
    ]);
  });

  it('replays a finished turn for ten minutes, and answers it from the saved conversation afterwards', async () => {
    const world = aTable();
    const view = world.view();
    await world.settle();
    world.run(0).line.emit({ type: 'text', delta: 'On' });
    world.run(0).line.emit({ type: 'tool_started', name: 'read_file', summary: 'a.md' });
    world.run(0).line.emit({ type: 'text', delta: 'ce.' });
    world.run(0).finish(answered('Once.'));
    const events = await view;
    await world.clock.advance(10 * 60_000);
    expect(await world.view({ mayStart: false })).toEqual(events);
    await world.clock.advance(1);
    expect([await world.view({ mayStart: false }), await world.view(), world.started.length]).toEqual([
      [{ seq: 1, type: 'text', delta: 'Once.' }, done(2, 'Once.')],
      [{ seq: 1, type: 'text', delta: 'Once.' }, done(2, 'Once.')],
      1,
    ]);
  });

  it('hands a steered message out once, however often it is offered, and none after the answer stands', async () => {
    const world = aTable();
    const view = world.view();
    await world.settle();
    const steer = {
      laneId: aLaneId(),
      turnId: turnIdOf(1),
      fence: 1,
      messages: [messageSaying('a', 1), messageSaying('b', 2)],
    };
    expect([world.table.steer(steer), world.table.steer(steer)]).toEqual([true, true]);
    expect(
      world
        .run(0)
        .line.takeSteered()
        .map((message) => message.id),
    ).toEqual(['u2']);
    expect(world.run(0).line.takeSteered()).toEqual([]);
    world.run(0).finish(answered('ok'));
    await view;
    expect([world.table.steer(steer), world.table.stop(steer)]).toEqual([false, false]);
  });

  it('joins text that comes quickly, to at most 20 events a second, and loses none of it', async () => {
    const world = aTable();
    const view = world.view();
    await world.settle();
    for (let ms = 0; ms < 2_000; ms += 5) {
      world.run(0).line.emit({ type: 'text', delta: '.' });
      await world.clock.advance(5);
    }
    world.run(0).line.emit({ type: 'text', delta: '!' });
    world.run(0).finish(answered('done'));
    const text = (await view).flatMap((event) => (event.type === 'text' ? [event.delta] : []));
    expect(text.join('')).toBe(`${'.'.repeat(400)}!`);
    expect(text.length).toBeLessThanOrEqual(42);
    expect(text.length).toBeGreaterThan(30);
  });

  it('is busy while a turn runs, and tells since when that has been so once it has changed', async () => {
    const world = aTable();
    const startS = Math.floor(world.clock.now() / 1000);
    expect(world.table.status()).toEqual({ busy: false });
    await world.clock.advance(10_000);
    const view = world.view();
    await world.clock.advance(7_000);
    expect(world.table.status()).toEqual({ busy: true, sinceEpochS: startS + 10 });
    world.run(0).finish(answered('ok'));
    await view;
    await world.clock.advance(5_000);
    expect(world.table.status()).toEqual({ busy: false, sinceEpochS: startS + 17 });
  });

  it('tries the save again when the store does not answer, and fails honestly when it never does', async () => {
    const store = memoryConversationStore();
    const state = { failures: 2, saves: 0 };
    const flaky: ConversationStore = {
      ...store,
      save: async (id, turn) => {
        state.saves += 1;
        if (state.saves <= state.failures) throw new RetryableError('Saving a turn failed. Try again.');
        return store.save(id, turn);
      },
    };
    const world = aTable(flaky);
    const view = world.view();
    await world.settle();
    world.run(0).finish(answered('kept'));
    await world.clock.advance(10_000);
    expect([await view, state.saves]).toEqual([[done(1, 'kept')], 3]);
    state.failures = 99;
    const lost = world.view({ turnId: turnIdOf(2), fence: 2 });
    await world.settle();
    world.run(1).finish(answered('lost'));
    await world.clock.advance(10_000);
    expect(await lost).toEqual([
      { seq: 1, type: 'failed', code: 'store_unavailable', retryable: true, message: expect.any(String) },
    ]);
  });

  it('gives running turns time when it drains, then cuts their streams without an ending and saves nothing', async () => {
    const world = aTable();
    const view = world.view();
    await world.settle();
    const drained = world.table.drain(5_000);
    await world.clock.advance(4_999);
    expect(world.run(0).signal.aborted).toBe(false);
    await world.clock.advance(1);
    await drained;
    expect(await view).toEqual([]);
    expect(await world.conversations.find(aConversationId(), turnIdOf(1))).toBeNull();
  });

  it('keeps lanes apart', async () => {
    const world = aTable();
    const one = world.view();
    const two = world.view({ laneId: aLaneId('1'), conversationId: conversationIdOf(aLaneId('1'), 0), fence: 9 });
    await world.settle();
    world.run(1).finish(answered('two'));
    world.run(0).finish(answered('one'));
    expect([await one, await two]).toEqual([[done(1, 'one')], [done(1, 'two')]]);
  });
});
