import type { AgentRuntime, TurnEvent } from '@agent-claw/core';
import { anEntry, aTurn } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld, LIMITS } from '../test/leg-world.ts';
import { talkingAgent } from '../test/talking-agent.ts';

const HOUR_MS = 3_600_000;

/** Answers each wake that was rung, as the queue does. */
const legsUntilFinished = async (world: ReturnType<typeof aLegWorld>): Promise<readonly string[]> => {
  const outcomes: string[] = [];
  for (let number = 1; number <= 200; number += 1) {
    const { kind } = await world.leg({ wakeId: `w${number}` });
    outcomes.push(kind);
    if (kind !== 'handed_over') return outcomes;
    await world.wakes.take();
  }
  return outcomes;
};

/** Says one word, and `last` after so many hours. */
const slowly = (hours: number, last: (startedAtMs: number) => TurnEvent) => {
  const state = { startedAtMs: 0, stop: Promise.withResolvers<void>(), stops: 0 };
  return {
    state,
    agent: (clock: Parameters<ReturnType<typeof talkingAgent>['agent']>[0]): AgentRuntime =>
      talkingAgent(1, {
        async *turn(_session, call, signal) {
          if (call.mayStart) state.startedAtMs = clock.now();
          yield { seq: 1, type: 'text', delta: 'I am at it.' };
          const endsInMs = state.startedAtMs + hours * HOUR_MS - clock.now();
          await Promise.race([clock.sleep(endsInMs, signal), state.stop.promise]);
          if (signal.aborted) return;
          yield state.stops > 0
            ? { seq: 2, type: 'done', reply: 'I am at it.', consumed: [], ending: 'stopped' }
            : last(state.startedAtMs);
        },
        stop: async () => {
          state.stops += 1;
          state.stop.resolve();
          return true;
        },
      }).agent(clock),
  };
};
const allDone = (): TurnEvent => ({ seq: 2, type: 'done', reply: 'All done.', consumed: [], ending: 'complete' });

describe('a turn of hours', () => {
  it('is one turn with one answer, over as many legs as it takes', async () => {
    const world = aLegWorld(slowly(7.8, allDone).agent);
    await world.say(anEntry(1));
    const outcomes = await legsUntilFinished(world);
    expect({ last: outcomes.at(-1), handed: outcomes.filter((kind) => kind === 'handed_over').length > 100 }).toEqual({
      last: 'finished',
      handed: true,
    });
    expect({ shown: world.shown(), turns: world.lane()?.turnCount, counted: world.counted }).toEqual({
      shown: ['All done.'],
      turns: 1,
      counted: [],
    });
  }, 30_000);

  it('is stopped before its microVM ends, and its answer is what it had', async () => {
    const { agent, state } = slowly(20, allDone);
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    const beganAtMs = world.clock.now();
    await legsUntilFinished(world);
    const hours = (world.clock.now() - beganAtMs) / HOUR_MS;
    expect({ stops: state.stops, isInTime: hours > 7.8 && hours < 8, shown: world.shown() }).toEqual({
      stops: 1,
      isInTime: true,
      shown: ['I am at it.\n\n⏱ _That took too long and was stopped; this is what I had. Say "go on" and I continue._'],
    });
  }, 30_000);

  it('is not started again when its microVM ended unseen: its messages are put aside, and what it showed stays', async () => {
    const world = aLegWorld(() =>
      talkingAgent(1, {
        async *turn() {
          yield { seq: 0, type: 'refused', reason: 'unknown_turn' };
        },
      }).agent(undefined as never),
    );
    await world.say(anEntry(1));
    await world.crashed(aTurn({ startedAtMs: world.clock.now() }), 'e1-s');
    await world.clock.advance(8 * HOUR_MS);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), parked: Object.keys(world.lane()?.parked ?? {}) }).toEqual({
      shown: ['⚠️ That took too long and was stopped. I have put your message aside: /retry gives it another go.'],
      parked: ['u1'],
    });
  });
});

describe('the microVM of a heartbeat', () => {
  it('is its own, is ended after the tick, and leaves the one of the chat alone', async () => {
    const { agent, heard, sessions } = talkingAgent(1);
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    await world.leg();
    const chat = world.lane()?.runtimeSession;
    await world.say(anEntry(29_000_000, { kind: 'heartbeat' }));
    await world.leg();
    const [first, second] = sessions;
    expect({ first, heard, kept: world.lane()?.runtimeSession }).toEqual({
      first: chat?.id,
      heard: [`end ${second}`],
      kept: chat,
    });
    expect(second).not.toBe(first);
  });

  it('is found again by the next leg', async () => {
    const { agent, heard, sessions } = talkingAgent(20);
    const world = aLegWorld(agent);
    await world.say(anEntry(29_000_000, { kind: 'heartbeat' }));
    expect(await world.leg({ lengthMs: 5_000 })).toEqual({ kind: 'handed_over' });
    expect(await world.leg({ wakeId: 'w2' })).toEqual({ kind: 'finished', turns: 1 });
    const [first, second] = sessions;
    expect([second, heard]).toEqual([first, [`end ${first}`]]);
  });

  it('that cannot be ended does not keep the lane', async () => {
    const world = aLegWorld(talkingAgent(1, { endSession: () => new Promise(() => {}) }).agent);
    await world.say(anEntry(29_000_000, { kind: 'heartbeat' }));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
  });
});

describe('after a crash', () => {
  it('the lane works again within a minute, by the wake that the crash left behind', async () => {
    const world = aLegWorld(talkingAgent(1).agent);
    await world.say(anEntry(1));
    const crashedAtMs = world.clock.now();
    // The crashed leg had its wake hidden and its lease renewed a moment ago.
    await world.lanes.acquire(world.lane()?.laneId as never, 'w1/i0', world.clock.now());
    const waits: number[] = [];
    for (let hiddenS = LIMITS.wakeHiddenS / 2; ;) {
      await world.clock.advance(hiddenS * 1_000);
      const outcome = await world.leg();
      if (outcome.kind !== 'give_back') break;
      hiddenS = outcome.afterS;
      waits.push(hiddenS);
    }
    expect({ shown: world.shown(), waits: waits.length }).toEqual({ shown: ['all said'], waits: 1 });
    expect(world.clock.now() - crashedAtMs).toBeLessThan(60_000);
  });
});
