import { nextTurn, turnIdOf, updateEntryId } from '@agent-claw/core';
import type { AccessRecord, Ask, TurnCall } from '@agent-claw/core';
import { aDone, aLaneId, anEntry, aTurn, scriptedAgentRuntime } from '@agent-claw/testkit';
import type { ScriptedEvent } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';
import { aPress, buttonsIn } from '../../test/pressing.ts';

const ask: Ask = { rule: 'delete', tool: 'delete_file', input: '{"path":"old.md"}' };
const waits = (reply = '', what = ask): ScriptedEvent => ({
  type: 'done',
  reply,
  consumed: [],
  ending: 'waiting',
  ask: what,
});
const BUTTONS = ['Allow once', 'Deny', 'Always allow in this chat'];

/** An agent that asks before its first answer, and says `done` to every decision. */
const asking = (options: Parameters<typeof aLegWorld>[2] = {}, first: ScriptedEvent = waits()) => {
  const calls: TurnCall[] = [];
  const world = aLegWorld(
    () =>
      scriptedAgentRuntime((call) => {
        calls.push(call);
        const isFirst = calls.every(({ turnId }) => turnId === call.turnId);
        return [isFirst ? first : aDone(call.consent === undefined ? 'by the way' : 'done')];
      }),
    (lanes) => lanes,
    options,
  );
  return { ...world, calls };
};
const cardIn = (world: { lane(): ReturnType<ReturnType<typeof aLegWorld>['lane']> }) =>
  Object.values(world.lane()?.menus ?? {})[0];

/** A press with the time of its arrival, as the webhook dates it. */
const pressedNow = (world: Parameters<typeof aPress>[0], label: string) => ({
  ...aPress(world, 2, label),
  sentAtEpochS: Math.floor(world.clock.now() / 1000),
});

/** A world in which the card stands. */
const asked = async (...given: Parameters<typeof asking>) => {
  const world = asking(...given);
  await world.say(anEntry(1));
  expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
  return world;
};

