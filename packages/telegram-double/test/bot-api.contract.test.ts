import { Api, InputFile } from 'grammy';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createTelegramDouble, listen } from '../src/index.ts';

const token = '7000001:local-token';
const owner = 4_242_001;
const clock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const aDouble = async () => {
  const double = createTelegramDouble({ tokens: [token], clock, log: { info: () => undefined } });
  const { url, close } = await listen(double);
  closers.push(close);
  const driver = async (path: string, body?: unknown) =>
    (
      await fetch(
        `${url}/_double${path}`,
        body === undefined
          ? {}
          : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      )
    ).json() as Promise<Record<string, unknown>>;
  return { double, url, driver, api: new Api(token, { apiRoot: url }) };
};

const form = (url: string, init: RequestInit | undefined, query = '') =>
  fetch(`${url}/bot${token}/sendMessage${query}`, init).then((response) => response.json()) as Promise<{
    ok: boolean;
    result: { text: string };
  }>;

describe('the Bot API over HTTP', () => {
  it('takes the same call in all five encodings', async () => {
    const { url } = await aDouble();
    const multipart = new FormData();
    multipart.set('chat_id', String(owner));
    multipart.set('text', 'hi');
    const json = (body: unknown) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answers = [
      await form(url, undefined, `?chat_id=${owner}&text=hi`),
      await form(url, {
        method: 'POST',
        body: new URLSearchParams({ chat_id: String(owner), text: 'hi', reply_parameters: '{"message_id":1}' }),
      }),
      await form(url, json({ chat_id: owner, text: 'hi', reply_parameters: { message_id: 1 } })),
      await form(
        url,
        json({ chat_id: String(owner), text: 'hi', entities: '[{"type":"bold","offset":0,"length":2}]' }),
      ),
      await form(url, { method: 'POST', body: multipart }),
    ];
    expect(answers.map(({ ok, result }) => ({ ok, text: result.text }))).toEqual(
      answers.map(() => ({ ok: true, text: 'hi' })),
    );
  });

  it('refuses in the words of Telegram', async () => {
    const { api, url } = await aDouble();
    const reason = (call: Promise<unknown>) =>
      call.then(
        () => 'accepted',
        (error: { description: string }) => error.description,
      );
    const { message_id } = await api.sendMessage(owner, 'one');
    expect([
      await reason(api.sendMessage(owner, '')),
      await reason(api.sendMessage(owner, ' \n')),
      await reason(api.sendMessage(owner, 'x'.repeat(4097))),
      await reason(api.sendMessage(99, 'x')),
      await reason(api.sendMessage(owner, '<div>', { parse_mode: 'HTML' })),
      await reason(api.editMessageText(owner, message_id, '<b></b>one', { parse_mode: 'HTML' })),
      await reason(api.sendMessage(owner, 'x', { reply_parameters: { message_id: 77 } })),
      await reason(api.sendMessageDraft(-1001, 5, 'x')),
      await fetch(`${url}/bot7:x/getMe`).then((response) => response.status),
      await fetch(`${url}/bot${token}/nope`).then((response) => response.status),
    ]).toEqual([
      'Bad Request: message text is empty',
      'Bad Request: text must be non-empty',
      'Bad Request: message is too long',
      'Bad Request: chat not found',
      'Bad Request: can\'t parse entities: Unsupported start tag "div" at byte offset 0',
      'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      'Bad Request: message to be replied not found',
      'Bad Request: TEXTDRAFT_PEER_INVALID',
      401,
      404,
    ]);
  });

  it('carries a document to the chat and back', async () => {
    const { api, url } = await aDouble();
    const sent = await api.sendDocument(owner, new InputFile(Buffer.from('hello'), 'a.txt'), { caption: 'see' });
    const file = await api.getFile(sent.document.file_id);
    const bytes = await fetch(`${url}/file/bot${token}/${file.file_path}`).then((response) => response.text());
    expect({ bytes, name: sent.document.file_name, caption: sent.caption }).toEqual({
      bytes: 'hello',
      name: 'a.txt',
      caption: 'see',
    });
  });

  it('delivers what a person writes with the secret and runs the method in the answer', async () => {
    const { api, driver } = await aDouble();
    const received: { secret: unknown; body: { message: { text: string } } }[] = [];
    let taken = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (taken = resolve));
    const hook = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({
          secret: request.headers['x-telegram-bot-api-secret-token'],
          body: JSON.parse(String(Buffer.concat(chunks))) as never,
        });
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ method: 'sendMessage', chat_id: owner, text: 'pong' }), taken);
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    closers.push(
      () =>
        new Promise((resolve) => {
          hook.closeAllConnections();
          hook.close(() => resolve());
        }),
    );
    await api.setWebhook(`http://127.0.0.1:${(hook.address() as AddressInfo).port}/`, { secret_token: 'sesame' });
    await driver(`/chats/${owner}/messages`, { text: '/ping' });
    await arrived;
    await expect
      .poll(async () =>
        ((await driver(`/chats/${owner}/messages`))['messages'] as { text: string }[]).map(({ text }) => text),
      )
      .toEqual(['/ping', 'pong']);
    expect(received.map(({ secret, body }) => ({ secret, text: body.message.text }))).toEqual([
      { secret: 'sesame', text: '/ping' },
    ]);
    expect(await api.getWebhookInfo().then((info) => info.pending_update_count)).toEqual(0);
  });

  it('answers a flood on demand with the time to wait', async () => {
    const { double, api } = await aDouble();
    double.fault({ method: 'sendMessage', kind: 'flood', retryAfterS: 7 });
    await expect(api.sendMessage(owner, 'x')).rejects.toMatchObject({
      error_code: 429,
      parameters: { retry_after: 7 },
    });
    expect((await api.sendMessage(owner, 'x')).text).toEqual('x');
  });
});
