import { describe, expect, it } from 'vitest';
import { RetryableError } from '@agent-claw/core';
import type { AgentRuntime, TurnEvent } from '@agent-claw/core';
import { aDone, aTurn, anEntry } from '@agent-claw/testkit';
import type { ManualClock } from '@agent-claw/testkit';
import { aLegWorld } from '../test/leg-world.ts';

/** An agent that talks for `seconds`, or until it is stopped. */
const talker = (seconds: number, override: Partial<AgentRuntime> = {}) => {
  const heard: string[] = [];
  const agent = (clock: ManualClock): AgentRuntime => {
    const state = { stopped: false };
    return {
      async *turn(_session, _call, signal): AsyncGenerator<TurnEvent> {
        state.stopped = false;
        for (let seq = 1; seq <= seconds && !state.stopped; seq += 1) {
          await clock.sleep(1_000, signal);
          if (signal.aborted) return;
          yield { seq, type: 'text', delta: `w${seq} ` };
        }
        yield { seq: 99, type: 'done', reply: 'said', consumed: [], ending: state.stopped ? 'stopped' : 'complete' };
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
      endSession: async () => undefined,
      ...override,
    };
  };
  return { agent, heard };
};
/** Gives no sign for 4 s. */
async function* late(clock: ManualClock, events: () => AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent> {
  await clock.sleep(4_000);
  yield* events();
}
const never = (): Promise<never> => new Promise(() => {});

describe('a failing leg', () => {
  it('frees the lane at once, counts once, and the next leg delivers', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    const broken = { ...world.messenger, send: () => Promise.reject(new RetryableError('secret store throttled')) };
    await expect(world.leg({ with: { messenger: broken } })).rejects.toThrow('secret store throttled');
    const { lease, crashes, turn } = world.lane() ?? {};
    expect({ lease, crashes, ledger: turn?.ledger }).toEqual({
      lease: undefined,
      crashes: 1,
      ledger: { p0: { state: 'not_sent' } },
    });
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), counted: world.counted }).toEqual({ shown: ['answer'], counted: [] });
  });

  it('does not cost an answer that the container has saved: it is asked before the messages are put aside', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    const broken = { ...world.messenger, send: () => Promise.reject(new RetryableError('down')) };
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(world.leg({ with: { messenger: broken } })).rejects.toThrow('down');
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual(['answer']);
    expect({ counted: world.counted, parked: world.lane()?.parked }).toEqual({ counted: [], parked: undefined });
  });

  it('ends by putting the messages aside in silence when even saying so fails', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    const broken = { ...world.messenger, send: () => Promise.reject(new RetryableError('down')) };
    for (let attempt = 0; attempt < 6; attempt += 1)
      await expect(world.leg({ with: { messenger: broken } })).rejects.toThrow('down');
    expect(await world.leg({ with: { messenger: broken } })).toEqual({ kind: 'finished', turns: 1 });
    expect({ counted: world.counted, parked: world.lane()?.parked, inbox: world.lane()?.inbox }).toEqual({
      counted: ['turn_parked'],
      parked: { u1: anEntry(1) },
      inbox: {},
    });
  });

  it('puts aside what the run has read as well, and takes the placeholder away, when part of the answer is out', async () => {
    const { agent } = talker(0, {
      async *turn() {
        yield { seq: 1, type: 'done', reply: 'part', consumed: ['u1', 'u2'] as never, ending: 'complete' };
      },
    });
    const world = aLegWorld(agent);
    await world.say(anEntry(1), anEntry(2));
    world.messenger.answerSend({ kind: 'sent', messageId: 7 });
    await world.messenger.send(
      { channel: 'tg', account: '7000', place: '4242001' },
      { text: '…' } as never,
      {},
      () => 1,
    );
    const ledger = { draft: { state: 'sent', messageId: 7 }, p0: { state: 'sent', messageId: 8 } } as const;
    await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger }), 'e1-s');
    for (const _crash of [2, 3, 4]) await world.crashed();
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), parked: Object.keys(world.lane()?.parked ?? {}) }).toEqual({
      shown: ['⚠️ I was interrupted. If the answer above is not whole, /retry gives it another go.'],
      parked: ['u1', 'u2'],
    });
  });

  it('is told once: when the telling has to wait, no leg after it begins anew what was said to be put aside', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    for (const _crash of [1, 2, 3]) await world.crashed();
    world.messenger.answerSend({ kind: 'sent', messageId: 500 });
    world.messenger.answerSend({ kind: 'wait', retryAfterMs: 60_000 });
    expect((await world.leg()).kind).toBe('give_back');
    await world.clock.advance(60_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ asked: world.runtime.calls, parked: Object.keys(world.lane()?.parked ?? {}) }).toEqual({
      asked: [],
      parked: ['u1'],
    });
  });

  it('is told in the way in which a leg before has begun to tell it, and once', async () => {
    const world = aLegWorld([{ type: 'failed', code: 'x', message: 'Busy.', retryable: true }]);
    await world.say(anEntry(1, { messageId: 100 }));
    await world.messenger.send(
      { channel: 'tg', account: '7000', place: '4242001' },
      { text: '⚠️ Broken.' } as never,
      {},
      () => 1,
    );
    const ledger = { f0: { state: 'sending' } } as const;
    await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger, starts: 3 }), 'e1-s');
    await world.leg();
    expect({ shown: world.shown(), parked: world.lane()?.parked }).toEqual({
      shown: ['⚠️ Broken.'],
      parked: undefined,
    });
  });

  it('keeps its word: what was told to be put aside is, whatever a later leg finds', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    const ledger = { fp0: { state: 'sent', messageId: 5 } } as const;
    await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger }), 'e1-s');
    await world.say(anEntry(2, { kind: 'stop' }));
    expect((await world.leg()).kind).toBe('finished');
    expect({ asked: world.runtime.calls, parked: Object.keys(world.lane()?.parked ?? {}) }).toEqual({
      asked: [],
      parked: ['u1'],
    });
  });

  it('does not ring when the lease is gone at the hand-over', async () => {
    const world = aLegWorld(talker(60).agent, (lanes) => ({
      ...lanes,
      handOver: async () => ({ kind: 'lease_lost' }),
    }));
    await world.say(anEntry(1));
    expect(await world.leg({ lengthMs: 5_000 })).toEqual({ kind: 'lease_lost' });
    expect(await world.wakes.take()).toEqual([]);
  });
});

