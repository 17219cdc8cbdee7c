import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '@agent-claw/core';
import type { Mailbox, WakeQueue } from '@agent-claw/core';
import { aLaneId, manualClock, memoryAccess, memoryLanes, memoryWakeQueue, recordingLog } from '@agent-claw/testkit';
import { createAnswerWebhook } from './answer-webhook.ts';
import { createIngestUpdate } from './ingest-update.ts';

const SECRET = 'a-secret_token-0123456789';
const anUpdate = (updateId: number, fields: object = { text: 'hi' }) => ({
  update_id: updateId,
  message: {
    message_id: 1,
    date: 1000,
    chat: { id: 1, type: 'private' },
    from: { id: 1, is_bot: false, first_name: 'Ada' },
    ...fields,
  },
});

const aWorld = (override: { mailbox?: Partial<Mailbox>; wakes?: WakeQueue } = {}) => {
  const clock = manualClock();
  const access = memoryAccess(clock, {
    groups: { '-5': { title: 'Home', sinceMs: 0, activation: 'mention' } },
  });
  const lanes = memoryLanes();
  const wakes = memoryWakeQueue();
  const log = recordingLog();
  const ingest = createIngestUpdate({
    mailbox: { ...lanes.mailbox, ...override.mailbox },
    wakes: override.wakes ?? wakes,
    access: access.open(),
    ownerId: '1',
    bot: { id: '7000', username: 'ClawBot' },
    clock,
  });
  const answer = createAnswerWebhook({
    ingest,
    secretDigests: [createHash('sha256').update(SECRET).digest('hex')],
    log,
  });
  const post = (update: unknown) =>
    answer({
      method: 'POST',
      path: '/telegram/webhook',
      headers: { 'x-telegram-bot-api-secret-token': SECRET, 'content-type': 'application/json' },
      body: JSON.stringify(update),
      isBase64Encoded: false,
    });
  const inbox = () => lanes.peek('tg:7000:1' as never)?.inbox ?? {};
  return { post, wakes, lanes, log, inbox };
};

const anEdit = (updateId: number, fields: object = { text: 'other words' }) => ({
  update_id: updateId,
  edited_message: { ...anUpdate(0).message, edit_date: 1010, ...fields },
});

const DRAFT = { message_id: 7, date: 1001, chat: { id: 1, type: 'private' } };
const aPress = (updateId: number, fields: object = {}) => ({
  update_id: updateId,
  callback_query: {
    id: '4382',
    from: { id: 1, is_bot: false, first_name: 'Ada' },
    message: DRAFT,
    data: 'stop:t0000000003',
    ...fields,
  },
});
const toast = (text: string) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: `{"method":"answerCallbackQuery","callback_query_id":"4382","text":"${text}"}`,
});
const EMPTY = { statusCode: 200, body: '' };

const TYPING = {
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"method":"sendChatAction","chat_id":1,"action":"typing"}',
};

