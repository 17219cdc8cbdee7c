import { describe, expect, it } from 'vitest';
import type { LedgerPart } from '@agent-claw/core';
import { aDone, aLaneId, aTurn, anEntry } from '@agent-claw/testkit';
import type { ScriptedEvent } from '@agent-claw/testkit';
import { aLegWorld } from '../../test/leg-world.ts';

const two = `${'a'.repeat(100)}${'b'.repeat(20)}`;

/** A leg before this one died with this ledger; the container has the answer. */
const afterCrash = async (ledger: Readonly<Record<string, LedgerPart>>, reply = 'answer', ageMs = 0) => {
  const world = aLegWorld([aDone(reply)]);
  await world.say(anEntry(1));
  await world.crashed(aTurn({ startedAtMs: world.clock.now() - ageMs, ledger }), 'e1-s');
  return world;
};
/** As if the placeholder had been sent in this chat. */
const placeholder = async (world: Awaited<ReturnType<typeof afterCrash>>): Promise<void> => {
  world.messenger.answerSend({ kind: 'sent', messageId: 7 });
  await world.messenger.send(
    { channel: 'tg', account: '7000', place: '4242001' },
    { text: 'so far …' } as never,
    { silent: true },
    () => 1_000,
  );
};

describe('a part whose first try may have arrived', () => {
  it('is still sent when the second try is refused for now', async () => {
    const world = await afterCrash({ p0: { state: 'sending' } });
    world.messenger.answerSend({ kind: 'wait', retryAfterMs: 60_000 });
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 60 });
    expect(world.lane()?.turn?.ledger).toEqual({ p0: { state: 'sending' } });
    await world.clock.advance(60_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual(['answer']);
  });

  it('is not sent a third time: the doubt is counted and said', async () => {
    const world = await afterCrash({ p0: { state: 'in_doubt' } });
    await world.leg();
    expect(world.shown()).toEqual([expect.stringContaining('a part may be missing or doubled')]);
    expect(world.counted).toEqual(['reply_in_doubt']);
  });

  it('is left at that when the second try was confirmed', async () => {
    const world = await afterCrash({ p0: { state: 'in_doubt', messageId: 5 } });
    await world.leg();
    expect({ shown: world.shown(), counted: world.counted }).toEqual({ shown: [], counted: [] });
  });

  it('is left to a later leg: a second try in the same moment would meet the same trouble', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    for (const _try of [1, 2]) world.messenger.loseSend();
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 30 });
    expect(world.messenger.calls).toEqual(['send']);
    await world.clock.advance(30_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual([expect.stringContaining('missing or doubled')]);
  });

  it('says so too when both tries end without an answer', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    world.messenger.answerSend({ kind: 'in_doubt' });
    world.messenger.answerSend({ kind: 'in_doubt' });
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 30 });
    await world.clock.advance(30_000);
    await world.leg();
    expect(world.shown()).toEqual(['answer', 'answer', expect.stringContaining('missing or doubled')]);
  });
});

describe('a final edit that is not confirmed', () => {
  it('is repeated by later legs, and counts as no crash', async () => {
    const world = await afterCrash({ draft: { state: 'sent', messageId: 7 } }, 'answer', -59_000);
    await placeholder(world);
    for (const _try of [1, 2, 3]) world.messenger.answerEdit({ kind: 'in_doubt' });
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 30 });
    expect(world.lane()?.crashes).toBe(0);
    await world.clock.advance(30_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual(['answer']);
  });
});

describe('a chat that has moved', () => {
  it('gets the answer, and no call about numbers that mean something else there', async () => {
    const group = { channel: 'tg', account: '7000', place: '-5' };
    const groups = { '-5': { title: 'Home', sinceMs: 0, activation: 'always' as const } };
    const world = aLegWorld([aDone('answer')], (lanes) => lanes, { laneId: aLaneId('-5'), record: { groups } });
    await world.say(anEntry(1));
    const ledger = { draft: { state: 'sent', messageId: 7 } } as const;
    await world.crashed(aTurn({ startedAtMs: world.clock.now() + 59_000, ledger }), 'e1-s');
    world.messenger.move(group, { ...group, place: '-1005' });
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ to: world.messenger.shown().map(({ to }) => to.place), calls: world.messenger.calls }).toEqual({
      to: ['-1005'],
      calls: ['edit', 'send', 'send'],
    });
  });

  it('that blocks the bot ends the turn: nobody else can be told', async () => {
    const world = await afterCrash({}, 'answer');
    world.messenger.block({ channel: 'tg', account: '7000', place: '4242001' });
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ counted: world.counted, inbox: world.lane()?.inbox }).toEqual({
      counted: ['reply_undeliverable'],
      inbox: {},
    });
  });

  it('has a placeholder that its person deleted answered afresh', async () => {
    const world = await afterCrash({ draft: { state: 'sent', messageId: 7 } }, 'answer', -59_000);
    await world.leg();
    expect({ shown: world.shown(), calls: world.messenger.calls }).toEqual({
      shown: ['answer'],
      calls: ['edit', 'send', 'remove'],
    });
  });
});

