import { BOT_COMMANDS, openPairing, OWNER_COMMANDS, revoke } from '@agent-claw/core';
import type { AccessRecord, EntryId } from '@agent-claw/core';
import { aDone, aLaneId, anEntry } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';
import { buttonsIn } from '../../test/pressing.ts';
import { talkingAgent } from '../../test/talking-agent.ts';

const EVE = { id: '5', name: 'Eve' };
const GUEST_LANE = aLaneId(EVE.id);
const NOW_MS = 1_790_000_000_000;
const guests = { [EVE.id]: { name: 'Eve', sinceMs: NOW_MS } };
const asking = (): Partial<AccessRecord> => {
  const open = openPairing({ guests: {}, groups: {} }, 'ABCD2345', NOW_MS).outcome;
  return { pairing: { ...open, pending: { [EVE.id]: { name: 'Eve', askedAtMs: NOW_MS, entryId: 'u9' } } } };
};
const aCommand = (sequence: number, name: string, args = '', sender = { id: '4242001', name: 'Ada' }) =>
  anEntry(sequence, { kind: 'command', text: `/${name} ${args}`, command: { name, args }, sender });

/** What the bot answers to the owner's commands, one leg each. */
const asked = async (record: Partial<AccessRecord>, ...commands: readonly (readonly [string, string?])[]) => {
  const world = aLegWorld([], undefined, { record });
  for (const [index, [name, args]] of commands.entries()) {
    await world.say(aCommand(index + 1, name, args));
    await world.leg({ wakeId: `w${index}` });
  }
  return { world, said: world.shown().join('') };
};
/** A leg in the guest's lane. */
const guestWorld = (record: Partial<AccessRecord>, agent: Parameters<typeof aLegWorld>[0] = [aDone('answer')]) =>
  aLegWorld(agent, undefined, { laneId: GUEST_LANE, record });

