import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { pollTelegram } from './poll-telegram.ts';

const TOKEN = '123456:abcdefghijklmnopqrstuvwxyz';
const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** A Bot API that has updates 10 and 11, keeps what is not confirmed, and notes each offset it was asked for and each other call. */
const aBotApi = async () => {
  const offsets: number[] = [];
  const calls: string[] = [];
  const server = createServer((request, response) => {
    if (!request.url?.includes('/getUpdates')) {
      void text(request).then((body) => {
        calls.push(`${request.url?.replace(TOKEN, '<token>')} ${body}`);
        response.destroy();
      });
      return;
    }
    const offset = Number(new URL(request.url ?? '', 'http://bot').searchParams.get('offset'));
    offsets.push(offset);
    const result = [10, 11].filter((id) => id >= offset).map((update_id) => ({ update_id }));
    response.end(JSON.stringify({ ok: true, result }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(
    () => void server.close(),
    () => server.closeAllConnections(),
  );
  return { apiRoot: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, offsets, calls };
};

/** Polls until every planned answer to a delivery was given. */
const poll = async (...answers: number[]) => pollAnswering('', ...answers);

const pollAnswering = async (body: string, ...answers: number[]) => {
  const { apiRoot, offsets, calls } = await aBotApi();
  const delivered: number[] = [];
  const said: string[] = [];
  const stop = new AbortController();
  await pollTelegram({
    token: TOKEN,
    apiRoot,
    deliver: async (update) => {
      delivered.push((update as { update_id: number }).update_id);
      const status = answers.shift() ?? 200;
      if (answers.length === 0) stop.abort();
      return { status, body };
    },
    onTrouble: (line) => said.push(line),
    sleep: async () => undefined,
    signal: stop.signal,
  });
  return { delivered, said, asked: offsets, calls };
};

describe('pollTelegram', () => {
  it('confirms an update only after its delivery was taken, and gives a refused one again', async () => {
    const { delivered, asked, said } = await poll(401, 200, 503, 200);
    expect({ delivered, asked }).toEqual({ delivered: [10, 10, 11, 11], asked: [0, 0, 11] });
    expect(said.join('')).not.toContain(TOKEN);
  });

  it('passes over what can never be read, and says so', async () => {
    const { delivered, said } = await poll(400, 200);
    expect({ delivered, said }).toEqual({
      delivered: [10, 11],
      said: ['Update 10 cannot be read (400) and is passed over.'],
    });
  });

  it('runs the call in an answer as Telegram would, and goes on when it fails', async () => {
    const typing = '{"method":"sendChatAction","chat_id":1,"action":"typing"}';
    const { delivered, said, calls } = await pollAnswering(typing, 200, 200);
    // The second update's answer comes when polling has been stopped.
    expect({ delivered, said, calls }).toEqual({
      delivered: [10, 11],
      said: [],
      calls: [`/bot<token>/sendChatAction ${typing}`],
    });
  });
});
