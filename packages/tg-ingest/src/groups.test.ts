import { describe, expect, it } from 'vitest';
import type { AccessRecord } from '@agent-claw/core';
import { aLaneId, manualClock, memoryAccess, memoryLanes, memoryWakeQueue } from '@agent-claw/testkit';
import { leaveChat } from './answer-body.ts';
import { createIngestUpdate } from './ingest-update.ts';

const OWNER = { id: 1, is_bot: false, first_name: 'Ada' };
const EVE = { id: 9, is_bot: false, first_name: 'Eve' };
const GROUP = { id: -5, type: 'group', title: 'Home' };
const LANE = aLaneId('-5');
const HOME = { '-5': { title: 'Home', sinceMs: 0, activation: 'mention' } } as const;

const aWorld = (record: Partial<AccessRecord> = { groups: HOME }) => {
  const clock = manualClock();
  const access = memoryAccess(clock, record);
  const lanes = memoryLanes();
  const wakes = memoryWakeQueue();
  /** Each copy of the function has a memory of its own. */
  const copy = () =>
    createIngestUpdate({
      mailbox: lanes.mailbox,
      wakes,
      access: access.open(),
      ownerId: '1',
      bot: { id: '7000', username: 'ClawBot' },
      clock,
    });
  return { ingest: copy(), copy, wakes, lanes, clock, groups: () => access.peek().groups };
};

const said = (updateId: number, fields: object = {}) => ({
  update_id: updateId,
  message: { message_id: updateId, date: 1000, chat: GROUP, from: OWNER, text: `words ${updateId}`, ...fields },
});
const member = (updateId: number, status: string, fields: object = {}) => ({
  update_id: updateId,
  my_chat_member: {
    chat: GROUP,
    from: OWNER,
    date: 1000,
    old_chat_member: { status: status === 'left' ? 'member' : 'left' },
    new_chat_member: { status },
    ...fields,
  },
});

