import { laneAddressOf, updateEntryId } from '@agent-claw/core';
import { aDone, aLaneId, anEntry, aTurn } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import type { ManualClock } from '@agent-claw/testkit';
import { aLegWorld } from '../../test/leg-world.ts';
import { aPress, buttonsIn } from '../../test/pressing.ts';
import { talkingAgent } from '../../test/talking-agent.ts';

const aCommand = (sequence: number, name: string, args = '') =>
  anEntry(sequence, { kind: 'command', command: { name, args } });

const SETTINGS = ['Model: default ›', 'Turn tokens on', 'Turn tools off', 'Turn checks off', 'Turn drafts on', 'Close'];
const UNUSED = 'This menu is no longer in use. Send /settings for a new one.';

const openSettings = async (agent?: Parameters<typeof aLegWorld>[0]) => {
  const world = aLegWorld(agent);
  await world.say(aCommand(1, 'settings'));
  await world.leg();
  return world;
};

describe('a menu', () => {
  it('leads from setting to setting in one message, and each press counts once', async () => {
    const world = await openSettings();
    const labels = [buttonsIn(world).labels];
    for (const [at, label] of ['Model: default ›', 'fast', '‹ Settings', 'Turn tokens on'].entries()) {
      await world.say(aPress(world, at + 2, label));
      expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
      labels.push(buttonsIn(world).labels);
    }
    expect(labels).toEqual([
      SETTINGS,
      ['✓ default', 'fast', '‹ Settings'],
      ['default', '✓ fast', '‹ Settings'],
      ['Model: fast ›', ...SETTINGS.slice(1)],
      ['Model: fast ›', 'Turn tokens off', ...SETTINGS.slice(2)],
    ]);
    expect(world.lane()).toMatchObject({ settings: { model: 'fast', usageFooter: true }, inbox: {} });
    expect(world.messenger.shown().map(({ edits }) => edits)).toEqual([4]);
  });

  it('that was pressed twice at once does what was asked for once, and stays in use', async () => {
    const world = await openSettings();
    const [first, second] = [aPress(world, 2, 'Turn tokens on'), aPress(world, 3, 'Turn tokens on')];
    await world.say(first, second);
    await world.leg();
    expect({ shown: world.messenger.shown().map(({ edits }) => edits), labels: buttonsIn(world).labels }).toEqual({
      shown: [1],
      labels: [SETTINGS[0], 'Turn tokens off', ...SETTINGS.slice(2)],
    });
  });

  it('is not for anybody but whoever asked for it', async () => {
    const world = await openSettings();
    await world.say(aPress(world, 2, 'Turn tokens on', '4242002'));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ labels: buttonsIn(world).labels, settings: world.lane()?.settings, inbox: world.lane()?.inbox }).toEqual({
      labels: SETTINGS,
      settings: undefined,
      inbox: {},
    });
  });

  it('says that it is of no use any more a day later, and changes nothing', async () => {
    const world = await openSettings();
    const press = aPress(world, 2, 'Turn tokens on');
    await world.clock.advance(24 * 3_600_000);
    await world.say(press);
    await world.leg();
    expect({ shown: world.shown(), labels: buttonsIn(world).labels, settings: world.lane()?.settings }).toEqual({
      shown: [UNUSED],
      labels: [],
      settings: undefined,
    });
  });

  it('that was closed says so as well when it is pressed again', async () => {
    const world = await openSettings();
    const press = aPress(world, 2, 'Close');
    await world.say(press);
    await world.leg();
    expect({ labels: buttonsIn(world).labels, menus: world.lane()?.menus }).toEqual({ labels: [], menus: {} });
    await world.say({ ...press, id: updateEntryId(3) });
    await world.leg();
    expect(world.shown()).toEqual([UNUSED]);
  });

  it('writes over nothing in a group, where anybody could make up a press', async () => {
    const group = aLaneId('-1001');
    const world = aLegWorld([], (lanes) => lanes, {
      laneId: group,
      record: { groups: { '-1001': { title: 'Us', sinceMs: 0, activation: 'mention' } } },
    });
    const to = laneAddressOf(group);
    await world.messenger.send(to, { text: 'an answer' } as never, {}, () => 1);
    await world.say(anEntry(1, { kind: 'button', pressed: { nonce: 'x', index: 0, messageId: 101 } }));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual(['an answer']);
  });

  it('is for the owner alone in a group', async () => {
    const world = aLegWorld([], (lanes) => lanes, {
      laneId: aLaneId('-1001'),
      record: {
        groups: { '-1001': { title: 'Us', sinceMs: 0, activation: 'mention' } },
        guests: { '4242002': { name: 'Grace', sinceMs: 0 } },
      },
    });
    const guest = { sender: { id: '4242002', name: 'Grace' } };
    await world.say({ ...aCommand(1, 'settings'), ...guest }, { ...aCommand(2, 'model', 'fast'), ...guest });
    await world.say(aCommand(3, 'settings'));
    await world.leg();
    expect({ shown: world.shown().slice(0, 2), labels: buttonsIn(world).labels }).toEqual({
      shown: ['Only my owner changes how I work in a group.', 'Only my owner changes how I work in a group.'],
      labels: [...SETTINGS.slice(0, 3), 'Answer everything', 'Close'],
    });
  });

  it('switches in a group when the bot answers there, and in the owner’s chat the regular checks', async () => {
    const world = aLegWorld([], (lanes) => lanes, {
      laneId: aLaneId('-1001'),
      record: { groups: { '-1001': { title: 'Us', sinceMs: 0, activation: 'mention' } } },
      partChars: 1_000,
    });
    await world.say(aCommand(1, 'settings'));
    await world.leg();
    const press = aPress(world, 2, 'Answer everything');
    await world.say(press, { ...press, id: updateEntryId(3), sequence: 3 });
    await world.leg();
    expect({
      activation: world.access.peek().groups['-1001']?.activation,
      labels: buttonsIn(world).labels,
      says: world.shown()[0]?.includes('• I answer: everything'),
    }).toEqual({
      activation: 'always',
      labels: [...SETTINGS.slice(0, 3), 'Answer only when called', 'Close'],
      says: true,
    });

    const own = await openSettings();
    await own.say(aPress(own, 2, 'Turn checks off'));
    await own.leg();
    expect([own.lane()?.settings, buttonsIn(own).labels[3]]).toEqual([{ heartbeat: false }, 'Turn checks on']);
  });

  it('is answered beside a running turn, which goes on', async () => {
    const world = aLegWorld(talkingAgent(12).agent);
    await world.say(anEntry(1));
    const leg = world.begin();
    await world.clock.advance(3_000);
    await world.say(aCommand(2, 'settings'));
    await world.clock.advance(2_500);
    await world.say(aPress(world, 3, 'Model: default ›'));
    await world.clock.advance(2_500);
    await world.say(aPress(world, 4, 'fast'));
    await world.clock.advance(2_500);
    expect({ labels: buttonsIn(world).labels, settings: world.lane()?.settings }).toEqual({
      labels: ['default', '✓ fast', '‹ Settings'],
      settings: { model: 'fast' },
    });
    await world.clock.advance(30_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown().length, inbox: world.lane()?.inbox }).toEqual({ shown: 2, inbox: {} });
    await world.say(aPress(world, 5, '‹ Settings'));
    await world.leg({ wakeId: 'w2' });
    expect(buttonsIn(world).labels).toEqual(['Model: fast ›', ...SETTINGS.slice(1)]);
  });

  it('has the buttons that its lane knows also when a crash left its message in doubt', async () => {
    const world = aLegWorld();
    await world.say(aCommand(1, 'settings'));
    const to = { channel: 'tg', account: '7000', place: '4242001' };
    const turn = aTurn({ kind: 'command', ledger: { p0: { state: 'sending', nonce: 'kept' } } });
    const sent = await world.messenger.send(to, { text: 'menu' } as never, {}, () => 1);
    await world.say(anEntry(9, { kind: 'notice', messageId: 100 }));
    await world.crashed({ ...turn, taken: [...turn.taken, anEntry(9).id] });
    await world.leg();
    const { messageId, buttons } = buttonsIn(world);
    expect({ messageId, nonces: new Set(buttons.map(({ nonce }) => nonce)), count: world.shown().length }).toEqual({
      messageId: sent.kind === 'sent' && sent.messageId,
      nonces: new Set(['kept']),
      count: 1,
    });
    await world.say(aPress(world, 10, 'Turn tokens on'));
    await world.leg({ wakeId: 'w2' });
    expect(world.lane()?.settings).toEqual({ usageFooter: true });
  });

  it('whose press was taken when the leg crashed is drawn by the next one, with the buttons that were stored', async () => {
    const world = await openSettings();
    const press = aPress(world, 2, 'Turn tokens on');
    await world.say(press);
    world.messenger.answerEdit({ kind: 'wait', retryAfterMs: 60_000 });
    expect(await world.leg()).toMatchObject({ kind: 'give_back' });
    expect(world.lane()?.settings).toEqual({ usageFooter: true });
    await world.clock.advance(60_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    const stored = Object.values(world.lane()?.menus ?? {}).map(({ nonce }) => nonce);
    expect(stored).toEqual([buttonsIn(world).buttons[0]?.nonce]);
  });
});

