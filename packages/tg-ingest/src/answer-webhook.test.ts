import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '@agent-claw/core';
import type { Mailbox, WakeQueue } from '@agent-claw/core';
import { manualClock, memoryLanes, memoryWakeQueue, recordingLog } from '@agent-claw/testkit';
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
  const lanes = memoryLanes();
  const wakes = memoryWakeQueue();
  const log = recordingLog();
  const ingest = createIngestUpdate({
    mailbox: { ...lanes.mailbox, ...override.mailbox },
    wakes: override.wakes ?? wakes,
    access: { ownerId: '1', guestIds: [], groupIds: [] },
    bot: { id: '7000', username: 'ClawBot' },
    clock: manualClock(),
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
  return { post, wakes, lanes, log };
};

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
