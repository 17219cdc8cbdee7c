import { describe, expect, it } from 'vitest';
import type { Json } from './bot-client.ts';
import { badRequests, forbidden } from './error-rows.ts';
import { openServer } from './error-server.ts';
import { owner, token } from './world.ts';

const whole = (code: number, description: string, parameters?: Json) => ({
  ok: false,
  error_code: code,
  description,
  ...(parameters === undefined ? {} : { parameters }),
});

describe('a refusal of Telegram, word for word', () => {
  it.each(badRequests)('400 $is, when $when', async ({ is, parameters, provoke }) => {
    await using server = await openServer();
    expect(await provoke(server)).toEqual(whole(400, `Bad Request: ${is}`, parameters));
  });

  it.each(forbidden)('403 $is, when $when', async ({ is, provoke }) => {
    await using server = await openServer();
    expect(await provoke(server)).toEqual(whole(403, `Forbidden: ${is}`));
  });

  it('401 and 404 for tokens, methods and paths that do not exist, also as the status of HTTP', async () => {
    await using server = await openServer();
    const answers = [];
    for (const path of ['/bot9:nobody/getMe', '/botnonsense/getMe', `/bot${token}/noSuchMethod`, `/bot${token}`]) {
      const response = await server.post(path, {});
      answers.push([response.status, await response.json()]);
    }
    expect(answers).toEqual([
      [401, whole(401, 'Unauthorized')],
      [401, whole(401, 'Unauthorized: invalid token specified')],
      [404, whole(404, 'Not Found: method not found')],
      [404, whole(404, 'Not Found')],
    ]);
  });

  it('409 for a poll beside a webhook', async () => {
    await using server = await openServer();
    await server.result('setWebhook', { url: 'https://example.org/' });
    expect(await server.call('getUpdates')).toEqual(
      whole(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      ),
    );
  });

  it('413 for a body that is too large', async () => {
    await using server = await openServer();
    const form = new FormData();
    form.set('document', new File([new Uint8Array(56 * 1024 * 1024)], 'huge.bin'));
    const response = await fetch(`${server.url}/bot${token}/sendDocument`, { method: 'POST', body: form }).then(
      async (answer) => [answer.status, await answer.json()],
      // The server may close while the client still sends.
      () => 'closed',
    );
    expect(['closed', [413, whole(413, 'Request Entity Too Large')]]).toContainEqual(response);
  });

  it('429 with the time to wait, in the body and in the header', async () => {
    await using server = await openServer();
    server.double.fault({ method: 'sendMessage', kind: 'flood', retryAfterS: 7 });
    const response = await server.post(`/bot${token}/sendMessage`, { chat_id: owner, text: 'x' });
    expect([response.status, response.headers.get('retry-after'), await response.json()]).toEqual([
      429,
      '7',
      whole(429, 'Too Many Requests: retry after 7', { retry_after: 7 }),
    ]);
  });
});
