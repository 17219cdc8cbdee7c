import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One event for a function, as the Runtime API hands it out. */
export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON text. */
  readonly event: string;
  readonly deadlineEpochMs: number;
}

/** What the runtime in the environment tells us. */
export interface RuntimeApiEvents {
  /** It asks for work: initialised, and done with what it had. */
  onReady(): void;
  onResponse(requestId: string, body: Buffer): void;
  onError(requestId: string, body: Buffer): void;
  onInitError(body: Buffer): void;
}

/** The Lambda Runtime API of one execution environment. */
export interface RuntimeApi {
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Hands the event to the waiting runtime; only after `onReady`. */
  give(invocation: Invocation): void;
  close(): void;
}

const INVOCATION = /^\/2018-06-01\/runtime\/invocation\/([^/]+)(?:\/(response|error))?$/;

/**
 * Serves the Runtime API on a port of its own, which is how an environment is told apart: the API has no identity in it.
 * doc: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export const startRuntimeApi = async (events: RuntimeApiEvents): Promise<RuntimeApi> => {
  let waiting: ServerResponse | null = null;
  const server = createServer((request, response) => {
    const [, id = '', verdict] = INVOCATION.exec(request.url ?? '') ?? [];
    if (request.method === 'GET' && id === 'next') {
      waiting = response;
      return events.onReady();
    }
    void readBody(request).then(
      (body) => {
        response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
        if (verdict === 'response') events.onResponse(decodeURIComponent(id), body);
        else if (verdict === 'error') events.onError(decodeURIComponent(id), body);
        else if (request.url === '/2018-06-01/runtime/init/error') events.onInitError(body);
      },
      // The process died while it was talking; its exit is what gets reported.
      () => response.destroy(),
    );
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    give({ requestId, functionArn, event, deadlineEpochMs }) {
      waiting?.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': requestId,
        'lambda-runtime-deadline-ms': String(deadlineEpochMs),
        'lambda-runtime-invoked-function-arn': functionArn,
      });
      waiting?.end(event);
      waiting = null;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
};

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
};
