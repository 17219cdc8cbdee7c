import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@agent-claw/observability/system-clock';
import { createTelegramDouble } from '@agent-claw/telegram-double';
import type { Fault } from '@agent-claw/telegram-double';
import { copyRequest } from './record-requests.ts';
import type { RecordedTraffic } from './record-requests.ts';

/** Telegram's double on a port of its own, with every request to it written down and answers that no double gives. */
export interface WatchedTelegram extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly RecordedTraffic[];
  fault(fault: Fault): void;
  /** Answers the next `times` requests whose path ends so instead of the double. */
  twist(path: string, times: number, answer: RequestListener): void;
  /** No fault and no twist is waiting any more. @returns the twists that had nothing to answer. */
  heal(): Promise<readonly string[]>;
  /** Parameters of the calls of a method so far. */
  calls(method: string): readonly Readonly<Record<string, unknown>>[];
}

export const watchTelegram = async (options: {
  readonly token: string;
  readonly ownerId: number;
  readonly dataDir: string;
}): Promise<WatchedTelegram> => {
  const double = createTelegramDouble({
    tokens: [options.token],
    ownerId: options.ownerId,
    dataDir: options.dataDir,
    clock: systemClock,
    log: { info: () => undefined },
    // A call that is refused for its pace would use up the fault that was meant to have an effect.
    rateLimits: false,
  });
  const requests: RecordedTraffic[] = [];
  const twists: { path: string; times: number; left: number; answer: RequestListener }[] = [];
  const server = createServer((request, response) => {
    copyRequest(request, (copy) => requests.push(copy));
    const twist = twists.find(({ path, left }) => left > 0 && request.url?.split('?')[0]?.endsWith(path) === true);
    if (twist === undefined) return void double.handle(request, response);
    twist.left -= 1;
    request.resume().once('end', () => twist.answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    fault: (fault) => double.fault(fault),
    twist: (path, times, answer) => void twists.push({ path, times, left: times, answer }),
    heal: async () => {
      await fetch(`${url}/_double/faults`, { method: 'DELETE' });
      return twists.splice(0).flatMap(({ path, times, left }) => (left === times ? [`a twist of ${path}`] : []));
    },
    calls: (method) =>
      double
        .requests()
        .filter((call) => call.method.toLowerCase() === method.toLowerCase())
        .map(({ params }) => params),
    [Symbol.asyncDispose]: async () => {
      double.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

/** Telegram's JSON with a text of one's own. */
export const refusal =
  (status: number, description: string): RequestListener =>
  (_request, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ ok: false, error_code: status, description }));

export const saying =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);
