import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemClock, wait, type EmbeddedClock } from './clock.ts';
import type { FaultSubject, FaultSwitches } from './faults.ts';
import type { AccessKeys } from './iam/access-keys.ts';
import {
  AwsError,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type IamCheck,
  type Principal,
} from './service.ts';
import { readCredential } from './wire/credential.ts';
import { accessDenied, renderError, throttled, unknownKey } from './wire/errors.ts';

/** What one endpoint is made of. */
export interface EmbeddedAwsOptions {
  /** 0 picks a free port. */
  readonly port: number;
  /** Default `127.0.0.1`; the SDK's S3 client goes path-style only for an IP address. */
  readonly host?: string;
  readonly clock?: EmbeddedClock;
  readonly services: readonly AwsService[];
  readonly accounts: AccessKeys;
  readonly faults: FaultSwitches;
  /** Unsigned paths that are no AWS API, by path prefix (`/_runtime/`): no bucket can have such a name. */
  readonly routes?: ReadonlyMap<string, RequestListener>;
  /** Told about errors that are no AWS answer: bugs in the embedded services. */
  readonly onInternalError?: (error: unknown) => void;
}

/** A running endpoint: `AWS_ENDPOINT_URL` of every client. */
export interface EmbeddedAws {
  readonly endpoint: string;
  /** Ends open requests and closes the services. */
  close(): Promise<void>;
}

/** Serves every embedded service on one port. @throws when the port is in use. */
export const startEmbeddedAws = async (options: EmbeddedAwsOptions): Promise<EmbeddedAws> => {
  const host = options.host ?? '127.0.0.1';
  const services = new Map(options.services.map((service) => [service.name, service]));
  let endpoint = '';
  const server = createServer((incoming, outgoing) => {
    const route = [...(options.routes ?? [])].find(([prefix]) => incoming.url?.startsWith(prefix) === true);
    if (route !== undefined) return route[1](incoming, outgoing);
    void answer(options, services, endpoint, incoming, outgoing);
  });
  // A long poll takes 20 s and an agent's stream may last hours: only the callers set limits.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  endpoint = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      for (const service of options.services) await service.close?.();
    },
  };
};

const answer = async (
  options: EmbeddedAwsOptions,
  services: ReadonlyMap<string, AwsService>,
  endpoint: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> => {
  const requestId = randomUUID();
  const credential = readCredential(incoming);
  const service = credential === null ? undefined : services.get(credential.service);
  const sendError = (error: unknown): void => {
    if (!(error instanceof AwsError)) options.onInternalError?.(error);
    if (outgoing.headersSent) return void outgoing.destroy();
    void send(outgoing, renderError(service, error, requestId), requestId, incoming.method === 'HEAD');
  };
  if (credential === null) {
    return sendError(
      new AwsError('MissingAuthenticationToken', 403, `${incoming.method} ${incoming.url} carries no AWS signature.`),
    );
  }
  if (service === undefined) {
    return sendError(new AwsError('NotImplemented', 501, `The embedded AWS has no service ${credential.service}.`));
  }
  const request = toRequest(incoming, outgoing, { ...credential, requestId, endpoint });
  try {
    const principal = options.accounts.find(credential.accessKeyId);
    if (principal === undefined) throw unknownKey(service.name);
    const response = await run(options, service, request, principal);
    if (response === null) return void incoming.socket.destroy();
    await send(outgoing, response, requestId, request.method === 'HEAD');
  } catch (error) {
    sendError(error);
  }
};

/** @returns null when the answer gets lost. */
const run = async (
  { faults, clock = systemClock }: EmbeddedAwsOptions,
  service: AwsService,
  request: AwsRequest,
  principal: Principal,
): Promise<AwsResponse | null> => {
  const checks = await service.describe(request);
  const main: IamCheck = checks[0] ?? { action: `${service.name}:Unknown`, resource: '*' };
  const detail = await service.detail?.(request);
  const subject: FaultSubject = {
    service: service.name,
    principal,
    check: main,
    ...(detail === undefined ? {} : { detail }),
  };
  faults.count(subject);
  const denied = checks.find((check) => !principal.allows(check));
  if (denied !== undefined) throw accessDenied(service.name, principal, denied);
  const latency = faults.take('latency', subject);
  if (latency !== null) await wait(clock, latency.ms, request.signal);
  if (faults.take('throttle', subject) !== null) throw throttled(service.name);
  const before = faults.take('error_before', subject);
  if (before !== null) throw before.error;
  const response = await service.handle(request, principal);
  const after = faults.take('error_after', subject);
  if (after !== null) throw after.error;
  return faults.take('lost_answer', subject) === null ? response : null;
};

const toRequest = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  known: Pick<AwsRequest, 'service' | 'region' | 'accessKeyId' | 'requestId' | 'endpoint'>,
): AwsRequest => {
  const [path = '/', ...search] = (incoming.url ?? '/').split('?');
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  let bytes: Promise<Buffer> | undefined;
  return {
    ...known,
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(search.join('?')),
    headers: incoming.headers,
    stream: incoming as AsyncIterable<Buffer>,
    bytes: () => (bytes ??= readAll(incoming)),
    signal: gone.signal,
  };
};

const readAll = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const send = async (
  outgoing: ServerResponse,
  response: AwsResponse,
  requestId: string,
  isHead: boolean,
): Promise<void> => {
  outgoing.statusCode = response.status;
  outgoing.setHeader('x-amzn-requestid', requestId);
  outgoing.setHeader('x-amz-request-id', requestId);
  for (const [name, value] of Object.entries(response.headers)) outgoing.setHeader(name, value);
  const { body } = response;
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    if (!isHead) outgoing.setHeader('content-length', Buffer.byteLength(body));
    outgoing.end(isHead ? undefined : body);
    return;
  }
  if (isHead) return void outgoing.end();
  // Headers leave before the first byte of the body: a stream may be silent for minutes.
  outgoing.flushHeaders();
  // A caller that hangs up in mid-stream is not an error of the service.
  await pipeline(Readable.from(body, { objectMode: false }), outgoing).catch(() => outgoing.destroy());
};