describe('answer-webhook', () => {
  it('appends, rings, and answers with the typing action', async () => {
    const world = aWorld();
    expect(await world.post(anUpdate(5))).toEqual(TYPING);
    expect(await world.wakes.take()).toEqual([{ laneId: 'tg:7000:1', delayS: 0 }]);
    expect(Object.keys(world.lanes.peek('tg:7000:1' as never)?.inbox ?? {})).toEqual(['u5']);
  });

  it('rings again for a duplicate, because the first ring may have been lost, and appends nothing', async () => {
    const world = aWorld();
    await world.post(anUpdate(5));
    expect(await world.post(anUpdate(5))).toEqual(TYPING);
    expect((await world.wakes.take()).length).toBe(2);
    expect(Object.keys(world.lanes.peek('tg:7000:1' as never)?.inbox ?? {})).toEqual(['u5']);
  });

  it('accepts an older update after a newer one: ids are a set, not a high-water mark', async () => {
    const world = aWorld();
    await world.post(anUpdate(9));
    await world.post(anUpdate(5));
    expect(Object.keys(world.lanes.peek('tg:7000:1' as never)?.inbox ?? {}).sort()).toEqual(['u5', 'u9']);
  });

  it('lets an album settle before it rings', async () => {
    const world = aWorld();
    await world.post(anUpdate(5, { photo: [{ file_id: 'f' }], media_group_id: 'g' }));
    expect(await world.wakes.take()).toEqual([{ laneId: 'tg:7000:1', delayS: 1 }]);
  });

  it('puts a stop into the inbox as an entry of its own', async () => {
    const world = aWorld();
    await world.post(anUpdate(5));
    await world.post(anUpdate(6, { text: '/stop' }));
    expect(world.lanes.peek('tg:7000:1' as never)?.inbox).toMatchObject({
      u5: { kind: 'message' },
      u6: { kind: 'stop' },
    });
  });

  it('lets Telegram keep what a full inbox cannot take', async () => {
    const world = aWorld({ mailbox: { append: async () => ({ kind: 'full' }) } });
    expect(await world.post(anUpdate(5))).toEqual({ statusCode: 503, headers: { 'retry-after': '20' }, body: '' });
    const edited = aWorld({ mailbox: { amend: async () => ({ kind: 'full' }) } });
    expect((await edited.post(anEdit(6))).statusCode).toBe(503);
  });

  it('answers 500 when our own write or ring fails, so that Telegram comes back', async () => {
    const fails = async (): Promise<never> => {
      throw new RetryableError('throttled');
    };
    const statuses = [
      await aWorld({ mailbox: { append: fails } }).post(anUpdate(5)),
      await aWorld({ wakes: { ring: fails } }).post(anUpdate(5)),
    ];
    expect(statuses).toEqual([
      { statusCode: 500, body: '' },
      { statusCode: 500, body: '' },
    ]);
  });

  it('logs what it did and nothing of what was said', async () => {
    const world = aWorld();
    await world.post(anUpdate(5, { text: 'my private words' }));
    expect(world.log.lines).toEqual([
      { level: 'info', event: 'webhook_answered', fields: { outcome: 'accepted', updateId: 5, laneId: 'tg:7000:1' } },
    ]);
  });
});

describe('at the door', () => {
  it('a knock is answered as any stranger is: with nothing; a claim as any message of the owner', async () => {
    const rest = { log: recordingLog(), secretDigests: [createHash('sha256').update(SECRET).digest('hex')] };
    const request = {
      method: 'POST',
      path: '/telegram/webhook',
      headers: { 'x-telegram-bot-api-secret-token': SECRET, 'content-type': 'application/json' },
      body: '{}',
      isBase64Encoded: false,
    };
    const answers = [];
    for (const kind of ['knocked', 'claimed'] as const) {
      const ingest = async () => ({ kind, updateId: 5, laneId: aLaneId('1') });
      answers.push(await createAnswerWebhook({ ...rest, ingest })(request));
    }
    expect(answers).toEqual([EMPTY, TYPING]);
  });
});

