import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from './bot-client.ts';

interface Answer {
  readonly status: number;
  readonly retryAfterS?: number;
  /** A call in the body of the answer. */
  readonly answer?: Json;
}

interface Delivery {
  readonly secret: string | undefined;
  readonly body: Json;
}

/** A webhook on a port of its own: gives these answers in turn, and 200 after the last. */
export const openHook = async (answers: readonly Answer[]) => {
  const taken: Delivery[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, retryAfterS, answer } = answers[taken.length] ?? { status: 200 };
      const secret = request.headers['x-telegram-bot-api-secret-token'];
      taken.push({ secret: secret?.toString(), body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json });
      response.writeHead(status, {
        ...(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }),
        ...(answer === undefined ? {} : { 'content-type': 'application/json' }),
      });
      response.end(answer === undefined ? '' : JSON.stringify(answer), () => {
        for (const { count, resolve } of waiting) if (taken.length >= count) resolve();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    deliveries: (): readonly Delivery[] => taken,
    /** Resolves when this many deliveries have been answered. */
    received: (count: number): Promise<void> =>
      taken.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