describe('a stop', () => {
  it('answers what waits below it too, and says how much that was', async () => {
    const { agent, heard } = talker(60);
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    const leg = world.begin();
    await world.clock.advance(3_500);
    await world.say(anEntry(2), anEntry(3, { kind: 'stop' }), anEntry(4));
    await world.clock.advance(3_000);
    // What was said after the stop is a turn of its own and still runs.
    expect({ heard, waiting: Object.keys(world.lane()?.inbox ?? {}) }).toEqual({
      heard: ['stop'],
      waiting: ['u4'],
    });
    expect(world.shown()[0]).toBe('said\n\n⏹ _Stopped._ 1 waiting message dropped.');
    await world.clock.advance(90_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 2 });
  });

  it('is answered by the turn that it ended, also when a leg before passed it on', async () => {
    const { agent } = talker(0, {
      async *turn() {
        yield { seq: 1, type: 'done', reply: 'part', consumed: [], ending: 'stopped' };
      },
    });
    const world = aLegWorld(agent);
    await world.say(anEntry(1), anEntry(2, { kind: 'stop' }));
    await world.crashed(aTurn({ startedAtMs: world.clock.now() }), 'e1-s');
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), inbox: world.lane()?.inbox }).toEqual({
      shown: ['part\n\n⏹ _Stopped._'],
      inbox: {},
    });
  });

  it('is not followed by another start when the container died instead of stopping', async () => {
    const world = aLegWorld([{ type: 'failed', code: 'x', message: 'Broken.', retryable: true }]);
    await world.say(anEntry(1), anEntry(2, { kind: 'stop' }));
    await world.crashed(aTurn({ startedAtMs: world.clock.now() }), 'e1-s');
    await world.leg();
    // The first call finds that the container does not know the turn.
    expect(world.runtime.calls.map(({ mayStart }) => mayStart)).toEqual([false]);
    expect(world.shown()).toEqual(['⏹ _Stopped._']);
  });

  it('reaches a heartbeat at work', async () => {
    const { agent, heard } = talker(60);
    const world = aLegWorld(agent);
    await world.say(anEntry(29_000_000, { kind: 'heartbeat', sentAtEpochS: 1 }));
    const leg = world.begin();
    await world.clock.advance(3_000);
    await world.say(anEntry(7, { kind: 'stop' }));
    await world.clock.advance(6_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect({ heard, shown: world.shown() }).toEqual({ heard: ['stop'], shown: ['⏹ _Stopped._'] });
  });
});

