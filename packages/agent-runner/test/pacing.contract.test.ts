import type { OpenMenus } from '@agent-claw/core';
import { anEntry } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { PACE_MS } from '../src/leg/limits.ts';
import { aLegOnDouble, busyAgent } from './leg-on-double.ts';

const LONG = Array.from({ length: 2_400 }, (_, index) => `word${index}`).join(' ');
const [PRIVATE, GROUP] = ['4242001', '-1001'];

const command = (sequence: number, name: string) =>
  anEntry(sequence, { kind: 'command', text: `/${name}`, command: { name, args: '' } });

/** A press on the newest menu's button at this place. */
const press = (sequence: number, menus: OpenMenus = {}, index = 1) => {
  const [messageId, menu] = Object.entries(menus).at(-1) ?? [];
  if (menu === undefined) throw new Error('No menu is open.');
  const pressed = { nonce: menu.nonce, index, messageId: Number(messageId) };
  return anEntry(sequence, { kind: 'button', text: '', pressed });
};

/** An answer that grows for a minute, questions about the bot and a menu beside it, and five messages at its end. */
const busyStory = async (place: string, settings?: Parameters<typeof aLegOnDouble>[2]) => {
  const world = await aLegOnDouble(place, busyAgent(60, LONG), settings);
  await world.say(anEntry(1));
  const outcome = await world.leg({
    6: () => world.say(command(2, 'status'), command(3, 'queue'), command(4, 'whoami')),
    20: () => world.say(command(5, 'settings')),
    30: () => world.say(press(6, world.lane()?.menus)),
    33: () => world.say(press(7, world.lane()?.menus)),
    40: () => world.say(command(8, 'help')),
    55: () => world.say(command(9, 'usage'), command(10, 'jobs')),
  });
  return { world, outcome };
};

describe('against Telegram’s limits', () => {
  it.each([
    ['a private chat', PRIVATE, PACE_MS.private, 40],
    ['a group', GROUP, PACE_MS.group, 20],
  ])('a busy turn in %s is never too fast, and shows as much as it may', async (_where, place, paceMs, atLeast) => {
    const { world, outcome } = await busyStory(place);
    await using _double = world;
    expect({ outcome, refused: world.refused(), gapMs: world.shortestGapMs() }).toEqual({
      outcome: { kind: 'finished', turns: 1 },
      refused: [],
      gapMs: paceMs,
    });
    expect(world.methods()).toEqual(['editMessageText', 'sendMessage']);
    expect(world.times().length).toBeGreaterThan(atLeast);
  });

  it('so is one that shows drafts of Telegram’s own', async () => {
    const { world, outcome } = await busyStory(PRIVATE, { drafts: 'native' });
    await using _double = world;
    expect({ outcome, refused: world.refused(), gapMs: world.shortestGapMs() }).toEqual({
      outcome: { kind: 'finished', turns: 1 },
      refused: [],
      gapMs: PACE_MS.private,
    });
    expect(world.methods()).toEqual(['editMessageText', 'sendMessage', 'sendMessageDraft']);
  });

  it.each([
    ['a private chat', PRIVATE, PACE_MS.private],
    ['a group', GROUP, PACE_MS.group],
  ])('quick answers in %s, a leg for each, are too fast for nobody', async (_where, place, paceMs) => {
    await using world = await aLegOnDouble(place, busyAgent(0, 'short'));
    for (let turn = 1; turn <= 30; turn += 1) {
      await world.say(anEntry(turn));
      expect(await world.leg({}, `w${turn}`)).toEqual({ kind: 'finished', turns: 1 });
    }
    expect({ refused: world.refused(), gapMs: world.shortestGapMs(), count: world.times().length }).toEqual({
      refused: [],
      gapMs: paceMs,
      count: 30,
    });
  });

  it('a quick answer is not held up when the last one was long enough ago', async () => {
    await using world = await aLegOnDouble(PRIVATE, busyAgent(0, 'short'));
    const waitedMs: number[] = [];
    for (let turn = 1; turn <= 5; turn += 1) {
      const startMs = world.clock.now();
      await world.say(anEntry(turn));
      await world.leg({}, `w${turn}`);
      waitedMs.push((world.times().at(-1) ?? 0) - startMs);
      await world.pass(PACE_MS.private);
    }
    expect(waitedMs).toEqual([0, 0, 0, 0, 0]);
  });
});