describe('/model', () => {
  it('with a name changes the model, and says what is on offer for a name that is none', async () => {
    const world = aLegWorld();
    await world.say(aCommand(1, 'model', 'Fast'), aCommand(2, 'model', 'gpt_9'));
    await world.leg();
    expect({ shown: world.shown(), settings: world.lane()?.settings }).toEqual({
      shown: [
        expect.stringMatching(/^Model: \*\*fast\*\*/u),
        String.raw`I have no model called gpt\_9. Try /model default, /model fast.`,
      ],
      settings: { model: 'fast' },
    });
  });
});

describe('what an answer took', () => {
  const agent = (clock: ManualClock) =>
    talkingAgent(1, {
      async *turn() {
        yield { seq: 1, type: 'usage', inputTokens: 2_000, outputTokens: 30 };
        yield { seq: 2, type: 'usage', inputTokens: 2_500, outputTokens: 70 };
        yield { seq: 3, type: 'done', reply: 'the answer', consumed: [], ending: 'complete' };
      },
    }).agent(clock);

  it('is counted with the finish, shown by /usage, and below the answers of a lane that wants it', async () => {
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    await world.leg();
    await world.say(aCommand(2, 'usage'), anEntry(3));
    await world.leg();
    const said = world.shown().slice(1, -1).join('');
    expect({ said, usage: world.lane()?.usage }).toMatchObject({
      said: expect.stringContaining('• 30 days: 4.5k read, 100 written, 1 turn\nRegular checks count too.'),
      usage: {
        last: { calls: 2, inputTokens: 4_500, outputTokens: 100, contextTokens: 2_500 },
        days: { '2026-09-21': { turns: 2, inputTokens: 9_000, outputTokens: 200 } },
      },
    });
    await world.say(aCommand(4, 'settings'));
    await world.leg();
    await world.say(aPress(world, 5, 'Turn tokens on'));
    await world.leg();
    await world.say(anEntry(6));
    await world.leg();
    expect(world.shown().at(-1)).toBe('the answer\n\n_4.5k tokens read, 100 written_');
  });
});