describe('a turn that waits for consent', () => {
  it('ends with a card below what it has said, and leaves the lane at rest', async () => {
    const world = await asked({}, waits('Let me tidy up.'));
    expect(world.shown()).toEqual([
      'Let me tidy up.',
      expect.stringMatching(/^\*\*May I call `delete_file`\?\*\*\n\n```json/u),
    ]);
    expect(buttonsIn(world).labels).toEqual(BUTTONS);
    expect(cardIn(world)).toMatchObject({ userId: '4242001' });
    expect(world.lane()).toMatchObject({ inbox: {} });
    expect(world.lane()?.turn).toBeUndefined();
  });

  it.each([
    ['Allow once', true, '✅ **Allowed once.**', undefined],
    ['Deny', false, '🚫 **Not allowed.**', undefined],
    [
      'Always allow in this chat',
      true,
      '✅ **Always allowed in this chat:** deleting files. /settings takes it back.',
      ['delete'],
    ],
  ])(
    'goes on after "%s", in a turn of its own, and the card keeps its words',
    async (label, isAllowed, outcome, allowed) => {
      const world = await asked();
      const words = cardIn(world)?.name === 'card' ? (cardIn(world) as { markdown: string }).markdown : '';
      await world.say(aPress(world, 2, label));
      expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
      expect(world.calls.map(({ turnId, messages, consent }) => ({ turnId, said: messages.length, consent }))).toEqual([
        { turnId: turnIdOf(1), said: 1, consent: undefined },
        { turnId: turnIdOf(2), said: 0, consent: { of: turnIdOf(1), isAllowed } },
      ]);
      expect(world.calls[1]?.allowed).toEqual(allowed);
      expect(world.shown().at(-1)).toBe('done');
      expect(buttonsIn(world).labels).toEqual([]);
      expect(cardIn(world)).toMatchObject({ markdown: `${words}\n\n${outcome}`, rows: [] });
      expect(world.lane()?.settings?.allowed).toEqual(allowed);
    },
  );

  it('says of a decision whose turn failed to ask again: there is nothing to retry', async () => {
    const world = asking();
    await world.say(anEntry(1));
    await world.leg();
    await world.say(pressedNow(world, 'Allow once'));
    const busy = { type: 'failed', code: 'x', message: 'The model is busy.', retryable: true } as const;
    await world.leg({ with: { runtime: scriptedAgentRuntime(() => [busy]) } });
    expect(world.shown().at(-1)).toBe('⚠️ The model is busy. Ask me again if you still want it.');
    expect(world.lane()).toMatchObject({ inbox: {}, parked: {} });
  });

  it('counts the first of two taps, and the second changes nothing', async () => {
    const world = await asked();
    const [no, yes] = [aPress(world, 2, 'Deny'), aPress(world, 3, 'Allow once')];
    await world.say(no, yes);
    await world.leg();
    expect(world.calls.flatMap(({ consent }) => consent ?? [])).toEqual([{ of: turnIdOf(1), isAllowed: false }]);
    expect(world.shown().filter((text) => text === 'done')).toEqual(['done']);
    expect(world.lane()?.inbox).toEqual({});
  });

  it('is not gone on with by anybody else', async () => {
    const world = await asked();
    await world.say(aPress(world, 2, 'Allow once', '4242002'));
    await world.leg();
    expect([world.calls.length, buttonsIn(world).labels]).toEqual([1, BUTTONS]);
  });

  it('is gone on with up to half an hour later', async () => {
    const world = await asked();
    const { expiresAtMs = 0 } = cardIn(world) ?? {};
    await world.clock.advance(expiresAtMs - 1 - world.clock.now());
    await world.say(pressedNow(world, 'Allow once'));
    await world.leg();
    expect(world.calls.length).toBe(2);
  });

  it('is gone on with when the press came in time and had to wait for another turn', async () => {
    const world = await asked();
    await world.say(pressedNow(world, 'Allow once'));
    await world.clock.advance(3_600_000);
    await world.leg();
    expect(world.calls.flatMap(({ consent }) => consent ?? [])).toEqual([{ of: turnIdOf(1), isAllowed: true }]);
  });

  it('is not gone on with after that: the card says so', async () => {
    const world = await asked();
    await world.clock.advance(30 * 60_000 + 1_000);
    await world.say(pressedNow(world, 'Allow once'));
    await world.leg();
    expect([world.calls.length, buttonsIn(world).labels]).toEqual([1, []]);
  });

  it('does not keep the conversation waiting, and is gone on with after it', async () => {
    const world = await asked();
    const press = aPress(world, 3, 'Allow once');
    await world.say(anEntry(2), press, anEntry(4));
    await world.leg();
    expect(world.calls.map(({ messages, consent }) => consent?.isAllowed ?? messages.map(({ id }) => id))).toEqual([
      [updateEntryId(1)],
      [updateEntryId(2)],
      true,
      [updateEntryId(4)],
    ]);
  });

  it('asks the one who spoke last, in a group', async () => {
    const laneId = aLaneId('-1001');
    const record: Partial<AccessRecord> = {
      groups: { '-1001': { title: 'Us', sinceMs: 0, activation: 'mention' } },
      guests: { '4242002': { name: 'Grace', sinceMs: 0 } },
    };
    const world = asking({ laneId, record });
    await world.say(anEntry(1), anEntry(2, { sender: { id: '4242002', name: 'Grace' } }));
    await world.leg();
    expect(cardIn(world)).toMatchObject({ userId: '4242002' });
  });

  it('shows long arguments whole, as a file above the card', async () => {
    const input = JSON.stringify({ path: 'x'.repeat(5_000) });
    const world = await asked({}, waits('', { ...ask, input }));
    const [file] = world.messenger.shown();
    const content = JSON.stringify(JSON.parse(input), null, 2);
    expect(file?.part).toMatchObject({ document: { name: 'delete_file.json', content } });
    expect(cardIn(world)).toMatchObject({ markdown: expect.stringContaining('characters in the file above') });
  });

  it('writes out in its arguments what nobody could see', async () => {
    const content = `be kind\u202E${String.fromCodePoint(0xe0041)}\u2028 👩\u200D🚀`;
    const world = await asked({}, waits('', { ...ask, input: JSON.stringify({ content }) }));
    expect(cardIn(world)).toMatchObject({
      markdown: expect.stringContaining(String.raw`"be kind\u202e\udb40\udc41\u2028 👩‍🚀"`),
    });
  });

  it.each([
    ['a letter that fills with nothing', 'MEMORY\u3164.md', String.raw`MEMORY\u3164.md`],
    ['what joins emoji, between letters', 'MEM\u200DORY\uFE0F.md', String.raw`MEM\u200dORY\ufe0f.md`],
    ['what the channel deletes', 'MEMORY\u0333.md\u009B', String.raw`MEMORY\u0333.md\u009b`],
    ['nothing of an emoji', '❤️ 🏃🏽\u200D♀️ 👁️\u200D🗨️', '❤️ 🏃🏽\u200D♀️ 👁️\u200D🗨️'],
  ])('writes out in its arguments %s', async (_what, path, shown) => {
    const world = await asked({}, waits('', { ...ask, input: JSON.stringify({ path }) }));
    expect(cardIn(world)).toMatchObject({ markdown: expect.stringContaining(`"${shown}"`) });
  });

  it('lets no argument end its block and speak for the bot', async () => {
    const input = JSON.stringify({ path: '```\nAll is well. Press Allow.' });
    const world = await asked({}, waits('', { ...ask, input }));
    expect(cardIn(world)).toMatchObject({ markdown: expect.stringContaining('````json\n') });
  });

  it('shows as a file what would make its block too long for a card', async () => {
    const world = await asked({}, waits('', { ...ask, input: JSON.stringify({ path: '`'.repeat(1_500) }) }));
    expect(world.messenger.shown()[0]?.part).toMatchObject({ document: { name: 'delete_file.json' } });
    expect(buttonsIn(world).labels).toEqual(BUTTONS);
  });

  it('asks once, also when the leg that asked crashed before it was noted', async () => {
    const world = asking();
    const to = { channel: 'tg', account: '7000', place: '4242001' };
    await world.messenger.send(to, { text: 'the card' } as never, {}, () => 1);
    await world.say(anEntry(1, { messageId: 100 }));
    await world.crashed(aTurn({ ledger: { a1: { state: 'sending', nonce: 'card-n9' } } }), 's'.repeat(33));
    await world.leg();
    expect(world.shown().length).toBe(1);
    expect(buttonsIn(world).labels).toEqual(BUTTONS);
    expect(cardIn(world)).toMatchObject({ nonce: 'card-n9' });
  });

  it.each(['sending', 'in_doubt'] as const)(
    'takes the press that comes before anybody has noted the card: it tells where the card stands (%s)',
    async (state) => {
      const world = asking();
      await world.say(anEntry(1));
      const to = { channel: 'tg', account: '7000', place: '4242001' };
      const sent = await world.messenger.send(to, { text: 'the card' } as never, {}, () => 1);
      const messageId = sent.kind === 'sent' ? sent.messageId : 0;
      await world.crashed(aTurn({ ledger: { a1: { state, nonce: 'card-n9' } } }), 's'.repeat(33));
      const pressed = { nonce: 'card-n9', index: 0, messageId };
      await world.say(anEntry(2, { kind: 'button', text: '', pressed }));
      await world.leg();
      expect(world.calls.flatMap(({ consent }) => consent ?? [])).toEqual([{ of: turnIdOf(1), isAllowed: true }]);
      expect(world.shown()).toEqual([expect.stringContaining('May I call'), 'done']);
      expect(world.lane()?.inbox).toEqual({});
    },
  );

  it('says so when nobody can know whether the card has arrived', async () => {
    const world = asking();
    await world.say(anEntry(1));
    await world.crashed(aTurn({ ledger: { a1: { state: 'sending', nonce: 'card-n9' } } }), 's'.repeat(33));
    world.messenger.answerSend({ kind: 'in_doubt' });
    await world.leg();
    expect(world.shown().at(-1)).toMatch(/^⚠️ The line was cut/u);
    expect(world.counted).toEqual(['reply_in_doubt', 'reply_in_doubt']);
    expect(world.lane()?.inbox).toEqual({});
  });

  it('is gone on with once when the leg that took the decision crashed', async () => {
    const world = await asked();
    await world.say(aPress(world, 2, 'Allow once'));
    const acquired = await world.lanes.acquire(aLaneId(), 'w0/dead', world.clock.now());
    if (acquired.kind !== 'acquired') throw new Error('The lane is held.');
    const next = nextTurn(acquired.lane, world.clock.now());
    if (next.kind !== 'start') throw new Error('Nothing starts.');
    await world.lanes.saveTurn(acquired.lease, next.turn, undefined, next.change);
    await world.clock.advance(60_000);
    await world.leg();
    expect(world.calls.flatMap(({ consent }) => consent ?? [])).toEqual([{ of: turnIdOf(1), isAllowed: true }]);
    expect([world.shown().at(-1), buttonsIn(world).labels]).toEqual(['done', []]);
  });
});
