import { menusWith, openPairing, PAIRING_OPEN_MS, resolvePress, updateEntryId } from '@agent-claw/core';
import type { AccessRecord, EntryId } from '@agent-claw/core';
import { aLaneId, anEntry } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';
import { aPress, buttonsIn } from '../../test/pressing.ts';

const EVE = { id: '5', name: 'Eve' };
const GUEST_LANE = aLaneId(EVE.id);
const NOW_MS = 1_790_000_000_000;
const ASKED = '🔔 `Eve` (id `5`) has the pairing code and asks to talk to me.';
const EXPIRED = `${ASKED}\n\n_Expired: nothing was done._`;
const asking = (): Partial<AccessRecord> => {
  const open = openPairing({ guests: {}, groups: {} }, 'ABCD2345', NOW_MS).outcome;
  return { pairing: { ...open, pending: { [EVE.id]: { name: 'Eve', askedAtMs: NOW_MS, entryId: 'u9' } } } };
};

/** The card that asks about Eve stands in the owner's chat. */
const asked = async () => {
  const world = aLegWorld([], undefined, { record: asking() });
  await world.say(anEntry(9, { kind: 'notice', notice: 'knock', sender: EVE, text: '' }));
  await world.leg();
  return world;
};
const card = ({ lane }: Awaited<ReturnType<typeof asked>>) => Object.values(lane()?.menus ?? {})[0];

describe('a card', () => {
  it('does what was chosen, once, and keeps its words; later presses on either button change nothing', async () => {
    const world = await asked();
    expect({ shown: world.shown(), labels: buttonsIn(world).labels, card: card(world) }).toEqual({
      shown: [ASKED],
      labels: ['Let in', 'No'],
      card: expect.objectContaining({
        name: 'card',
        markdown: ASKED,
        userId: '4242001',
        expiresAtMs: NOW_MS + PAIRING_OPEN_MS,
      }) as unknown,
    });
    const [yes, no] = [aPress(world, 10, 'Let in'), aPress(world, 11, 'No')];
    await world.say(yes, no);
    await world.leg();
    const [message] = world.messenger.shown();
    await world.say({ ...yes, id: updateEntryId(12) }, { ...no, id: updateEntryId(13) });
    await world.leg({ wakeId: 'w2' });
    expect({
      isSame: message === world.messenger.shown()[0],
      labels: buttonsIn(world).labels,
      guests: Object.keys(world.access.peek().guests),
      denied: world.access.peek().pairing?.denied,
      inbox: world.lane()?.inbox,
    }).toEqual({ isSame: true, labels: [], guests: ['5'], denied: [], inbox: {} });
    expect(world.shown()[0]).toMatch(/^🔔 `Eve` \(id `5`\) has the pairing code and asks to talk to me\.\n\n✅ /u);
    const welcomes = Object.values(world.peek(GUEST_LANE)?.inbox ?? {});
    expect(welcomes).toMatchObject([{ kind: 'notice', notice: 'welcome', sender: EVE }]);
  });

  it('sends away without a word to whoever asked', async () => {
    const world = await asked();
    await world.say(aPress(world, 10, 'No'));
    await world.leg();
    expect({ guests: world.access.peek().guests, lane: world.peek(GUEST_LANE) }).toEqual({
      guests: {},
      lane: undefined,
    });
    expect(world.shown()[0]).toMatch(/\n\n🚫 `Eve`/u);
  });

  it('is not for anybody but whoever is asked', async () => {
    const world = await asked();
    await world.say(aPress(world, 10, 'Let in', EVE.id));
    await world.leg();
    expect({ shown: world.shown(), guests: world.access.peek().guests, labels: buttonsIn(world).labels }).toEqual({
      shown: [ASKED],
      guests: {},
      labels: ['Let in', 'No'],
    });
  });

  it('that is pressed too late says so below its words, however often, and nothing is done', async () => {
    const world = await asked();
    const press = aPress(world, 10, 'Let in');
    await world.clock.advance(PAIRING_OPEN_MS);
    await world.say(press, { ...press, id: updateEntryId(11) });
    await world.leg();
    expect({ shown: world.shown(), labels: buttonsIn(world).labels, guests: world.access.peek().guests }).toEqual({
      shown: [EXPIRED],
      labels: [],
      guests: {},
    });
  });

  it('that was forgotten keeps its words when it is pressed', async () => {
    const world = await asked();
    const press = aPress(world, 10, 'Let in');
    await world.say(press);
    await world.leg();
    const [read] = world.shown();
    await world.clock.advance(49 * 3_600_000);
    await world.say(anEntry(11, { kind: 'command', command: { name: 'settings', args: '' } }));
    await world.leg({ wakeId: 'w2' });
    expect(Object.keys(world.lane()?.menus ?? {})).toEqual(['102']);
    await world.say({ ...press, id: updateEntryId(12) });
    await world.leg({ wakeId: 'w3' });
    expect(world.shown()[0]).toBe(read);
  });

  it('whose press was taken when the leg crashed is carried out by the next one, and drawn once it can be', async () => {
    const world = await asked();
    await world.say(aPress(world, 10, 'Let in'));
    world.messenger.answerEdit({ kind: 'wait', retryAfterMs: 60_000 });
    expect(await world.leg()).toMatchObject({ kind: 'give_back' });
    expect({ guests: Object.keys(world.access.peek().guests), shown: world.shown() }).toEqual({
      guests: ['5'],
      shown: [ASKED],
    });
    await world.clock.advance(60_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()[0]).toContain(`${ASKED}\n\n✅ `);

    const broken = await asked();
    const press = aPress(broken, 10, 'Let in');
    const stored = card(broken);
    if (stored?.name !== 'card') throw new Error('There is no card.');
    await broken.say(press);
    const refusing = async () => {
      throw new Error('the desk is closed');
    };
    await expect(broken.leg({ with: { accessDesk: refusing } })).rejects.toThrow('the desk is closed');
    expect(card(broken)).toMatchObject({ rows: [], taken: { entryId: press.id } });
    await broken.clock.advance(60_000);
    expect(await broken.leg({ wakeId: 'w2' })).toEqual({ kind: 'finished', turns: 1 });
    expect(Object.keys(broken.access.peek().guests)).toEqual(['5']);
  });

  it('asks the owner of this moment: who no longer owns the bot decides nothing', async () => {
    const world = await asked();
    await world.say(aPress(world, 10, 'Let in'));
    const access = async () => ({ ownerId: '7', guests: { '4242001': { name: 'Ada', sinceMs: 0 } }, groups: {} });
    await world.leg({ with: { access } });
    expect({ shown: world.shown(), guests: world.access.peek().guests }).toEqual({
      shown: [`${ASKED}\n\nThat is for my owner alone.`],
      guests: {},
    });
  });
});