describe('a bot that is added to a group', () => {
  it.each(['member', 'administrator'])('as %s by the owner allows it and says a word there, once', async (status) => {
    const { ingest, groups, lanes, wakes, clock } = aWorld({});
    const outcome = { kind: 'joined', updateId: 4, laneId: LANE };
    expect([await ingest(member(4, status)), await ingest(member(4, status))]).toEqual([outcome, outcome]);
    expect(groups()).toEqual({ '-5': { title: 'Home', sinceMs: clock.now(), activation: 'mention' } });
    expect(Object.values(lanes.peek(LANE)?.inbox ?? {}).map(({ id, notice }) => [id, notice])).toEqual([
      ['u4', 'joined'],
    ]);
    expect((await wakes.take()).length).toBe(2);
  });

  it.each([
    ['a stranger', member(4, 'member', { from: EVE }), -5],
    ['the owner, into a channel', member(4, 'administrator', { chat: { ...GROUP, id: -77, type: 'channel' } }), -77],
  ])('by %s leaves it, and nothing is stored', async (_who, update, chatId) => {
    const { ingest, groups, lanes } = aWorld({});
    expect(await ingest(update)).toEqual({ kind: 'leaving', updateId: 4, chatId });
    expect([groups(), lanes.peek(LANE)]).toEqual([{}, undefined]);
    expect(JSON.parse(leaveChat(chatId))).toEqual({ method: 'leaveChat', chat_id: chatId });
  });

  it('by anybody leaves while it has no owner', async () => {
    const access = memoryAccess(manualClock(), {});
    const { lanes, wakes, clock } = aWorld({});
    const bot = { id: '7000', username: 'ClawBot' };
    const ingest = createIngestUpdate({
      mailbox: lanes.mailbox,
      wakes,
      access: access.open(),
      ownerId: '',
      bot,
      clock,
    });
    expect((await ingest(member(4, 'member'))).kind).toBe('leaving');
  });

  it('stays where it is allowed, whoever changes its rights', async () => {
    const { ingest, groups } = aWorld();
    const promoted = { from: EVE, old_chat_member: { status: 'member' } };
    expect(await ingest(member(4, 'administrator', promoted))).toMatchObject({ reason: 'known_group' });
    expect(groups()).toEqual(HOME);
  });

  it('forgets the group when it is taken out, by whomever', async () => {
    const { ingest, groups } = aWorld();
    expect(await ingest(member(5, 'kicked', { from: EVE }))).toEqual({ kind: 'forgotten', updateId: 5 });
    expect(groups()).toEqual({});
    expect(
      await ingest(said(6, { text: '@ClawBot hi', entities: [{ type: 'mention', offset: 0, length: 8 }] })),
    ).toMatchObject({
      kind: 'ignored',
      reason: 'wrong_place',
    });
  });

  it('is allowed where it was before, by the /start of the owner and nobody else', async () => {
    const { ingest, groups, lanes, clock } = aWorld({ guests: { '9': { name: 'Eve', sinceMs: 0 } } });
    const start = { text: '/start@clawbot' };
    for (const update of [
      said(3, { ...start, from: EVE }),
      said(4, { ...start, from: EVE, sender_chat: GROUP }),
      said(8, { ...start, sender_chat: GROUP }),
      said(5, { text: '/start@otherbot' }),
      said(6, { text: '/help@clawbot' }),
    ])
      expect(await ingest(update)).toMatchObject({ kind: 'ignored' });
    expect([groups(), lanes.peek(LANE)]).toEqual([{}, undefined]);
    expect(await ingest(said(7, start))).toEqual({ kind: 'joined', updateId: 7, laneId: LANE });
    expect(groups()).toEqual({ '-5': { title: 'Home', sinceMs: clock.now(), activation: 'mention' } });
    expect((await ingest(said(7, start))).kind).toBe('accepted');
    expect(Object.values(lanes.peek(LANE)?.inbox ?? {}).map(({ id, notice }) => [id, notice])).toEqual([
      ['u7', 'joined'],
    ]);
  });

  it('forgets it also where another copy of the function has allowed it a moment ago', async () => {
    const { ingest, copy, groups } = aWorld({});
    await ingest(said(3, { from: EVE }));
    await copy()(member(4, 'member'));
    expect([await ingest(member(5, 'left')), groups()]).toEqual([{ kind: 'forgotten', updateId: 5 }, {}]);
  });

  it('takes note when somebody blocks it in private, and does nothing', async () => {
    const chat = { id: 1, type: 'private' };
    expect(await aWorld().ingest(member(5, 'kicked', { chat }))).toMatchObject({ reason: 'blocked_or_unblocked' });
  });
});

