import type { LedgerPart } from '@agent-claw/core';
import { aDone, anEntry, aTurn } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';
import { talkingAgent } from '../../test/talking-agent.ts';

/** The bot's messages count from 101. */
const asked = (sequence = 1, messageId = 100) => anEntry(sequence, { messageId });
const HOME = { channel: 'tg', account: '7000', place: '4242001' };

const afterCrash = async (ledger: Readonly<Record<string, LedgerPart>>, shown: readonly string[]) => {
  const world = aLegWorld([aDone('answer')]);
  await world.say(asked());
  for (const text of shown) await world.messenger.send(HOME, { text } as never, {}, () => 1);
  await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger }), 'e1-s');
  return world;
};

describe('a message whose fate is unknown', () => {
  it('is found in the chat, and not sent again', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(asked());
    world.messenger.answerSend({ kind: 'in_doubt' });
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), counted: world.counted }).toEqual({ shown: ['answer'], counted: [] });
  });

  it('is found also by the leg after a crash', async () => {
    const world = await afterCrash({ p0: { state: 'sending' } }, ['answer']);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), counted: world.counted }).toEqual({ shown: ['answer'], counted: [] });
  });

  it('that is a placeholder is drawn on, and becomes the answer', async () => {
    const world = aLegWorld(talkingAgent(8).agent);
    await world.say(asked());
    world.messenger.answerSend({ kind: 'in_doubt' });
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.messenger.shown().map(({ edits }) => edits > 3)).toEqual([true]);
    expect(world.shown()).toEqual(['all said']);
  });

  it('that is the placeholder of a leg that crashed is found and becomes the answer', async () => {
    const world = await afterCrash({ draft: { state: 'sending' } }, ['half …']);
    await world.leg();
    expect(world.shown()).toEqual(['answer']);
  });

  it('waits while the channel wants silence', async () => {
    const world = await afterCrash({ p0: { state: 'sending' } }, ['answer']);
    world.messenger.answerFind({ kind: 'wait', retryAfterMs: 60_000 });
    expect(await world.leg()).toEqual({ kind: 'give_back', afterS: 60 });
    await world.clock.advance(60_000);
    await world.leg();
    expect(world.shown()).toEqual(['answer']);
  });
});

describe('a search', () => {
  it('is not made for one of two: what is found could be the other', async () => {
    const world = await afterCrash({ draft: { state: 'sending' }, p0: { state: 'sending' } }, ['half …']);
    await world.leg();
    expect(world.messenger.calls.filter((call) => call === 'find')).toEqual([]);
    expect({ shown: world.shown(), counted: world.counted }).toEqual({
      shown: ['half …', 'answer'],
      counted: ['reply_in_doubt'],
    });
  });

  it('is not made beside a part that was given up in doubt', async () => {
    const world = await afterCrash({ draft: { state: 'sending' }, p0: { state: 'in_doubt' } }, ['half …', 'answer']);
    await world.leg();
    expect(world.messenger.calls.filter((call) => call === 'find')).toEqual([]);
  });

  it('does not take for the message what was sent while it waited its turn', async () => {
    const world = aLegWorld(talkingAgent(8).agent);
    await world.say(asked(), anEntry(2, { kind: 'command', command: { name: 'whoami', args: '' } }));
    world.messenger.loseSend();
    world.messenger.answerFind({ kind: 'wait', retryAfterMs: 3_000 });
    await world.leg();
    await world.clock.advance(30_000);
    await world.leg();
    expect(new Set(world.shown().map((text) => text.slice(0, 8)))).toEqual(new Set(['all said', 'Your Tel']));
  });

  it('begins behind the answers of earlier turns, which stand below the question', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(asked(1, 99));
    await world.leg();
    expect(world.lane()?.lastMessageId).toBe(101);
    await world.say(asked(2, 100));
    world.messenger.loseSend();
    expect((await world.leg()).kind).toBe('give_back');
    await world.clock.advance(30_000);
    await world.leg();
    expect(world.shown()).toEqual(['answer', 'answer']);
  });

  it('is not made after a turn that left a message of unknown number', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1));
    for (const _try of [1, 2]) world.messenger.answerSend({ kind: 'in_doubt' });
    for (const _leg of [1, 2]) {
      await world.leg();
      await world.clock.advance(30_000);
    }
    expect(world.lane()?.lastMessageId).toBe('unknown');
    await world.say(asked(2));
    world.messenger.answerSend({ kind: 'in_doubt' });
    await world.leg();
    await world.clock.advance(30_000);
    await world.leg();
    expect(world.messenger.calls.filter((call) => call === 'find')).toEqual([]);
    expect(world.lane()?.lastMessageId).toEqual(expect.any(Number));
  });
});
