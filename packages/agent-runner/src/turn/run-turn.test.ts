import { describe, expect, it } from 'vitest';
import { RetryableError } from '@agent-claw/core';
import type { AgentRuntime, TurnEvent } from '@agent-claw/core';
import { aDone, aTurn, anEntry } from '@agent-claw/testkit';
import type { ManualClock } from '@agent-claw/testkit';
import { aLegWorld, LANE } from '../../test/leg-world.ts';
import { talkingAgent } from '../../test/talking-agent.ts';

const HOUR_MS = 3_600_000;
const text = (seq: number, delta: string): TurnEvent => ({ seq, type: 'text', delta });
const done = (reply: string): TurnEvent => ({ seq: 99, type: 'done', reply, consumed: [], ending: 'complete' });

/** Notes each call and answers the n-th one as planned; calls beyond the plan get the last answer. */
const plannedAgent = (...plan: ((clock: ManualClock, signal: AbortSignal) => AsyncGenerator<TurnEvent>)[]) => {
  const calls: { session: string; mayStart: boolean }[] = [];
  const agent = (clock: ManualClock): AgentRuntime => ({
    turn(session, { mayStart }, signal) {
      const answer = plan[Math.min(calls.length, plan.length - 1)];
      calls.push({ session, mayStart });
      if (answer === undefined) throw new Error('no plan');
      return answer(clock, signal);
    },
    steer: async () => true,
    stop: async () => true,
    endSession: async () => undefined,
  });
  return { agent, calls };
};
const saying = (...events: readonly TurnEvent[]) =>
  async function* say(): AsyncGenerator<TurnEvent> {
    yield* events;
  };
const refusing = () =>
  // eslint-disable-next-line require-yield
  async function* refuse(): AsyncGenerator<TurnEvent> {
    throw new RetryableError('throttled');
  };
const unknown = saying({ seq: 0, type: 'refused', reason: 'unknown_turn' });
const silentFor = (ms: number) =>
  // eslint-disable-next-line require-yield
  async function* silence(clock: ManualClock, signal: AbortSignal): AsyncGenerator<TurnEvent> {
    await clock.sleep(ms, signal);
  };

describe('the session of a turn', () => {
  it('stays the one that the turn was started in, also when it is older than a new turn would take', async () => {
    const { agent, calls } = plannedAgent(saying(done('answer')));
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    await world.crashed(aTurn({ startedAtMs: world.clock.now() }), 'e1-started-here');
    await world.clock.advance(5 * HOUR_MS);
    await world.leg();
    expect(calls).toEqual([{ session: 'e1-started-here', mayStart: false }]);
  });

  it('is chosen anew and saved when the turn has to be started again', async () => {
    const { agent, calls } = plannedAgent(unknown, silentFor(500_000));
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    await world.crashed(aTurn({ startedAtMs: world.clock.now() }), 'e0-of-an-older-deployment');
    expect((await world.leg({ lengthMs: 10_000 })).kind).toBe('handed_over');
    const [, second] = calls;
    expect(second?.session).toMatch(/^e1-/u);
    expect(world.lane()?.runtimeSession?.id).toBe(second?.session);
  });

  it('leaves the ledger alone when the turn is started again', async () => {
    const { agent } = plannedAgent(unknown, silentFor(500_000));
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    const ledger = { draft: { state: 'sent', messageId: 7 } } as const;
    await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger }), 'e1-s');
    await world.leg({ lengthMs: 10_000 });
    expect(world.lane()?.turn).toMatchObject({ starts: 2, ledger });
  });
});

describe('the words of a run that failed', () => {
  it('leave the draft when the turn is started again: the next run begins it anew', async () => {
    const words = (delta: string, then: TurnEvent) =>
      async function* say(clock: ManualClock, signal: AbortSignal): AsyncGenerator<TurnEvent> {
        yield text(1, delta);
        await clock.sleep(6_000, signal);
        yield then;
      };
    const failed: TurnEvent = { seq: 2, type: 'failed', code: 'model_throttled', message: 'Wait.', retryable: true };
    const { agent } = plannedAgent(words('Old words', failed), words('New words', done('New words, all of them')));
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    const leg = world.begin();
    const seen: (readonly string[])[] = [];
    for (let second = 0; second < 20; second += 1) {
      await world.clock.advance(1_000);
      if (seen.at(-1)?.[0] !== world.shown()[0]) seen.push(world.shown());
    }
    expect([await leg, seen]).toEqual([
      { kind: 'finished', turns: 1 },
      [['Old words …'], ['New words …'], ['New words, all of them']],
    ]);
  });
});

describe('a stop', () => {
  it('reaches the run within two seconds of its arrival, at whatever moment between two renewals it comes', async () => {
    for (const atMs of [5_001, 5_500, 6_000, 6_999]) {
      const { agent, heard } = talkingAgent(60);
      const world = aLegWorld(agent);
      await world.say(anEntry(1));
      const leg = world.begin();
      await world.clock.advance(atMs);
      await world.say(anEntry(2, { kind: 'stop' }));
      await world.clock.advance(2_000);
      expect(heard).toContain('stop');
      await world.clock.advance(5_000);
      expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    }
  });
});