describe('steering', () => {
  it('is repeated for the run that takes the place of one that died before anybody heard of it', async () => {
    const calls = { turns: 0 };
    const { agent, heard } = talker(0, {
      async *turn(_session, _call, signal) {
        calls.turns += 1;
        // It was begun, and its caller never learned it.
        if (calls.turns === 1) throw new RetryableError('The call had no answer.');
        yield { seq: 1, type: 'text', delta: 'so ' };
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      },
    });
    const world = aLegWorld((clock) => ({
      ...agent(clock),
      turn: (...call) =>
        calls.turns === 0 ? late(clock, () => agent(clock).turn(...call)) : agent(clock).turn(...call),
    }));
    await world.say(anEntry(1));
    const leg = world.begin({ lengthMs: 20_000 });
    await world.clock.advance(500);
    await world.say(anEntry(2));
    await world.clock.advance(25_000);
    expect((await leg).kind).toBe('handed_over');
    expect(heard).toEqual(['u2', 'u2']);
  });
  it('belongs to the answer that is out, also when no later leg can ask what the run has read', async () => {
    const state = { isGone: false };
    const { agent } = talker(0, {
      async *turn() {
        if (state.isGone) throw new RetryableError('throttled');
        yield { seq: 1, type: 'done', reply: 'x'.repeat(150), consumed: ['u1', 'u2'] as never, ending: 'complete' };
      },
    });
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    const broken = {
      ...world.messenger,
      // The first part arrives, the second one never does.
      send: async (...call: Parameters<typeof world.messenger.send>) => {
        if (call[2].silent === true) throw new RetryableError('down');
        await world.say(anEntry(2));
        return world.messenger.send(...call);
      },
    };
    await expect(world.leg({ with: { messenger: broken } })).rejects.toThrow('down');
    state.isGone = true;
    for (const _crash of [2, 3]) await world.crashed();
    await world.clock.advance(60_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown().length, inbox: world.lane()?.inbox }).toEqual({ shown: 2, inbox: {} });
    expect(world.shown()[1]).toContain('If the answer above is not whole');
  });

  it('gives a call up that does not come back, and does not hold up the answer', async () => {
    const signals: AbortSignal[] = [];
    const { agent } = talker(8, {
      steer: (_session, _call, signal) => {
        signals.push(signal);
        return never();
      },
    });
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    const leg = world.begin();
    await world.clock.advance(1_000);
    await world.say(anEntry(2));
    // The answer is there after 8 s; its edit waits for the pace of the draft's last one.
    await world.clock.advance(8_500);
    expect(world.shown()).toEqual(['said']);
    expect(signals.map(({ aborted }) => aborted).slice(0, 2)).toEqual([true, true]);
    await world.clock.advance(60_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 2 });
  });
});

describe('a pause that Telegram asks for', () => {
  it('silences everything, whichever call was told to wait', async () => {
    const world = aLegWorld(talker(12).agent);
    await world.say(anEntry(1));
    world.messenger.answerTyping({ kind: 'wait', retryAfterMs: 60_000 });
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 52 });
    const after = world.messenger.calls.slice(world.messenger.calls.indexOf('typing') + 1);
    expect(after).toEqual([]);
  });

  it('is kept by the wakes of other messages', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    world.messenger.answerSend({ kind: 'wait', retryAfterMs: 90_000 });
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 90 });
    await world.say(anEntry(2));
    await world.clock.advance(30_000);
    expect(await world.leg({ wakeId: 'w2' })).toMatchObject({ kind: 'give_back' });
    expect({ sends: world.messenger.calls, lease: world.lane()?.lease }).toEqual({ sends: ['send'], lease: undefined });
    await world.clock.advance(60_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 2 });
    expect(world.shown()).toEqual(['answer', 'answer']);
  });

  it('is given to the queue when Telegram stays out of reach', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    for (let call = 0; call < 4; call += 1) world.messenger.answerSend({ kind: 'wait', retryAfterMs: 5_000 });
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 30 });
    expect(world.lane()?.turn?.ledger).toEqual({ p0: { state: 'not_sent' } });
  });
});

describe('access', () => {
  const nobody = async () => ({ ownerId: '9', guests: {}, groups: {} });

  it('stops a run that goes on in a chat that has lost it', async () => {
    const { agent, heard } = talker(60);
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    await world.crashed(aTurn({ startedAtMs: world.clock.now() }), 'e1-s');
    expect(await world.leg({ with: { access: nobody } })).toEqual({ kind: 'finished', turns: 1 });
    expect({ heard, calls: world.messenger.calls }).toEqual({ heard: ['stop'], calls: [] });
  });

  it('is looked at before each send: it may go while the turn runs', async () => {
    const world = aLegWorld(talker(10).agent);
    await world.say(anEntry(1));
    const access = { ownerId: '4242001', guests: {}, groups: {} };
    const leg = world.begin({ with: { access: async () => access } });
    await world.clock.advance(1_500);
    access.ownerId = '9';
    await world.clock.advance(60_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect({ calls: world.messenger.calls, counted: new Set(world.counted) }).toEqual({
      calls: [],
      counted: new Set(['reply_undeliverable']),
    });
  });

  it('is not had by a lane of another bot', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    expect(await world.leg({ with: { botId: '7001' } })).toEqual({ kind: 'finished', turns: 1 });
    expect({ asked: world.runtime.calls, calls: world.messenger.calls }).toEqual({ asked: [], calls: [] });
  });
});

describe('an album', () => {
  it('makes one turn although its first part finds the lane busy', async () => {
    const world = aLegWorld([aDone('nice pictures')]);
    const nowS = Math.floor(world.clock.now() / 1000);
    const albumPart = (sequence: number) => anEntry(sequence, { sentAtEpochS: nowS, albumId: 'a' });
    await world.say(anEntry(1, { sentAtEpochS: nowS - 5, kind: 'command', command: { name: 'status', args: '' } }));
    await world.say(albumPart(2));
    const leg = world.begin();
    await world.clock.advance(500);
    await world.say(albumPart(3), albumPart(4));
    await world.clock.advance(5_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 2 });
    expect(world.shown().at(-1)).toBe('nice pictures');
    expect(world.runtime.calls.length).toBe(1);
  });
});
