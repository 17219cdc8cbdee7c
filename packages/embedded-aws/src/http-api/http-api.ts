import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { EmbeddedClock } from '../clock.ts';
import type { FunctionHost } from '../lambda/function-host.ts';
import { splitUrl, toAnswer, toEvent, type HttpAnswer } from './payload.ts';
import { matchRoute, type Route } from './routes.ts';

/** An HTTP API of the template. */
export interface HttpApiSpec {
  readonly apiId: string;
  readonly stage: string;
  readonly routes: readonly Route[];
  /** The integration's TimeoutInMillis; AWS's maximum and default is 30 s. */
  readonly timeoutMs: number;
}

/** What it needs. */
export interface HttpApiDeps {
  readonly find: (functionName: string) => FunctionHost | undefined;
  readonly clock: EmbeddedClock;
  readonly log: (line: string) => void;
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Answers requests as API Gateway's HTTP API does, for a server of the caller's choice. */
export const createHttpApi = (spec: HttpApiSpec, deps: HttpApiDeps): RequestListener => {
  const serve = async (request: IncomingMessage): Promise<HttpAnswer> => {
    const { rawPath } = splitUrl(request.url);
    const match = matchRoute(spec.routes, request.method ?? 'GET', rawPath);
    const host = match === null ? undefined : deps.find(match.route.functionName);
    if (match === null || host === undefined) return message(404, 'Not Found');
    const body = await readBody(request);
    if (body === null) return message(413, 'Request Entity Too Large');
    const { routeKey } = match.route;
    const requestId = randomUUID();
    const context = { ...spec, routeKey, requestId, nowMs: deps.clock.now(), pathParameters: match.pathParameters };
    const event = JSON.stringify(toEvent(request, body, context));
    const result = await withinLimit(host.invoke(event, requestId), spec.timeoutMs, deps.clock);
    if (result === null || result.kind === 'throttled') return message(503, 'Service Unavailable');
    const answer = result.kind === 'answered' ? toAnswer(result.payload) : null;
    if (answer !== null) return answer;
    deps.log(`${routeKey} answered 500: ${host.spec.name} ${result.payload.slice(0, 500)}`);
    return message(500, 'Internal Server Error');
  };
  return (request, response) => {
    serve(request)
      .catch((error: unknown) => {
        deps.log(`${request.method} ${request.url} failed: ${String(error)}`);
        return message(500, 'Internal Server Error');
      })
      .then(({ status, headers, body }) => {
        // The rest of a refused body is not read: the connection cannot be used again.
        if (!request.complete) response.setHeader('connection', 'close');
        response.writeHead(status, { ...copy(headers), 'content-length': Buffer.byteLength(body) });
        response.end(request.method === 'HEAD' ? undefined : body);
      })
      .catch(() => response.destroy());
  };
};

const message = (status: number, text: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: text }),
});

const copy = (headers: HttpAnswer['headers']): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers)
      // The server states these itself.
      .filter(([name]) => !['content-length', 'transfer-encoding', 'connection'].includes(name))
      .map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );

/** @returns null when it is too large. */
const readBody = async (request: IncomingMessage): Promise<Buffer | null> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const withinLimit = <T>(work: Promise<T>, limitMs: number, clock: EmbeddedClock): Promise<T | null> =>
  new Promise((resolve, reject) => {
    const cancel = clock.schedule(clock.now() + limitMs, () => resolve(null));
    void work.then(resolve, reject).finally(cancel);
  });
