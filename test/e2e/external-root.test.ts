import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSystem, temporaryFolder } from './local-system.ts';
import type { SystemUnderTest } from './local-system.ts';
import { until } from './until.ts';

const SECRET = 'a-secret-of-the-poster';
const OWNER = 987_654;

interface Call {
  readonly method: string;
  readonly body: Record<string, unknown>;
}

/** A Bot API server that can send messages and nothing else. */
const aThinBotApi = async (): Promise<{ server: Server; url: string; calls: Call[] }> => {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const method = request.url?.split('/').at(-1) ?? '';
      calls.push({ method, body: JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Call['body'] });
      response.setHeader('content-type', 'application/json');
      if (method === 'sendMessage') {
        return response.end(JSON.stringify({ ok: true, result: { message_id: calls.length } }));
      }
      response.statusCode = 404;
      return response.end(JSON.stringify({ ok: false, error_code: 404, description: 'Not Found: method not found' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
};

describe('another Bot API server', () => {
  const folder = temporaryFolder();
  let api: Awaited<ReturnType<typeof aThinBotApi>>;
  let system: SystemUnderTest;

  beforeAll(async () => {
    api = await aThinBotApi();
    const flags = [
      '--telegram-api-root',
      api.url,
      '--telegram-token',
      '123:t',
      '--owner',
      String(OWNER),
      '--webhook-secret',
      SECRET,
    ];
    system = await startSystem({ dataDir: folder.path, flags });
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
    api.server.close();
    api.server.closeAllConnections();
    folder[Symbol.dispose]();
  });

  const post = async (updateId: number, text: string, secret = SECRET): Promise<number> => {
    const person = { id: OWNER, is_bot: false, first_name: 'Ada' };
    const message = {
      message_id: updateId,
      date: 1_790_000_000,
      chat: { id: OWNER, type: 'private' },
      from: person,
      text,
    };
    const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret };
    const body = JSON.stringify({ update_id: updateId, message });
    return (await fetch(`${system.url}/telegram/webhook`, { method: 'POST', headers, body })).status;
  };
  const sent = (): unknown[] =>
    api.calls.filter(({ method }) => method === 'sendMessage').map(({ body }) => body['text']);

  it('is answered through sendMessage, once however often an update is posted', async () => {
    expect([await post(1, 'say hello'), await post(1, 'say hello')]).toEqual([200, 200]);
    await until('the answer', 20_000, async () => sent().includes('hello'), system.logs);
    expect(await post(2, 'say goodbye')).toBe(200);
    await until('the next answer', 20_000, async () => sent().includes('goodbye'), system.logs);
    expect(sent()).toEqual(['hello', 'goodbye']);
  });

  it('lets nobody in without the secret, and says which method it wants', async () => {
    expect(await post(3, 'say hello', 'wrong')).toBe(401);
    expect((await fetch(`${system.url}/telegram/webhook`)).status).toBe(405);
  });

  it('has the double switched off', async () => {
    expect((await fetch(`${system.url}/_double/state`)).status).toBe(404);
  });
});