describe('an agent out of reach', () => {
  it('is asked again later: the turn is neither answered nor finished', async () => {
    const { agent } = plannedAgent(refusing());
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 30 });
    const { inbox, turn, lease, outage, notBeforeMs } = world.lane() ?? {};
    expect({ notBeforeMs, isLater: (outage?.retryAtMs ?? 0) - world.clock.now() > 29_000 }).toEqual({ isLater: true });
    expect({ entries: Object.keys(inbox ?? {}), turn: turn?.id, lease, shown: world.shown() }).toEqual({
      entries: ['u1'],
      turn: 't0000000001',
      lease: undefined,
      shown: [],
    });
  });

  it('for a moment does not cost a turn that has worked for an hour', async () => {
    const { agent } = plannedAgent(refusing(), refusing(), refusing(), refusing(), refusing(), saying(done('answer')));
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    await world.crashed(aTurn({ startedAtMs: world.clock.now() - HOUR_MS }), 'e1-s');
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 30 });
    await world.clock.advance(30_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual(['answer']);
  });

  it('does not keep a stop or a question about the bot waiting', async () => {
    const { agent } = plannedAgent(refusing());
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    expect((await world.leg()).kind).toBe('give_back');
    await world.say(
      anEntry(2, { kind: 'command', command: { name: 'queue', args: '' } }),
      anEntry(3, { kind: 'stop' }),
    );
    expect(await world.leg({ wakeId: 'w2' })).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown().map((text) => text.slice(0, 14)), inbox: world.lane()?.inbox }).toEqual({
      shown: ['**Working on**', '⏹ _Stopped._'],
      inbox: {},
    });
  });

  it('is given up after a quarter of an hour: the chat is told, the message is kept, the alarm rings', async () => {
    const { agent } = plannedAgent(refusing());
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    // Counted from the first call that was refused for good.
    const giveUpAtMs = world.clock.now() + 15 * 60_000 + 11_000;
    while (world.clock.now() < giveUpAtMs - 90_000) {
      expect((await world.leg()).kind).toBe('give_back');
      await world.clock.advance(60_000);
    }
    await world.clock.advance(90_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown().join('')).toContain('could not reach my workplace');
    expect({ counted: world.counted, parked: world.lane()?.parked }).toEqual({
      counted: ['turn_parked'],
      parked: { u1: anEntry(1) },
    });
  });

  it('is not what a long silent tool looks like: streams that stood do not add up', async () => {
    const cuts = Array.from({ length: 8 }, () => silentFor(6_000));
    const { agent, calls } = plannedAgent(...cuts, saying(done('answer')));
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), asked: calls.length }).toEqual({ shown: ['answer'], asked: 9 });
  });

  it('is started again only with a count, once it has accepted the call', async () => {
    const { agent, calls } = plannedAgent(silentFor(10), unknown, saying(text(1, 'a'), done('answer')));
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    await world.leg();
    expect(calls.map(({ mayStart }) => mayStart)).toEqual([true, false, true]);
    expect(
      world.log.lines.filter(({ event }) => event === 'turn_started_again').map(({ fields }) => fields['starts']),
    ).toEqual([2]);
  });
});

describe('the end of a turn', () => {
  it('parks messages whose container was lost three times', async () => {
    const { agent, calls } = plannedAgent(unknown);
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ asked: calls.length, counted: world.counted, parked: world.lane()?.parked }).toEqual({
      asked: 3,
      counted: ['turn_parked'],
      parked: { u1: anEntry(1) },
    });
    expect(world.shown().join('')).toContain('interrupted three times');
  });

  it.each([
    ['an answer without words', '', 'complete' as const, 'I have nothing to add.'],
    [
      'an answer cut by its limit',
      'Half.',
      'limit' as const,
      'Half.\n\n⏸ _I stopped here: this turn reached its limit. Say "go on" and I continue._',
    ],
  ])('says so for %s', async (_what, reply, ending, shown) => {
    const world = aLegWorld([{ type: 'done', reply, consumed: [], ending }]);
    await world.say(anEntry(1));
    await world.leg();
    expect(world.shown()).toEqual([shown]);
  });

  it('leaves no timer behind when the agent fails in the middle of an answer', async () => {
    const { agent } = plannedAgent(async function* broken(clock): AsyncGenerator<TurnEvent> {
      yield text(1, 'so far');
      await clock.sleep(5_000);
      throw new TypeError('broken');
    });
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    await expect(world.leg()).rejects.toThrow('broken');
    expect({ sleepers: world.clock.sleepers(), shown: world.shown() }).toEqual({ sleepers: 0, shown: ['so far …'] });
  });
});

describe('a warm short turn', () => {
  it('makes seven calls outside renewals', async () => {
    const calls: string[] = [];
    const counting = <T extends object>(name: string, port: T): T =>
      new Proxy(port, {
        get: (target, key) => {
          const member = Reflect.get(target, key) as unknown;
          if (typeof member !== 'function') return member;
          return (...args: unknown[]): unknown => {
            if (key !== 'renew') calls.push(`${name}.${String(key)}`);
            return Reflect.apply(member, target, args);
          };
        },
      });
    const world = aLegWorld([aDone('Hello Ada')]);
    await world.say(anEntry(1));
    const { lanes, runtime, wakes } = world.deps;
    await world.leg({
      with: { lanes: counting('lanes', lanes), runtime: counting('runtime', runtime), wakes: counting('wakes', wakes) },
      receipt: counting('receipt', { hideFor: async () => undefined }),
    });
    expect(calls.sort()).toEqual([
      'lanes.acquire',
      'lanes.finish',
      'lanes.notePart',
      'lanes.notePart',
      'lanes.saveTurn',
      'receipt.hideFor',
      'runtime.turn',
    ]);
    expect(world.lane()?.laneId).toBe(LANE);
  });
});
