import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { turnIdOf } from '@agent-claw/core';
import type { RenderedPart } from '@agent-claw/core';
import { memoryMediaStore } from '@agent-claw/testkit';
import { telegramMessenger } from './telegram-messenger.ts';

const TO = { channel: 'tg', account: '7000', place: '1', thread: '5' };
const CHAT = { channel: 'tg', account: '7000', place: '1' };
const PART_ENTITIES = [{ type: 'bold', offset: 0, length: 4 }];
const PART = { text: 'bold', entities: PART_ENTITIES } as unknown as RenderedPart;

const LONG = () => 10_000;
const undeliverable = (reason: string) => ({ kind: 'undeliverable', reason });

type Answer = { readonly status: number; readonly body: object } | 'reset' | 'silence';
const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** A Bot API that gives the planned answers in order, then success. */
const aBotApi = async (...answers: Answer[]) => {
  const requests: { method: string; token: string; body: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [, token = '', method = ''] = /^\/bot([^/]+)\/(\w+)/u.exec(request.url ?? '') ?? [];
      requests.push({
        method,
        token,
        body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>,
      });
      const answer = answers.shift() ?? { status: 200, body: { ok: true, result: { message_id: 77 } } };
      if (answer === 'silence') return undefined;
      if (answer === 'reset') return request.socket.destroy();
      return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  opened.push(close);
  const tokens = ['1:old', '1:new'];
  const secret = {
    get: async (options?: { fresh?: boolean }) => ({
      botToken: (options?.fresh === true ? tokens[1] : tokens[0]) ?? '',
    }),
  };
  const lines: string[] = [];
  const note = (...args: unknown[]): void => void lines.push(JSON.stringify(args));
  const log = { info: note, warn: note, error: note, with: () => log };
  const { port } = server.address() as AddressInfo;
  const outgoing = memoryMediaStore();
  const messenger = telegramMessenger({ secret, apiRoot: `http://127.0.0.1:${port}`, log, outgoing });
  return { messenger, outgoing, requests, lines, close };
};

const refusal = (error_code: number, description: string, parameters?: object): Answer => ({
  status: error_code,
  body: { ok: false, error_code, description, parameters },
});

describe('a draft of the app itself', () => {
  it('is given up where the Bot API server has no such method', async () => {
    const { messenger } = await aBotApi(refusal(404, 'Not Found: method not found'));
    expect(await messenger.showDraft(CHAT, turnIdOf(1), PART, LONG)).toEqual({ kind: 'failed' });
  });
});

describe('telegramMessenger', () => {
  it('sends text with entities into the topic, with link previews off', async () => {
    const { messenger, requests } = await aBotApi();
    expect(await messenger.send(TO, PART, { silent: true, replyToMessageId: 3 }, LONG)).toEqual({
      kind: 'sent',
      messageId: 77,
    });
    expect(requests).toEqual([
      {
        method: 'sendMessage',
        token: '1:old',
        body: {
          chat_id: 1,
          text: 'bold',
          entities: [{ type: 'bold', offset: 0, length: 4 }],
          link_preview_options: { is_disabled: true },
          message_thread_id: 5,
          reply_parameters: { message_id: 3, allow_sending_without_reply: true },
          disable_notification: true,
        },
      },
    ]);
  });

  it.each([
    [
      'a flood wait',
      refusal(429, 'Too Many Requests: retry after 9', { retry_after: 9 }),
      { kind: 'wait', retryAfterMs: 9_000 },
    ],
    [
      'a flood wait of an hour',
      refusal(429, 'Too Many Requests: retry after 3600', { retry_after: 3_600 }),
      { kind: 'wait', retryAfterMs: 3_600_000 },
    ],
    [
      'a group that became a supergroup',
      refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -1002000000001 }),
      { kind: 'moved', to: { channel: 'tg', account: '7000', place: '-1002000000001' } },
    ],
    ['a missing topic', refusal(400, 'Bad Request: message thread not found'), { kind: 'moved', to: CHAT }],
    ['a deleted topic', refusal(400, 'Bad Request: TOPIC_DELETED'), { kind: 'moved', to: CHAT }],
    [
      'a closed topic',
      refusal(400, 'Bad Request: TOPIC_CLOSED'),
      {
        kind: 'undeliverable',
        reason: 'Bad Request: TOPIC_CLOSED (reopen the topic, or make the bot an administrator)',
      },
    ],
    ['no such chat', refusal(400, 'Bad Request: chat not found'), undeliverable('Bad Request: chat not found')],
    ['a server error', refusal(500, 'Internal Server Error'), { kind: 'in_doubt' }],
    ['a connection cut after the request', 'reset' as const, { kind: 'in_doubt' }],
  ])('says of %s what it means', async (_what, answer, outcome) => {
    const { messenger } = await aBotApi(answer);
    expect(await messenger.send(TO, PART, {}, LONG)).toEqual(outcome);
  });

  it.each([
    'Forbidden: bot was blocked by the user',
    'Forbidden: user is deactivated',
    'Forbidden: bot was kicked from the group chat',
    'Forbidden: bot was kicked from the supergroup chat',
    'Forbidden: bot is not a member of the supergroup chat',
    'Forbidden: the group chat was deleted',
    "Forbidden: bot can't initiate conversation with a user",
  ])('gives up after one try on "%s", and says so', async (reason) => {
    const { messenger, requests } = await aBotApi(refusal(403, reason), refusal(403, reason));
    expect([await messenger.send(TO, PART, {}, LONG), await messenger.edit(TO, 77, PART, {}, LONG)]).toEqual([
      undeliverable(reason),
      undeliverable(reason),
    ]);
    expect(requests.map(({ method }) => method)).toEqual(['sendMessage', 'editMessageText']);
  });

  it('does not send a chat without a topic to itself', async () => {
    const { messenger } = await aBotApi(refusal(400, 'Bad Request: message thread not found'));
    expect(await messenger.send(CHAT, PART, {}, LONG)).toEqual(undeliverable('Bad Request: message thread not found'));
  });

  it('puts the stop button under a message, also when Telegram refuses the formatting, and leaves it out of the next edit', async () => {
    const bad = refusal(400, 'Bad Request: entity beginning at UTF-16 offset 0 ends after the end of the text');
    const { messenger, requests } = await aBotApi(bad);
    const stopButton = turnIdOf(12);
    await messenger.send(TO, PART, { stopButton }, LONG);
    await messenger.edit(TO, 77, PART, { stopButton }, LONG);
    await messenger.edit(TO, 77, PART, {}, LONG);
    const keyboard = { inline_keyboard: [[{ text: '⏹ Stop', callback_data: 'stop:t0000000012' }]] };
    expect(requests.map(({ method, body }) => [method, body['reply_markup']])).toEqual([
      ['sendMessage', keyboard],
      ['sendMessage', keyboard],
      ['editMessageText', keyboard],
      ['editMessageText', undefined],
    ]);
  });

  it.each([
    [
      'a repeated edit',
      refusal(
        400,
        'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      ),
      { kind: 'edited' },
    ],
    ['a message the user deleted', refusal(400, 'Bad Request: message to edit not found'), { kind: 'gone' }],
    ['a message the user has just deleted', refusal(400, 'Bad Request: MESSAGE_ID_INVALID'), { kind: 'gone' }],
    [
      'a message of a chat that has moved',
      refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -1002000000001 }),
      { kind: 'gone' },
    ],
  ])('knows %s from a failure', async (_what, answer, outcome) => {
    const { messenger } = await aBotApi(answer);
    expect(await messenger.edit(TO, 77, PART, {}, LONG)).toEqual(outcome);
  });

  it('reads the token again when Telegram refuses it, and uses the new one', async () => {
    const { messenger, requests } = await aBotApi(refusal(401, 'Unauthorized'));
    expect(await messenger.send(TO, PART, {}, LONG)).toEqual({ kind: 'sent', messageId: 77 });
    expect(requests.map(({ token }) => token)).toEqual(['1:old', '1:new']);
  });

  it.each([
    ['refuses both tokens', 401, 'Unauthorized'],
    ['does not know a token of this form', 404, 'Not Found'],
  ])('asks for a minute when Telegram %s: nothing was sent', async (_what, status, description) => {
    const { messenger, requests } = await aBotApi(refusal(status, description), refusal(status, description));
    expect(await messenger.send(TO, PART, {}, LONG)).toEqual({ kind: 'wait', retryAfterMs: 60_000 });
    expect(requests.map(({ token }) => token)).toEqual(['1:old', '1:new']);
  });

  it('sends the text without its formatting when Telegram refuses the formatting', async () => {
    const bad = refusal(400, 'Bad Request: entity beginning at UTF-16 offset 0 ends after the end of the text');
    const { messenger, requests } = await aBotApi(bad);
    expect(await messenger.send(TO, PART, {}, LONG)).toEqual({ kind: 'sent', messageId: 77 });
    expect(requests.map(({ body }) => body['entities'])).toEqual([PART_ENTITIES, undefined]);
    const again = await aBotApi(bad, refusal(400, 'Bad Request: message is too long'));
    expect(await again.messenger.edit(TO, 77, PART, {}, LONG)).toEqual({
      kind: 'undeliverable',
      reason: 'Bad Request: message is too long',
    });
  });

  it('asks the permit before every request, the repeated one included', async () => {
    const { messenger, requests } = await aBotApi(refusal(401, 'Unauthorized'));
    const permits = [10_000, null];
    const permit = () => permits.shift() ?? null;
    expect(await messenger.send(TO, PART, {}, permit)).toEqual({ kind: 'withheld' });
    expect(requests.map(({ token }) => token)).toEqual(['1:old']);
  });

  it('ends a call when the permit says so, and does not know whether it arrived', async () => {
    const { messenger } = await aBotApi('silence');
    expect(await messenger.send(TO, PART, {}, () => 50)).toEqual({ kind: 'in_doubt' });
  });

  it('says that nothing was sent when Telegram cannot be reached, and never logs the token', async () => {
    const { messenger, close, lines } = await aBotApi();
    await close();
    expect(await messenger.send(TO, PART, {}, LONG)).toEqual({ kind: 'wait', retryAfterMs: 5_000 });
    expect(lines.join('')).not.toContain('1:old');
  });
});