describe('an edited message', () => {
  it('gives the message that waits its new words, without a ring and without typing', async () => {
    const world = aWorld();
    await world.post(anUpdate(5));
    await world.wakes.take();
    expect(await world.post(anEdit(6))).toEqual(EMPTY);
    expect(await world.wakes.take()).toEqual([]);
    expect(world.inbox()).toEqual({
      u5: {
        id: 'u5',
        kind: 'message',
        sentAtEpochS: 1000,
        sequence: 5,
        sender: { id: '1', name: 'Ada' },
        text: 'other words',
        messageId: 1,
        editSequence: 6,
      },
    });
    expect(world.log.lines.at(-1)?.fields).toEqual({ outcome: 'amended', updateId: 6, laneId: 'tg:7000:1' });
  });

  it.each([
    ['a stop', 'stop', 'stop', undefined],
    ['a command', '/new', 'command', { name: 'new', args: '' }],
  ])('that turns into %s becomes one', async (_what, text, kind, command) => {
    const world = aWorld();
    await world.post(anUpdate(5));
    await world.post(anEdit(6, { text }));
    expect(Object.values(world.inbox()).map((entry) => ({ kind: entry.kind, command: entry.command }))).toEqual([
      { kind, command },
    ]);
  });

  it.each([
    ['does not wait', anEdit(6, { message_id: 2 }), 'edit_of_what_does_not_wait'],
    ['a stranger wrote', anEdit(6, { from: { id: 3, is_bot: false, first_name: 'Eve' } }), 'stranger'],
    ['has nothing in it', anEdit(6, { text: undefined, pinned_message: {} }), 'no_content'],
  ])('that %s changes nothing', async (_what, edit, reason) => {
    const world = aWorld();
    await world.post(anUpdate(5));
    const before = world.inbox();
    expect(await world.post(edit)).toEqual(EMPTY);
    expect(world.inbox()).toEqual(before);
    expect(world.log.lines.at(-1)?.fields).toEqual({ outcome: 'ignored', updateId: 6, reason });
  });

  it('comes again when our own write failed', async () => {
    const amend = async (): Promise<never> => {
      throw new RetryableError('throttled');
    };
    expect(await aWorld({ mailbox: { amend } }).post(anEdit(6))).toEqual({ statusCode: 500, body: '' });
  });
});

describe('a pressed button of a menu', () => {
  const data = 'b:nonce_-1:3';
  const bare = { ...toast(''), body: '{"method":"answerCallbackQuery","callback_query_id":"4382"}' };

  it('goes into the inbox with who pressed it and where, rings, and is answered at once', async () => {
    const world = aWorld();
    expect(await world.post(aPress(8, { data }))).toEqual(bare);
    expect(await world.wakes.take()).toEqual([{ laneId: 'tg:7000:1', delayS: 0 }]);
    expect(world.inbox()).toEqual({
      u8: {
        id: 'u8',
        kind: 'button',
        sentAtEpochS: Math.floor(manualClock().now() / 1000),
        sequence: 8,
        sender: { id: '1', name: 'Ada' },
        text: '',
        pressed: { nonce: 'nonce_-1', index: 3, messageId: DRAFT.message_id },
      },
    });
  });

  it('of a stranger, or under a message that names no lane, goes nowhere', async () => {
    const world = aWorld();
    const from = { id: 66, is_bot: false, first_name: 'Eve' };
    const answers = [await world.post(aPress(8, { data, from })), await world.post(aPress(9, { data, message: null }))];
    expect(answers).toEqual([EMPTY, toast('That button is no longer in use.')]);
    expect(await world.wakes.take()).toEqual([]);
  });
});

describe('a draft that a person stops', () => {
  const aDraftStop = (updateId: number, fields: object = {}) => ({
    update_id: updateId,
    stopped_message_generation: { chat: { id: 1, type: 'private', first_name: 'Ada' }, draft_id: 3, ...fields },
  });

  it('puts a stop of its turn into the lane that it grew in, once, and rings', async () => {
    const world = aWorld();
    const answers = [await world.post(aDraftStop(8)), await world.post(aDraftStop(8))];
    expect([answers, (await world.wakes.take())[0]]).toEqual([[EMPTY, EMPTY], { laneId: 'tg:7000:1', delayS: 0 }]);
    expect(world.inbox()).toEqual({
      u8: {
        id: 'u8',
        kind: 'stop',
        sentAtEpochS: Math.floor(manualClock().now() / 1000),
        sequence: 8,
        sender: { id: '1', name: '' },
        text: '',
        stopsTurn: 't0000000003',
      },
    });
    await world.post(aDraftStop(9, { message_thread_id: 17 }));
    expect(Object.keys(world.lanes.peek('tg:7000:1:17' as never)?.inbox ?? {})).toEqual(['u9']);
  });

  it.each([
    ['by a stranger', { chat: { id: 2, type: 'private' } }],
    ['in a group', { chat: { id: -5, type: 'supergroup' } }],
    ['that is none of ours', { draft_id: -3 }],
    ['without a usable number', { draft_id: 'x' }],
    ['without a chat', { chat: undefined }],
  ])('does nothing %s', async (_what, fields) => {
    const world = aWorld();
    expect(await world.post(aDraftStop(8, fields))).toEqual(EMPTY);
    expect([await world.wakes.take(), world.inbox()]).toEqual([[], {}]);
  });
});