describe('/pair', () => {
  it('opens the door for an hour and says how to come in; asked again, the code is the same', async () => {
    const { world, said } = await asked({}, ['pair'], ['pair']);
    const { pairing } = world.access.peek();
    expect(pairing).toEqual({
      code: 'BBBBBBBB',
      openUntilMs: expect.any(Number) as number,
      pending: {},
      denied: [],
    });
    expect(said).toContain('For 60 min, whoever sends me this code may ask to come in: `BBBBBBBB`');
    expect(said).toContain(String.raw`https\://t\.me/claw\_bot?start=BBBBBBBB`);
    expect(said.match(/BBBBBBBB`/gu)).toHaveLength(2);
  });

  it.each([
    ['pair_close', ''],
    ['pair', 'close'],
  ])('is ended by /%s %s', async (name, args) => {
    const { world, said } = await asked(asking(), [name, args]);
    expect({ record: world.access.peek(), isSaid: said.includes('No code opens the door') }).toEqual({
      record: { guests: {}, groups: {} },
      isSaid: true,
    });
  });
});

describe('/start', () => {
  const names = [...BOT_COMMANDS, ...OWNER_COMMANDS].map(({ name }) => name);

  it('fills the menu of commands of whoever has just claimed the bot', async () => {
    const owner = { id: '77', name: 'Cy', claimedAtMs: NOW_MS };
    const world = aLegWorld([], undefined, { laneId: aLaneId('77'), ownerId: '', record: { owner } });
    await world.say(aCommand(1, 'start', 'the-code', owner));
    await world.leg();
    expect([...world.messenger.offered]).toEqual([['tg:7000:77', names]]);
    expect(world.shown().join('')).toMatch(/^🔐 You are my owner/u);
  });

  it('fills no menu for a guest, or in a group', async () => {
    const guest = guestWorld({ guests });
    await guest.say(aCommand(1, 'start', '', EVE));
    await guest.leg();
    const groups = { '-1001': { title: 'Us', sinceMs: 0, activation: 'mention' as const } };
    const group = aLegWorld([], undefined, { laneId: aLaneId('-1001'), record: { groups } });
    await group.say(aCommand(1, 'start'));
    await group.leg();
    expect([guest, group].map((world) => [world.messenger.offered.size, world.shown().length > 0])).toEqual([
      [0, true],
      [0, true],
    ]);
  });
});

describe('a knock', () => {
  const knocking = (name: string) =>
    anEntry(9, { kind: 'notice', notice: 'knock', sender: { id: '5', name }, text: '' });

  it('shows the owner who asks, with a choice to tap, beside a running turn', async () => {
    const world = aLegWorld(talkingAgent(9).agent, undefined, { record: asking() });
    await world.say(anEntry(1));
    const leg = world.begin();
    await world.clock.advance(3_500);
    await world.say(knocking('Eve'));
    await world.clock.advance(2_500);
    expect(world.shown()[1]).toBe('🔔 `Eve` (id `5`) has the pairing code and asks to talk to me.');
    expect(buttonsIn(world).labels).toEqual(['Let in', 'No']);
    await world.clock.advance(30_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
  });

  it('lets nothing in a name be tapped, read as formatting, or turned around', async () => {
    const world = aLegWorld();
    await world.say(knocking('/allow_666 `**x**`\n\u202Eevil.example @bot'));
    await world.leg();
    expect(world.shown()[0]).toMatch(/^🔔 `\/allow_666 \*\*x\*\* evil\.example @bot` \(id `5`\)/u);
  });
});

describe('the decision', () => {
  it('lets the guest in, and tells them in their own chat, once', async () => {
    const { world, said } = await asked(asking(), ['allow_5'], ['allow_5']);
    const { guests: after, pairing } = world.access.peek();
    expect({ names: Object.values(after).map(({ name }) => name), waiting: pairing?.pending }).toEqual({
      names: ['Eve'],
      waiting: {},
    });
    const welcome = Object.values(world.peek(GUEST_LANE)?.inbox ?? {});
    expect(welcome).toMatchObject([{ kind: 'notice', notice: 'welcome', sender: EVE, text: '' }]);
    expect((await world.wakes.take()).map(({ laneId }) => laneId)).toEqual([GUEST_LANE, GUEST_LANE]);
    expect(said).toContain('`Eve` (id `5`) may talk to me, and is being told. /revoke_5 takes it back.');
  });

  it('is the first that the guest hears', async () => {
    const world = guestWorld({ guests });
    await world.say(anEntry(1, { kind: 'notice', notice: 'welcome', sender: EVE, text: '' }));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown().join('')).toMatch(/^👋 You are in\.[\s\S]*\/help – /u);
    expect(world.shown().join('')).not.toContain('/pair');
  });

  it('sends the guest away without a word to them', async () => {
    const { world, said } = await asked(asking(), ['deny_5'], ['allow_5']);
    expect(world.access.peek().guests).toEqual({});
    expect([world.peek(GUEST_LANE), await world.wakes.take()]).toEqual([undefined, []]);
    expect(said).toContain('stays outside');
    expect(said).toContain('Nobody with the id `5` is waiting');
  });
});

describe('/access', () => {
  it('lets in by numeric id, and no other way', async () => {
    const { world, said } = await asked(
      {},
      ['access', 'add 5 Eve the Second'],
      ['access', 'add @eve'],
      ['access', 'add 4242001'],
    );
    expect(Object.entries(world.access.peek().guests).map(([id, { name }]) => [id, name])).toEqual([
      ['5', 'Eve the Second'],
    ]);
    expect(said).toContain('may talk to me, but has to write first');
    expect(said).toContain('I did not understand that');
    expect(said).toContain('That is you');
  });

  it('takes access away: what waits for the guest is stopped, and the second time there is nobody', async () => {
    const { world, said } = await asked({ guests }, ['revoke_5'], ['access', 'revoke 5']);
    expect(world.access.peek()).toEqual({ guests: {}, groups: {} });
    expect(world.peek(GUEST_LANE)?.inbox).toMatchObject({ ['u1' as EntryId]: { kind: 'stop' } });
    expect(said).toContain('`Eve` (id `5`) can no longer talk to me.');
    expect(said).toContain('`5` is no guest of mine.');
  });

  it.each(['pair', 'access', 'allow_5', 'revoke_6', 'pair_close'])(
    'is for the owner alone: a guest hears no at /%s',
    async (name) => {
      const world = guestWorld({ ...asking(), guests });
      const before = world.access.peek();
      await world.say(aCommand(1, name, '', EVE));
      await world.leg();
      expect(world.shown()).toEqual(['That is for my owner alone.']);
      expect(world.access.peek()).toEqual(before);
    },
  );

  it('shows no code and no names in a group', async () => {
    const group = { '-100': { title: 'Home', sinceMs: NOW_MS, activation: 'mention' as const } };
    const world = aLegWorld([], undefined, { laneId: aLaneId('-100'), record: { groups: group } });
    await world.say(aCommand(1, 'pair'));
    await world.leg();
    expect(world.shown()).toEqual(['Please ask me that in our private chat.']);
    expect(world.access.peek().pairing).toBeUndefined();
  });
});

describe('/whoami and /start', () => {
  it('say since when somebody is a guest, and how an owner became one', async () => {
    const world = guestWorld({ guests });
    await world.say(aCommand(1, 'whoami', '', EVE));
    await world.leg();
    expect(world.shown()).toEqual(['Your Telegram id is `5`. You are a guest since 2026-09-21.']);
    const owner = { ...EVE, claimedAtMs: NOW_MS };
    const claimed = aLegWorld([], undefined, { laneId: GUEST_LANE, record: { owner }, ownerId: '' });
    await claimed.say(aCommand(1, 'start', 'the-used-up-code', EVE), aCommand(2, 'whoami', '', EVE));
    await claimed.leg();
    expect(claimed.shown()[0]).toMatch(/^🔐 You are my owner from now on\./u);
    expect(claimed.shown().at(-1)).toBe('Your Telegram id is `5`. You are my owner since 2026-09-21.');
    expect(claimed.shown().join('')).toContain('/pair – ');
  });
});

describe('revoking', () => {
  it('lets nothing out that was queued', async () => {
    const world = guestWorld({ guests });
    await world.say(anEntry(1, { sender: EVE }), anEntry(2, { sender: EVE }));
    await world.access.open().update((record) => revoke(record, EVE.id));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ calls: world.messenger.calls, asked: world.runtime.calls, inbox: world.lane()?.inbox }).toEqual({
      calls: [],
      asked: [],
      inbox: {},
    });
  });

  it('ends a running answer at once, and what waits behind it, when the owner says so in the chat', async () => {
    const world = guestWorld({ guests }, talkingAgent(60).agent);
    await world.say(anEntry(1, { sender: EVE }));
    const leg = world.begin();
    await world.clock.advance(5_000);
    await world.say(anEntry(2, { sender: EVE }));
    // As the desk does it.
    await world.access.open().update((record) => revoke(record, EVE.id));
    const before = world.messenger.calls.length;
    await world.say(anEntry(3, { kind: 'stop', text: '' }));
    await world.clock.advance(2_500);
    const during = world.messenger.calls.length;
    await world.clock.advance(20_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect({ isTalking: before > 0, after: world.messenger.calls.length - during, inbox: world.lane()?.inbox }).toEqual(
      {
        isTalking: true,
        after: 0,
        inbox: {},
      },
    );
  });

  it('silences a running answer within ten seconds, whoever has taken the access away', async () => {
    const world = guestWorld({ guests }, talkingAgent(60).agent);
    await world.say(anEntry(1, { sender: EVE }));
    const leg = world.begin();
    await world.clock.advance(5_000);
    await world.access.open().update((record) => revoke(record, EVE.id));
    await world.clock.advance(10_000);
    const before = world.messenger.calls.length;
    await world.clock.advance(120_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect({ isTalking: before > 0, after: world.messenger.calls.length - before }).toEqual({
      isTalking: true,
      after: 0,
    });
  });
});
