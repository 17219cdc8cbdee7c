import { describe, expect, it } from 'vitest';
import type { ActiveTurn, InboxEntry, LaneId, RenderedPart, ReplyRenderer } from '@agent-claw/core';
import {
  aDone,
  aLaneId,
  aTurn,
  anEntry,
  manualClock,
  memoryLanes,
  memoryMedia,
  memoryWorkspaceStore,
  memoryWakeQueue,
  recordingLog,
  recordingMessenger,
  scriptedAgentRuntime,
} from '@agent-claw/testkit';
import type { ScriptedEvent } from '@agent-claw/testkit';
import { LIMITS } from '../test/leg-world.ts';
import { chatPaces } from './delivery/pace.ts';
import { createRunLeg } from './run-leg.ts';
import type { LegOutcome } from './run-leg.ts';

const LANE = aLaneId();
const part = (text: string): RenderedPart => ({ text }) as unknown as RenderedPart;
const textOf = (rendered: RenderedPart): string => (rendered as unknown as { text: string }).text;
/** Parts of 40 characters, so that a test can read them. */
const renderer: ReplyRenderer = {
  final: (markdown) => markdown.match(/[^]{1,40}/gu)?.map(part) ?? [],
  preview: (markdown) => part(markdown),
  document: (document, caption) => ({ text: caption, document }) as unknown as RenderedPart,
  files: (files) => [{ text: '', files } as unknown as RenderedPart],
};

const text = (delta: string): ScriptedEvent => ({ type: 'text', delta });

const aWorld = (script?: Parameters<typeof scriptedAgentRuntime>[0]) => {
  const clock = manualClock();
  const { mailbox, lanes, peek } = memoryLanes();
  const wakes = memoryWakeQueue();
  const messenger = recordingMessenger();
  const runtime = scriptedAgentRuntime(script);
  const counted: string[] = [];
  const hidden: number[] = [];
  const deps = {
    lanes,
    wakes,
    runtime,
    media: memoryMedia(),
    messenger,
    paces: chatPaces(clock),
    renderer,
    clock,
    log: recordingLog(),
    metrics: { count: (name: string) => void counted.push(name) },
    access: async () => ({ ownerId: '4242001', guests: {}, groups: {} }),
    accessDesk: async () => ({ markdown: '' }),
    openFiles: async () => memoryWorkspaceStore(),
    version: '1.2.3',
    newNonce: () => 'n',
    runtimeEpoch: 'e1',
    botId: '7000',
    limits: LIMITS,
  };
  const say = (...entries: InboxEntry[]) =>
    Promise.all(entries.map((entry) => mailbox.append({ laneId: LANE, entry, nowMs: clock.now() })));
  const leg = async (
    options: { wakeId?: string; lengthMs?: number; laneId?: LaneId; with?: Partial<typeof deps> } = {},
  ): Promise<LegOutcome> => {
    const request = {
      laneId: options.laneId ?? LANE,
      wakeId: options.wakeId ?? 'w1',
      invocationId: `i${counted.length}${clock.now()}`,
      endsAtMs: clock.now() + (options.lengthMs ?? 240_000),
    };
    const state = { outcome: undefined as LegOutcome | undefined, error: undefined as unknown };
    const running = createRunLeg({ ...deps, ...options.with })(request, {
      hideFor: async (seconds) => void hidden.push(seconds),
    }).then(
      (outcome) => (state.outcome = outcome),
      (error: unknown) => (state.error = error),
    );
    for (let step = 0; step < 1_000 && state.outcome === undefined && state.error === undefined; step += 1)
      await clock.advance(500);
    await running;
    if (state.error !== undefined) throw state.error;
    return state.outcome as LegOutcome;
  };
  const shown = () => messenger.shown().map((message) => textOf(message.part));
  return { clock, lanes, mailbox, peek, wakes, messenger, runtime, counted, hidden, say, leg, shown, deps };
};

