import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createManualClock, createTelegramDouble, listen } from '@agent-claw/telegram-double';
import type { Fault } from '@agent-claw/telegram-double';
import { manualClock, recordingLog } from '@agent-claw/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { telegramFiles } from '../src/telegram-files.ts';

const TOKEN = '7000001:the-token-of-this-bot';
const MIB = 1024 * 1024;
const never = new AbortController().signal;
const always = () => 30_000;
const UNREACHABLE = { kind: 'unavailable', problem: 'unreachable' };

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** Sleeps pass at once. */
const hasty = () => ({ ...manualClock(), sleep: async () => undefined });

const sourceAt = (apiRoot: string, tokens: readonly string[] = [TOKEN]) => {
  const log = recordingLog();
  const state = { asked: 0 };
  const secret = {
    get: async ({ fresh = false } = {}) => {
      if (fresh) state.asked += 1;
      return { botToken: tokens[Math.min(state.asked, tokens.length - 1)] ?? '' };
    },
  };
  return { source: telegramFiles({ secret, apiRoot, clock: hasty(), log }), log };
};

/** A Bot API server that answers as it is told. */
const aServer = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const json =
  (body: object, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

const aWorld = async (tokens?: readonly string[]) => {
  const double = createTelegramDouble({
    tokens: [TOKEN],
    clock: createManualClock(),
    log: { info: () => undefined },
    rateLimits: false,
  });
  const running = await listen(double);
  opened.push(() => running.close());
  const bot = (method: string, body?: FormData) =>
    fetch(`${running.url}/bot${TOKEN}/${method}`, body === undefined ? {} : { method: 'POST', body });
  /** Puts a file on Telegram. @returns its id. */
  const upload = async (bytes: Uint8Array): Promise<string> => {
    const form = new FormData();
    form.append('chat_id', '4242001');
    form.append('document', new Blob([Uint8Array.from(bytes)]), 'a.bin');
    const { result } = (await (await bot('sendDocument', form)).json()) as {
      result: { document: { file_id: string } };
    };
    return result.document.file_id;
  };
  const fault = (one: Fault) => double.fault(one);
  return { ...sourceAt(running.url, tokens), upload, fault };
};

describe('telegramFiles', () => {
  it('brings every byte of a file, also of one at the limit', async () => {
    const { source, upload } = await aWorld();
    for (const size of [1, 100_000, 20 * MIB]) {
      const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251);
      const fetched = await source.fetch(await upload(bytes), always, never);
      expect(fetched.kind === 'fetched' && Buffer.compare(fetched.bytes, bytes)).toBe(0);
    }
  });

  it('says of a file beyond the limit that it is too big', async () => {
    const { source, upload } = await aWorld();
    const big = await upload(new Uint8Array(20 * MIB + 1));
    expect(await source.fetch(big, always, never)).toEqual({ kind: 'unavailable', problem: 'too_big' });
  });

  it('says of a file that Telegram does not know that it is gone', async () => {
    const root = await aServer(json({ ok: false, error_code: 400, description: 'Bad Request: invalid file_id' }, 400));
    expect(await sourceAt(root).source.fetch('x', always, never)).toEqual({ kind: 'unavailable', problem: 'gone' });
  });

  it.each<[string, Fault]>([
    ['cut in the middle', { method: 'download', kind: 'truncate' }],
    ['closed before the answer', { method: 'download', kind: 'reset_before' }],
    ['answered by a broken proxy', { method: 'download', kind: 'html', status: 502 }],
    ['asked to wait', { method: 'getFile', kind: 'flood', retryAfterS: 2 }],
    ['expired', { method: 'download', kind: 'error', status: 404, description: 'Not Found' }],
  ])('fetches a file again whose download was %s, and gives up after three tries', async (_, one) => {
    const { source, upload, fault } = await aWorld();
    const id = await upload(Uint8Array.of(1, 2, 3));
    fault({ ...one, times: 2 });
    expect(await source.fetch(id, always, never)).toEqual({ kind: 'fetched', bytes: Buffer.of(1, 2, 3) });
    fault({ ...one, times: 3 });
    expect(await source.fetch(id, always, never)).toEqual(UNREACHABLE);
  });

  it('does not sit out a long wait', async () => {
    const { source, upload, fault } = await aWorld();
    const id = await upload(Uint8Array.of(1));
    fault({ method: 'getFile', kind: 'flood', retryAfterS: 60 });
    expect(await source.fetch(id, always, never)).toEqual(UNREACHABLE);
  });

  it('reads the token again when it was rotated', async () => {
    const { source, upload } = await aWorld(['7000001:an-older-token-of-it', TOKEN]);
    const id = await upload(Uint8Array.of(7));
    expect(await source.fetch(id, always, never)).toEqual({ kind: 'fetched', bytes: Buffer.of(7) });
  });

  it('follows no redirect', async () => {
    const asked: string[] = [];
    const elsewhere = await aServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('stolen');
    });
    const root = await aServer((request, response) => {
      if (request.url?.endsWith('/getFile') === true)
        return json({ ok: true, result: { file_path: 'photos/1.jpg' } })(request, response);
      response.writeHead(302, { location: `${elsewhere}${request.url}` });
      response.end();
    });
    expect(await sourceAt(root).source.fetch('x', always, never)).toEqual({ kind: 'unavailable', problem: 'gone' });
    expect(asked).toEqual([]);
  });

  it.each(['/etc/passwd', '../secrets', 'photos/../../x', 'a//b', './x', 'a/..', 'http://x/y', ''])(
    'asks for no path like %j',
    async (path) => {
      const asked: string[] = [];
      const root = await aServer((request, response) => {
        asked.push(request.url ?? '');
        json({ ok: true, result: { file_path: path } })(request, response);
      });
      expect(await sourceAt(root).source.fetch('x', always, never)).toEqual({ kind: 'unavailable', problem: 'gone' });
      expect(asked.every((url) => url.endsWith('/getFile'))).toBe(true);
    },
  );

  it('reads no more than the limit of a server that lies about the size', async () => {
    const state = { sent: 0 };
    const root = await aServer((request, response) => {
      if (request.url?.endsWith('/getFile') === true)
        return json({ ok: true, result: { file_path: 'a/b', file_size: 10 } })(request, response);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(MIB))) state.sent += 1;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await sourceAt(root).source.fetch('x', always, never)).toEqual({ kind: 'unavailable', problem: 'too_big' });
    expect(state.sent).toBeLessThan(64);
  });

  it('asks nothing without a permit, and ends when it is aborted', async () => {
    const state = { asked: 0 };
    const root = await aServer(() => (state.asked += 1));
    const { source } = sourceAt(root);
    expect(await source.fetch('x', () => null, never)).toEqual({ kind: 'withheld' });
    expect(state.asked).toBe(0);
    const gone = new AbortController();
    const fetching = source.fetch('x', always, gone.signal);
    gone.abort();
    expect(await fetching).toEqual({ kind: 'withheld' });
  });

  it('ends each try when the permit does', async () => {
    const state = { asked: 0 };
    const root = await aServer(() => (state.asked += 1));
    expect(await sourceAt(root).source.fetch('x', () => 20, never)).toEqual(UNREACHABLE);
    expect(state.asked).toBe(3);
  });

  it('never tells the token, whatever goes wrong', async () => {
    const { source, upload, fault, log } = await aWorld();
    const id = await upload(Uint8Array.of(1));
    for (const kind of ['truncate', 'reset_before', 'html', 'error'] as const) {
      fault({ method: 'download', kind, times: 3 });
      await source.fetch(id, always, never);
    }
    const { source: refused, log: other } = sourceAt('http://127.0.0.1:1');
    await refused.fetch(id, always, never);
    const lines = JSON.stringify([log.lines, other.lines]);
    expect(lines).toContain('file_request_failed');
    expect(lines).not.toMatch(/the-token|\/file\/bot/u);
  });
});
