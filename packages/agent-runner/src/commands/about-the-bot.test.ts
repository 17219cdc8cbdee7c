import { BOT_COMMANDS, GROUP_COMMANDS, OWNER_COMMANDS, turnIdOf } from '@agent-claw/core';
import { aDone, aLane, aLaneId, anEntry } from '@agent-claw/testkit';
import type { ManualClock } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';
import { talkingAgent } from '../../test/talking-agent.ts';
import { statusText } from './status-text.ts';

type World = ReturnType<typeof aLegWorld>;

const aCommand = (sequence: number, name: string, args = '') =>
  anEntry(sequence, { kind: 'command', command: { name, args } });

describe('/usage', () => {
  it('estimates what today, a week and a month cost, where the model has a known price', async () => {
    const agent = (clock: ManualClock) =>
      talkingAgent(1, {
        async *turn() {
          yield { seq: 1, type: 'usage', inputTokens: 2_000, outputTokens: 30, costUsd: 0.021 };
          yield { seq: 2, type: 'done', reply: 'the answer', consumed: [], ending: 'complete' };
        },
      }).agent(clock);
    const world = aLegWorld(agent, undefined, { partChars: 1_000 });
    await world.say(anEntry(1));
    await world.leg();
    await world.clock.advance(48 * 3_600_000);
    await world.say(anEntry(2));
    await world.leg({ wakeId: 'w2' });
    await world.say(aCommand(3, 'usage'));
    await world.leg({ wakeId: 'w3' });
    expect(world.shown().at(-1)?.split('\n').slice(1, 6)).toEqual([
      String.raw`• Last answer: 2.0k read, 30 written, 1 model call, about $0\.02`,
      String.raw`• Today (UTC): 2.0k read, 30 written, 1 turn, about $0\.02`,
      String.raw`• 7 days: 4.0k read, 60 written, 2 turns, about $0\.04`,
      String.raw`• 30 days: 4.0k read, 60 written, 2 turns, about $0\.04`,
      'Money: model tokens at the list prices of 2026-11-21; your bill counts. Models without a known price are left out.',
    ]);
  });

  it('says nothing of money for a model without a known price', async () => {
    const agent = (clock: ManualClock) =>
      talkingAgent(1, {
        async *turn() {
          yield { seq: 1, type: 'usage', inputTokens: 2_000, outputTokens: 30 };
          yield { seq: 2, type: 'done', reply: 'the answer', consumed: [], ending: 'complete' };
        },
      }).agent(clock);
    const world = aLegWorld(agent, undefined, { partChars: 1_000 });
    await world.say(anEntry(1));
    await world.leg();
    await world.say(aCommand(2, 'usage'));
    await world.leg({ wakeId: 'w2' });
    expect(world.shown().at(-1)).not.toMatch(/\$|Money/u);
  });
});

describe('/status and /jobs', () => {
  it('tell what is chosen, what runs and what runs by itself', async () => {
    const world = aLegWorld();
    await world.say(aCommand(1, 'heartbeat', 'off'), aCommand(2, 'status'), aCommand(3, 'jobs'));
    await world.leg();
    const said = world.shown().join('');
    for (const line of ['• Now: at rest', '• Model: default', '• Regular checks: off', 'a regular check, switched off'])
      expect(said).toContain(line);
  });

  it('/status tells whether I work, for how long, what waits, what is put aside, and what is deployed', async () => {
    const world = aLegWorld(talkingAgent(90).agent, undefined, { partChars: 1_000 });
    await world.say(anEntry(1));
    const leg = world.begin();
    await world.clock.advance(62_500);
    // Said behind a command that waits: it is not taken in.
    await world.say(aCommand(2, 'new'), anEntry(3), aCommand(4, 'status'));
    await world.clock.advance(2_500);
    expect(world.shown().at(-1)?.split('\n')).toEqual([
      '**Status**',
      '• Conversation: number 1',
      '• Now: working for 1 min',
      '• Model: default',
      '• Regular checks: on',
      '• Waiting: 2 messages',
      String.raw`• Version: 1\.2\.3`,
    ]);
    await world.clock.advance(120_000);
    await leg;
  });
});

describe('/status about questions of the agent', () => {
  it('counts those that wait for an answer by button, and none that are over', () => {
    const action = { kind: 'decide', of: turnIdOf(1), isAllowed: true } as const;
    const card = { name: 'card', markdown: 'May I?', nonce: 'card-n', userId: '4242001' } as const;
    const rows = [[{ label: 'Allow once', action }]];
    const menus = {
      1: { ...card, rows, expiresAtMs: 2_000 },
      2: { ...card, rows, expiresAtMs: 1_000 },
      3: { ...card, rows: [], expiresAtMs: 2_000 },
    };
    const lane = aLane({ menus });
    const access = { ownerId: '4242001', guests: {}, groups: {} };
    expect(statusText({ lane, access, nowMs: 1_000, version: '1' })).toContain(
      '• Waiting for a decision: 1 question with buttons, above\n',
    );
  });
});

describe('a command that Telegram’s menu offers', () => {
  /** A stop is an entry of another kind. */
  const names = (commands: readonly { readonly name: string }[]) =>
    commands.map(({ name }) => name).filter((name) => name !== 'stop');

  it.each(names([...BOT_COMMANDS, ...OWNER_COMMANDS]))('is known: /%s', async (name) => {
    const world = aLegWorld([aDone('done')]);
    await world.say(aCommand(1, name));
    await world.leg();
    expect([world.shown().length > 0, world.shown().join('').includes('I do not know')]).toEqual([true, false]);
  });

  it.each(names([...BOT_COMMANDS, ...GROUP_COMMANDS]))('is known in a group: /%s', async (name) => {
    const record = { groups: { '-1001': { title: 'Us', sinceMs: 0, activation: 'mention' as const } } };
    const world = aLegWorld([aDone('done')], undefined, { laneId: aLaneId('-1001'), record });
    await world.say(aCommand(1, name));
    await world.leg();
    expect([world.shown().length > 0, world.shown().join('').includes('I do not know')]).toEqual([true, false]);
  });

  it('stands in /help where it can be said', async () => {
    const group = aLegWorld([], undefined, {
      laneId: aLaneId('-1001'),
      record: { groups: { '-1001': { title: 'Us', sinceMs: 0, activation: 'mention' } } },
      partChars: 3_000,
    });
    await group.say(aCommand(1, 'help'));
    await group.leg();
    const own = aLegWorld([], undefined, { partChars: 3_000 });
    await own.say(aCommand(1, 'help'));
    await own.leg();
    const commands = (world: World) => ['/activation', '/access'].map((name) => world.shown()[0]?.includes(name));
    expect([commands(group), commands(own)]).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

describe('a command that is none', () => {
  it('gets the nearest one as a hint, and /help when none is near', async () => {
    const world = aLegWorld();
    await world.say(aCommand(1, 'setings'), aCommand(2, 'weather_tomorrow'));
    await world.leg();
    expect(world.shown()).toEqual([
      'I do not know /setings. Did you mean /settings?',
      String.raw`I do not know /weather\_tomorrow. Send /help for what I can do.`,
    ]);
  });
});