describe('a failure text', () => {
  it('does not swallow an answer that comes after all', async () => {
    const world = await afterCrash({ f0: { state: 'sent', messageId: 5 } });
    await world.leg();
    expect(world.shown()).toEqual(['answer']);
  });

  it('leaves an answer that is out, and says that it may not be whole', async () => {
    const lost: ScriptedEvent = { type: 'failed', code: 'x', message: 'Broken.', retryable: false };
    const world = aLegWorld([lost]);
    await world.say(anEntry(1));
    const ledger = { p0: { state: 'sent', messageId: 5 } } as const;
    await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger }), 'e1-s');
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), parked: Object.keys(world.lane()?.parked ?? {}) }).toEqual({
      shown: ['⚠️ I was interrupted. If the answer above is not whole, /retry gives it another go.'],
      parked: ['u1'],
    });
  });
});

describe('the placeholder', () => {
  it('is noted as the first part before later parts follow, so that no second first part comes below them', async () => {
    const world = await afterCrash({ draft: { state: 'sent', messageId: 7 } }, two, -59_000);
    await placeholder(world);
    world.messenger.answerSend({ kind: 'wait', retryAfterMs: 60_000 });
    expect((await world.leg()).kind).toBe('give_back');
    expect(world.lane()?.turn?.ledger['p0']).toEqual({ state: 'sent', messageId: 7 });
    await world.clock.advance(60_000);
    await world.leg();
    expect(world.shown()).toEqual(['a'.repeat(100), 'b'.repeat(20)]);
  });

  it('is tried once: one whose fate is unknown is never sent again', async () => {
    const events: ScriptedEvent[] = Array.from({ length: 3 }, () => ({ type: 'text', delta: 'x' }));
    const world = aLegWorld((clock) => ({
      async *turn(_session, _call, signal) {
        for (const [index] of events.entries()) {
          yield { seq: index + 1, type: 'text' as const, delta: 'x' };
          await clock.sleep(3_000, signal);
        }
        yield { seq: 9, type: 'done' as const, reply: 'answer', consumed: [], ending: 'complete' as const };
      },
      steer: async () => true,
      stop: async () => true,
      endSession: async () => undefined,
    }));
    world.messenger.answerSend({ kind: 'in_doubt' });
    await world.say(anEntry(1));
    await world.leg();
    expect({ shown: world.shown(), edits: world.messenger.calls.filter((call) => call === 'edit') }).toEqual({
      shown: ['x …', 'answer'],
      edits: [],
    });
  });

  it('is removed once more after a short pause, and an answer that is out stays out when it cannot be', async () => {
    const slow = await afterCrash({ draft: { state: 'sent', messageId: 7 } }, 'answer', 30_000);
    await placeholder(slow);
    slow.messenger.answerRemove({ kind: 'wait', retryAfterMs: 2_000 });
    expect(await slow.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(slow.shown()).toEqual(['answer']);

    const stuck = await afterCrash({ draft: { state: 'sent', messageId: 7 } }, 'answer', 30_000);
    await placeholder(stuck);
    for (const _try of [1, 2, 3]) stuck.messenger.answerRemove({ kind: 'failed' });
    expect(await stuck.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(stuck.shown()).toEqual(['so far …', 'answer']);
  });
});

describe('the deadline', () => {
  it('reaches a delivery: what is left is sent by the next leg, once', async () => {
    const world = aLegWorld([aDone('x'.repeat(350))]);
    await world.say(anEntry(1));
    for (const _part of [1, 2]) world.messenger.answerSend({ kind: 'wait', retryAfterMs: 4_000 });
    expect(await world.leg({ lengthMs: 6_000 })).toEqual({ kind: 'handed_over' });
    expect(world.shown()).toEqual([]);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ lengths: world.shown().map(({ length }) => length), counted: world.counted }).toEqual({
      lengths: [100, 100, 100, 50],
      counted: [],
    });
  });
});