describe('a long answer about the bot', () => {
  it('comes whole beside a running turn, and once', async () => {
    const world = aLegWorld(talkingAgent(19).agent);
    await world.say(anEntry(1));
    const leg = world.begin();
    await world.clock.advance(2_500);
    await world.say(aCommand(2, 'help'));
    await world.clock.advance(15_000);
    const help = world.shown().slice(1).join('');
    expect(help).toMatch(/^I am your assistant\.[^]*To interrupt me, say "stop" or press ⏹\.$/u);
    await world.clock.advance(30_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown().slice(1).join('')).toBe(help);
  });
});

describe('/heartbeat', () => {
  it('switches regular checks by word and by button, and is the owner’s alone', async () => {
    const world = aLegWorld();
    await world.say(aCommand(1, 'heartbeat', 'off'));
    await world.leg();
    expect(world.lane()?.settings).toEqual({ heartbeat: false });
    await world.say(aCommand(2, 'heartbeat'));
    await world.leg();
    await world.say(aPress(world, 3, 'Turn checks on'));
    await world.leg();
    expect({ settings: world.lane()?.settings, labels: buttonsIn(world).labels }).toEqual({
      settings: { heartbeat: true },
      labels: ['Turn checks off', 'Close'],
    });
    const guest = aLegWorld([], (lanes) => lanes, {
      laneId: aLaneId('4242002'),
      record: { guests: { 4242002: { name: 'Grace', sinceMs: 0 } } },
    });
    await guest.say(aCommand(1, 'heartbeat', 'off'), aCommand(2, 'jobs'));
    await guest.leg();
    expect({ shown: new Set(guest.shown()), settings: guest.lane()?.settings }).toEqual({
      shown: new Set(['That is between my owner and me, in our private chat.']),
      settings: undefined,
    });
  });

  it('makes a check at once when asked to, and brings what needs the owner', async () => {
    const world = aLegWorld([aDone('the plants are dry')]);
    await world.say(aCommand(1, 'heartbeat', 'now'));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 2 });
    expect({ shown: world.shown(), inbox: world.lane()?.inbox }).toEqual({
      shown: ['I am checking. If nothing needs you, you hear no more of it.', 'the plants are dry'],
      inbox: {},
    });
  });
});

describe('a long answer that was cut off half-way', () => {
  it('is finished with the turn beside which it was begun, and its first part comes once', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1), aCommand(2, 'help'));
    const ledger = { 'c-u2.0': { state: 'sent', messageId: 90 } } as const;
    await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger }), 'e1-s');
    await world.leg();
    const said = world.shown().join('');
    expect({ starts: said.includes('I am your assistant'), ends: said.includes('or press ⏹.') }).toEqual({
      starts: false,
      ends: true,
    });
    expect(world.lane()?.inbox).toEqual({});
  });
});
