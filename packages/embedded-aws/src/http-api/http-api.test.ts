import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../clock.ts';
import type { InvokeResult } from '../lambda/execution-environment.ts';
import type { FunctionHost } from '../lambda/function-host.ts';
import { createHttpApi } from './http-api.ts';
import { matchRoute } from './routes.ts';

const servers: { close(): void; closeAllConnections(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const answered = (value: unknown): InvokeResult => ({ kind: 'answered', payload: JSON.stringify(value) });

const anApi = async (invoke: (event: Record<string, unknown>) => Promise<InvokeResult>) => {
  const clock = manualClock(Date.UTC(2026, 10, 21, 5, 6, 7));
  const host: FunctionHost = {
    spec: {
      name: 'ingest',
      arn: 'arn',
      codeDir: '/',
      handler: 'index.handler',
      timeoutMs: 1000,
      memoryMb: 128,
      environment: {},
      reservedConcurrency: null,
    },
    invoke: (event) => invoke(JSON.parse(event) as Record<string, unknown>),
    environments: () => 1,
    close: () => Promise.resolve(),
  };
  const routes = [{ routeKey: 'POST /telegram/webhook', functionName: 'ingest' }];
  const lines: string[] = [];
  const server = createServer(
    createHttpApi(
      { apiId: 'api', stage: '$default', routes, timeoutMs: 30_000 },
      {
        clock,
        log: (line) => lines.push(line),
        find: (name) => (name === 'ingest' ? host : undefined),
      },
    ),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (path: string, init: RequestInit = {}) => fetch(`${base}${path}`, { method: 'POST', ...init });
  return { base, post, clock, lines };
};

// Rests on:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
describe('http api', () => {
  it('hands the function the event of payload format 2.0', async () => {
    let seen: Record<string, unknown> = {};
    const { base } = await anApi(async (event) => {
      seen = event;
      return answered({ statusCode: 200 });
    });
    await new Promise<void>((resolve) => {
      const sent = send(`${base}/telegram/webhook?a=1&b=x%20y&a=2`, {
        method: 'POST',
        headers: [
          ['Host', 'bot.test'],
          ['Content-Type', 'application/json'],
          ['X-Two', 'one'],
          ['X-Two', 'two'],
          ['Cookie', 'k=v; l=w'],
          ['User-Agent', 'probe'],
          ['Content-Length', '2'],
        ].flat(),
      });
      sent.on('response', (response) => response.resume().on('end', () => resolve()));
      sent.end('{}');
    });
    expect(seen).toEqual({
      version: '2.0',
      routeKey: 'POST /telegram/webhook',
      rawPath: '/telegram/webhook',
      rawQueryString: 'a=1&b=x%20y&a=2',
      cookies: ['k=v', 'l=w'],
      headers: {
        host: 'bot.test',
        'content-type': 'application/json',
        'content-length': '2',
        'x-two': 'one,two',
        'user-agent': 'probe',
      },
      queryStringParameters: { a: '1,2', b: 'x y' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'api',
        domainName: 'bot.test',
        domainPrefix: 'bot',
        http: {
          method: 'POST',
          path: '/telegram/webhook',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'probe',
        },
        requestId: expect.any(String),
        routeKey: 'POST /telegram/webhook',
        stage: '$default',
        time: '21/Nov/2026:05:06:07 +0000',
        timeEpoch: Date.UTC(2026, 10, 21, 5, 6, 7),
      },
      body: '{}',
      isBase64Encoded: false,
    });
  });

  it('passes a body that is not text as base64, both ways', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const { post } = await anApi(async (event) => {
      expect(event).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true });
      return answered({ statusCode: 201, body: event['body'], isBase64Encoded: true, cookies: ['a=1', 'b=2'] });
    });
    const response = await post('/telegram/webhook', { body: bytes, headers: { 'content-type': 'image/png' } });
    expect({
      status: response.status,
      bytes: Buffer.from(await response.arrayBuffer()),
      cookies: response.headers.getSetCookie(),
    }).toEqual({ status: 201, bytes, cookies: ['a=1', 'b=2'] });
  });

  it('infers a 200 in JSON when the answer has no status code', async () => {
    const { post } = await anApi(async () => answered({ ok: true }));
    const response = await post('/telegram/webhook');
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'application/json',
      '{"ok":true}',
    ]);
  });

  it('answers 404 without a route, 500 for a failed or unreadable answer, 503 when throttled, 413 above 10 MB', async () => {
    const results: InvokeResult[] = [
      { kind: 'failed', errorType: 'TypeError', payload: '{"errorType":"TypeError"}' },
      answered({ statusCode: 'soon' }),
      { kind: 'throttled' },
    ];
    const { base, post } = await anApi(async () => results.shift() ?? answered(null));
    const seen = [];
    seen.push(await fetch(`${base}/telegram/webhook`));
    seen.push(await post('/elsewhere'));
    for (let count = 0; count < 3; count += 1) seen.push(await post('/telegram/webhook'));
    seen.push(await post('/telegram/webhook', { body: Buffer.alloc(10 * 1024 * 1024 + 1) }));
    expect(await Promise.all(seen.map(async (response) => [response.status, await response.json()]))).toEqual([
      [404, { message: 'Not Found' }],
      [404, { message: 'Not Found' }],
      [500, { message: 'Internal Server Error' }],
      [500, { message: 'Internal Server Error' }],
      [503, { message: 'Service Unavailable' }],
      [413, { message: 'Request Entity Too Large' }],
    ]);
  });

  it('answers 503 when the function takes longer than the integration may', async () => {
    const started = Promise.withResolvers<void>();
    const { post, clock } = await anApi(() => {
      started.resolve();
      return new Promise(() => undefined);
    });
    const response = post('/telegram/webhook');
    await started.promise;
    await clock.advance(30_000);
    expect((await response).status).toBe(503);
  });
});

// Rests on:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
describe('routes', () => {
  it('prefer the exact path, then a named part, then a greedy one, then the default', () => {
    const routes = ['$default', 'ANY /a/{rest+}', 'GET /a/{id}', 'GET /a/b', 'ANY /a/b'].map((routeKey) => ({
      routeKey,
      functionName: 'f',
    }));
    const keys = ['/a/b', '/a/c%20d', '/a/b/c', '/x'].map((path) => {
      const match = matchRoute(routes, 'GET', path);
      return [match?.route.routeKey, match?.pathParameters];
    });
    expect(keys).toEqual([
      ['GET /a/b', {}],
      ['GET /a/{id}', { id: 'c d' }],
      ['ANY /a/{rest+}', { rest: 'b/c' }],
      ['$default', {}],
    ]);
  });
});