describe('a pressed stop button', () => {
  it('puts a stop of its turn into the inbox, rings, and answers whoever pressed', async () => {
    const world = aWorld();
    expect(await world.post(aPress(8))).toEqual(toast('Stopping …'));
    expect(await world.wakes.take()).toEqual([{ laneId: 'tg:7000:1', delayS: 0 }]);
    expect(world.inbox()).toEqual({
      u8: {
        id: 'u8',
        kind: 'stop',
        sentAtEpochS: Math.floor(manualClock().now() / 1000),
        sequence: 8,
        sender: { id: '1', name: 'Ada' },
        text: '',
        stopsTurn: 't0000000003',
      },
    });
  });

  it('counts once, however often it is delivered', async () => {
    const world = aWorld();
    const answers = [await world.post(aPress(8)), await world.post(aPress(8))];
    expect(answers).toEqual([toast('Stopping …'), toast('Stopping …')]);
    expect(Object.keys(world.inbox())).toEqual(['u8']);
  });

  it('stops also when its query has no usable id, and then answers nothing', async () => {
    const world = aWorld();
    expect(await world.post(aPress(8, { id: '4","text":"x' }))).toEqual(EMPTY);
    expect(Object.keys(world.inbox())).toEqual(['u8']);
  });

  it('works in a group that is let in, for those who are', async () => {
    const message = { ...DRAFT, chat: { id: -5, type: 'group' } };
    const world = aWorld();
    expect(await world.post(aPress(8, { message }))).toEqual(toast('Stopping …'));
    expect(Object.keys(world.lanes.peek('tg:7000:-5' as never)?.inbox ?? {})).toEqual(['u8']);
  });

  it.each([
    ['a button of another kind', { data: 'buy:t0000000003' }],
    ['a button without a message', { message: undefined }],
    ['a button in a group that is not let in', { message: { ...DRAFT, chat: { id: -6, type: 'group' } } }],
    ["a button in somebody else's chat", { message: { ...DRAFT, chat: { id: 2, type: 'private' } } }],
  ])('says of %s that it is no longer in use, and does nothing', async (_what, fields) => {
    const world = aWorld();
    expect(await world.post(aPress(8, fields))).toEqual(toast('That button is no longer in use.'));
    expect([await world.wakes.take(), world.inbox()]).toEqual([[], {}]);
  });

  it.each([
    ['a stranger', { id: 3, is_bot: false, first_name: 'Eve' }],
    ['a bot', { id: 1, is_bot: true, first_name: 'Ada' }],
  ])('gives %s silence', async (_who, from) => {
    const world = aWorld();
    const answers = [];
    for (const data of ['stop:t0000000003', 'x', undefined]) answers.push(await world.post(aPress(8, { from, data })));
    expect([answers, await world.wakes.take(), world.inbox()]).toEqual([[EMPTY, EMPTY, EMPTY], [], {}]);
  });

  it('tells who is not known in an allowed group that the button is not theirs', async () => {
    const message = { ...DRAFT, chat: { id: -5, type: 'group' } };
    const from = { id: 3, is_bot: false, first_name: 'Eve' };
    expect(await aWorld().post(aPress(8, { message, from }))).toEqual(toast('That button is not for you.'));
  });

  it('waits at Telegram while not even a stop has room', async () => {
    const world = aWorld({ mailbox: { append: async () => ({ kind: 'full' }) } });
    expect(await world.post(aPress(8))).toEqual({ statusCode: 503, headers: { 'retry-after': '20' }, body: '' });
  });
});