describe('the cards of a lane', () => {
  const action = { kind: 'order', order: { kind: 'allow', id: '5' }, shows: 'outcome' } as const;
  const aCard = (expiresAtMs: number, rows = [[{ label: 'Yes', action }]]) =>
    ({ name: 'card', markdown: 'Well?', rows, nonce: 'card-n', userId: '1', expiresAtMs }) as const;
  const aMenu = {
    name: 'settings',
    nonce: 'n',
    userId: '1',
    expiresAtMs: 10_000,
    actions: [{ kind: 'close' }],
  } as const;

  it('are not pushed out by menus, nor by cards that are over, however short they last', () => {
    let menus = menusWith({}, 1, aCard(500), 0);
    for (let id = 2; id < 30; id += 1) menus = menusWith(menus, id, aMenu, 0);
    for (let id = 30; id < 60; id += 1) menus = menusWith(menus, id, aCard(900, []), 0);
    const names = Object.values(menus).map(({ name }) => name);
    expect([names.filter((name) => name === 'card').length, names.length, Object.keys(menus)[0]]).toEqual([
      12,
      20,
      '1',
    ]);
  });

  it('take up to 64 KiB of it: the oldest go first, and the one that is shown stays', () => {
    const long = { ...aCard(500), markdown: '字'.repeat(3_000) };
    let menus = menusWith({}, 1, long, 0);
    for (let id = 2; id <= 12; id += 1) menus = menusWith(menus, id, long, 0);
    expect(Object.keys(menus)).toEqual(['6', '7', '8', '9', '10', '11', '12']);
    const huge = { ...aCard(500), markdown: '字'.repeat(40_000) };
    expect(Object.keys(menusWith(menus, 3, huge, 0))).toEqual(['3']);
  });

  it('are kept when a press on them is taken and not carried out, until it is', () => {
    const taken = { entryId: 'u1' as EntryId, action };
    let menus = menusWith({}, 1, { ...aCard(500, []), taken }, 0);
    for (let id = 2; id < 30; id += 1) menus = menusWith(menus, id, aCard(900, []), 0);
    expect(Object.keys(menus)).toHaveLength(12);
    expect(menus[1]).toMatchObject({ taken });
  });

  it('answer to their own nonce and place, and to nothing made up', () => {
    const menus = { 7: aCard(500) };
    const press = { nonce: 'card-n', index: 0, messageId: 7 };
    expect([
      resolvePress(menus, press, '1', 499),
      resolvePress(menus, press, '1', 500),
      resolvePress(menus, press, '2', 0),
      resolvePress(menus, { ...press, nonce: 'card-m' }, '1', 0),
      resolvePress(menus, { ...press, index: 1 }, '1', 0),
      resolvePress(menus, { ...press, messageId: 8 }, '1', 0),
      resolvePress(menus, { ...press, messageId: 8, nonce: 'n' }, '1', 0),
    ]).toEqual([
      { kind: 'chosen', action, card: menus[7] },
      { kind: 'expired', card: menus[7] },
      { kind: 'foreign' },
      { kind: 'replaced' },
      { kind: 'replaced' },
      { kind: 'replaced' },
      { kind: 'unused' },
    ]);
  });
});