describe('what people say in a group', () => {
  const mention = { text: '@ClawBot hi', entities: [{ type: 'mention', offset: 0, length: 8 }] };

  it.each([
    ['a mention', mention],
    ['a reply to the bot', { reply_to_message: { message_id: 2, from: { id: 7000, is_bot: true } } }],
    ['a command for it', { text: '/help@clawbot' }],
  ])('is taken when it calls the bot by %s', async (_how, fields) => {
    expect(await aWorld().ingest(said(6, fields))).toEqual({ kind: 'accepted', updateId: 6, laneId: LANE });
  });

  it('is kept without waking anybody when it does not, with names and files, also of people nobody knows', async () => {
    const { ingest, lanes, wakes } = aWorld();
    const updates = [
      said(6),
      said(7, { from: EVE, caption: 'look', text: undefined, photo: [{ file_id: 'f' }] }),
      said(8, { from: EVE, ...mention }),
      said(9, { text: '/help@otherbot' }),
    ];
    for (const update of [...updates, updates[0]])
      expect(await ingest(update)).toMatchObject({ kind: 'overheard', laneId: LANE });
    expect(await wakes.take()).toEqual([]);
    expect(lanes.peek(LANE)?.inbox).toEqual({});
    const kept = Object.values(lanes.peek(LANE)?.context ?? {}).map(({ id, sender, text }) => [id, sender.name, text]);
    expect(kept).toEqual([
      ['u6', 'Ada', 'words 6'],
      ['u7', 'Eve', '[photo]\nlook'],
      ['u8', 'Eve', '@ClawBot hi'],
      ['u9', 'Ada', '/help@otherbot'],
    ]);
  });

  it.each([
    ['a bot', { from: { ...EVE, is_bot: true } }],
    ['a channel', { sender_chat: { id: -9 } }],
    ['nobody', { from: undefined }],
    ['somebody in a group that is not allowed', { chat: { ...GROUP, id: -6 }, from: EVE }],
  ])('is not kept when it is said by %s', async (_who, fields) => {
    const { ingest, lanes } = aWorld();
    expect(await ingest(said(6, fields))).toMatchObject({ kind: 'ignored' });
    expect([lanes.peek(LANE), lanes.peek(aLaneId('-6'))]).toEqual([undefined, undefined]);
  });

  it('is all taken where the bot is always active, if the owner or a guest says it', async () => {
    const { ingest } = aWorld({ groups: { '-5': { ...HOME['-5'], activation: 'always' } } });
    const kinds = [await ingest(said(6)), await ingest(said(7, { from: EVE }))].map(({ kind }) => kind);
    expect(kinds).toEqual(['accepted', 'overheard']);
  });

  it.each(['stop:t0000000003', 'b:nonce:0', 'x'])(
    'tells somebody nobody knows who presses %s that it is not theirs, and does nothing',
    async (data) => {
      const { ingest, lanes, wakes } = aWorld();
      const press = (chat: object) => {
        const message = { message_id: 3, date: 1000, chat };
        return { update_id: 6, callback_query: { id: '3', from: EVE, message, data } };
      };
      expect(await ingest(press(GROUP))).toEqual({ kind: 'foreign_button', updateId: 6, queryId: '3' });
      expect(await ingest(press({ ...GROUP, id: -6 }))).toMatchObject({ kind: 'ignored', reason: 'stranger' });
      expect([lanes.peek(LANE), await wakes.take()]).toEqual([undefined, []]);
    },
  );
});

describe('a group that becomes a supergroup', () => {
  const to = said(6, { text: undefined, from: EVE, migrate_to_chat_id: -1005 });
  const from = said(7, { text: undefined, chat: { id: -1005, type: 'supergroup' }, migrate_from_chat_id: -5 });
  const MOVED = { '-1005': { ...HOME['-5'], formerId: '-5' } };

  it.each([
    ['both messages', [to, from]],
    ['both in the other order', [from, to]],
    ['the old chat alone', [to]],
    ['the new chat alone, twice', [from, from]],
  ])('keeps its place by %s, and is told once', async (_which, updates) => {
    const { ingest, groups, lanes } = aWorld();
    const outcomes = [];
    for (const update of updates) outcomes.push(await ingest(update));
    expect(outcomes.map(({ kind }) => kind)).toEqual(updates.map(() => 'moved'));
    expect(groups()).toEqual(MOVED);
    const notices = Object.values(lanes.peek(aLaneId('-1005'))?.inbox ?? {});
    expect(notices.map(({ id, notice }) => [id, notice])).toEqual([['m5', 'moved']]);
  });

  it('still hears what was asked before the move and arrives after it', async () => {
    const { ingest } = aWorld();
    await ingest(from);
    expect((await ingest(said(5, { text: '/status' }))).kind).toBe('accepted');
  });

  it('opens no door for a group that was not allowed', async () => {
    const { ingest, groups } = aWorld({});
    expect([await ingest(to), await ingest(from)].map(({ kind }) => kind)).toEqual(['ignored', 'ignored']);
    expect(groups()).toEqual({});
  });
});