describe('run-leg', () => {
  it('answers a burst with one turn and one message, and leaves the lane at rest', async () => {
    const world = aWorld(() => [aDone('Hello Ada')]);
    await world.say(anEntry(1), anEntry(2));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual(['Hello Ada']);
    expect(world.runtime.calls.map(({ op, mayStart, fence }) => ({ op, mayStart, fence }))).toEqual([
      { op: 'turn', mayStart: true, fence: 1 },
    ]);
    const { inbox, turn, lease } = world.peek(LANE) ?? {};
    expect({ inbox, turn, lease }).toEqual({ inbox: {}, turn: undefined, lease: undefined });
  });

  it('rests at once when a late wake finds nothing', async () => {
    const world = aWorld();
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 0 });
    expect(world.messenger.calls).toEqual([]);
  });

  it('leaves the lane to the wake that holds it', async () => {
    const world = aWorld();
    await world.say(anEntry(1));
    await world.lanes.acquire(LANE, 'other/invocation', world.clock.now());
    expect(await world.leg()).toEqual({ kind: 'left_to_holder' });
    expect(world.messenger.calls).toEqual([]);
  });

  it('looks again later when the same wake is redelivered while its first run may live', async () => {
    const world = aWorld();
    await world.say(anEntry(1));
    await world.lanes.acquire(LANE, 'w1/first', world.clock.now());
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 41 });
  });

  it('goes on where a crashed leg stopped: the run is attached to and sent parts stay sent', async () => {
    const world = aWorld(() => [aDone('x'.repeat(60))]);
    await world.say(anEntry(1));
    const turn: ActiveTurn = aTurn({
      startedAtMs: world.clock.now(),
      ledger: { p0: { state: 'sent', messageId: 50 } },
    });
    const crashed = await world.lanes.acquire(LANE, 'w0/crashed', world.clock.now());
    if (crashed.kind !== 'acquired') throw new Error('not acquired');
    await world.lanes.saveTurn(crashed.lease, turn);
    await world.clock.advance(60_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual(['x'.repeat(20)]);
    expect(world.runtime.calls.map(({ mayStart, fence }) => ({ mayStart, fence }))).toEqual([
      { mayStart: false, fence: 2 },
      { mayStart: true, fence: 2 },
    ]);
  });

  it('sends a part whose fate a crash left open once more, and marks the doubt', async () => {
    const world = aWorld(() => [aDone('answer')]);
    await world.say(anEntry(1));
    const crashed = await world.lanes.acquire(LANE, 'w0/crashed', world.clock.now());
    if (crashed.kind !== 'acquired') throw new Error('not acquired');
    await world.lanes.saveTurn(
      crashed.lease,
      aTurn({ startedAtMs: world.clock.now(), ledger: { p0: { state: 'sending' } } }),
    );
    await world.clock.advance(60_000);
    await world.leg();
    expect({ shown: world.shown(), counted: world.counted }).toEqual({
      shown: ['answer'],
      counted: ['reply_in_doubt'],
    });
  });

  it('asks again after a cut stream without starting a second run', async () => {
    const world = aWorld(() => [text('Hel'), { type: 'cut' }, text('lo'), aDone('Hello')]);
    await world.say(anEntry(1));
    await world.leg();
    expect(world.shown()).toEqual(['Hello']);
    expect(world.runtime.calls.map(({ afterSeq, mayStart }) => ({ afterSeq, mayStart }))).toEqual([
      { afterSeq: 0, mayStart: true },
      { afterSeq: 1, mayStart: false },
    ]);
  });

  it('tells the user plainly when the run fails, and does not try what cannot help', async () => {
    const world = aWorld(() => [
      { type: 'failed', code: 'model_denied', message: 'The model refused. Check its access.', retryable: false },
    ]);
    await world.say(anEntry(1));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual(['⚠️ The model refused. Check its access.']);
  });

  it('puts messages aside after three crashes, says so, rings the alarm and goes on', async () => {
    const world = aWorld();
    await world.say(anEntry(1));
    for (const crash of ['a', 'b', 'c']) {
      await world.lanes.acquire(LANE, `${crash}/x`, world.clock.now());
      await world.clock.advance(120_000);
    }
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ counted: world.counted, asked: world.runtime.calls }).toEqual({ counted: ['turn_parked'], asked: [] });
    expect(world.shown().join('')).toContain('I tried this three times');
  });

  it('answers commands one by one without the agent, and starts a new conversation', async () => {
    const world = aWorld();
    await world.say(
      anEntry(1, { kind: 'command', command: { name: 'new', args: '' } }),
      anEntry(2, { kind: 'command', command: { name: 'nope', args: '' } }),
    );
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 2 });
    expect(world.runtime.calls).toEqual([]);
    expect(world.shown()[0]).toMatch(/^✨ New conversation/u);
    expect(world.shown().join('')).toContain('/nope');
    expect(world.peek(LANE)?.conversationCount).toBe(1);
  });

  it('sends nothing to somebody whose access was taken away while the message waited', async () => {
    const world = aWorld();
    await world.say(anEntry(1));
    const access = async () => ({ ownerId: '9', guests: {}, groups: {} });
    expect(await world.leg({ with: { access } })).toEqual({ kind: 'finished', turns: 1 });
    expect(world.messenger.calls).toEqual([]);
  });

  it('keeps a heartbeat that has nothing to say to itself', async () => {
    const world = aWorld(() => [aDone('HEARTBEAT_OK')]);
    await world.say(anEntry(1, { kind: 'heartbeat', text: '' }));
    await world.leg();
    expect(world.messenger.calls).toEqual([]);
  });

  it('brings a heartbeat that has something to say to the owner', async () => {
    const world = aWorld(() => [aDone('The report is due today.')]);
    await world.say(anEntry(1, { kind: 'heartbeat', text: '' }));
    await world.leg();
    expect(world.shown()).toEqual(['The report is due today.']);
  });

  it('sits out a short pause that Telegram asks for, and gives a long one to the queue', async () => {
    const world = aWorld(() => [aDone('answer')]);
    await world.say(anEntry(1));
    world.messenger.answerSend({ kind: 'wait', retryAfterMs: 3_000 });
    world.messenger.answerSend({ kind: 'wait', retryAfterMs: 90_000 });
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 90 });
    await world.clock.advance(90_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), counted: world.counted }).toEqual({ shown: ['answer'], counted: [] });
  });
});
