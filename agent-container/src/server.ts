import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { PermanentError } from '@agent-claw/core';
import type { Clock, Hearing, Log, MediaFile, Transcriber, TurnCall } from '@agent-claw/core';
import { runtimeRequestSchema } from '@agent-claw/protocol';
import type { RuntimeRequest } from '@agent-claw/protocol';
import * as z from 'zod';
import { logFailure } from './agent/log-failure.ts';
import { readBody } from './read-body.ts';
import { sendEvents } from './sse.ts';
import type { TurnTable } from './turn-table.ts';

export interface ContainerServer {
  /** @returns the port that is listened on. @throws when the port is taken. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no new turn, gives running ones `ms` to end, and closes. */
  close(ms: number): Promise<void>;
}

export interface ServerDeps {
  readonly transcriber: Transcriber;
  readonly table: TurnTable;
  readonly clock: Clock;
  readonly log: Log;
}

const sendJson = (response: ServerResponse, statusCode: number, body: unknown): void => {
  response.writeHead(statusCode, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

const sendError = (response: ServerResponse, statusCode: number, error: string): void =>
  sendJson(response, statusCode, { accepted: false, error });

/** The wire has plain strings where the product has branded ids; the schema has checked their shape. */
const asCall = (request: Exclude<RuntimeRequest, { op: 'warm' | 'transcribe' }>): TurnCall =>
  request as unknown as TurnCall;
const asFile = (file: Extract<RuntimeRequest, { op: 'transcribe' }>['file']): MediaFile => file as MediaFile;

/** Aborts when the caller is gone. */
const over = (response: ServerResponse): AbortSignal => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
};

/** AgentCore's HTTP contract, `POST /invocations` and `GET /ping`, on node:http alone. */
export const createContainerServer = ({ table, transcriber, clock, log }: ServerDeps): ContainerServer => {
  const state = { draining: false };

  const hear = async (file: MediaFile, signal: AbortSignal): Promise<Hearing> => {
    try {
      return await transcriber.hear(file, signal);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      // Asked again it would end the same way: the person is told, and the log says what to do.
      logFailure(log, 'hearing_failed', error);
      return { kind: 'not_heard' };
    }
  };

  const invoke = async (request: RuntimeRequest, response: ServerResponse): Promise<void> => {
    switch (request.op) {
      case 'warm':
        return sendJson(response, 200, { accepted: true });
      case 'steer':
        return sendJson(response, 200, { accepted: table.steer(asCall(request)) });
      case 'stop':
        return sendJson(response, 200, { accepted: table.stop(asCall(request)) });
      case 'transcribe':
        return sendJson(response, 200, await hear(asFile(request.file), over(response)));
      case 'turn':
        if (state.draining) return sendError(response, 503, 'This container is shutting down. Ask again.');
        return sendEvents(response, (signal) => table.turn(asCall(request), signal), clock);
    }
  };

  const invocations = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    if (body.kind === 'too_large') return sendError(response, 413, 'The body is over 10 MiB. Send less.');
    if (body.kind === 'not_json') return sendError(response, 400, 'The body is not JSON.');
    const parsed = runtimeRequestSchema.safeParse(body.json);
    if (!parsed.success) return sendError(response, 400, `Not a runtime request:\n${z.prettifyError(parsed.error)}`);
    return invoke(parsed.data, response);
  };

  const ping = (response: ServerResponse): void => {
    const { busy, sinceEpochS } = table.status();
    // A time from before the first turn would be the snapshot's, and every copy of it would tell the same one.
    const changed = sinceEpochS === undefined ? {} : { time_of_last_update: sinceEpochS };
    sendJson(response, 200, { status: busy ? 'HealthyBusy' : 'Healthy', ...changed });
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url?.split('?', 1)[0];
    if (path === '/ping') return request.method === 'GET' ? ping(response) : sendError(response, 405, 'Use GET /ping.');
    if (path === '/invocations')
      return request.method === 'POST'
        ? invocations(request, response)
        : sendError(response, 405, 'Use POST /invocations.');
    return sendError(response, 404, 'There is only POST /invocations and GET /ping.');
  };

  const server: Server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      logFailure(log, 'request_failed', error);
      if (response.headersSent) response.destroy();
      else sendError(response, 500, 'The container could not handle the request; its log says why.');
    });
  });
  // A turn may stream for an hour; only the time to read a request is bounded.
  server.timeout = 0;
  // Longer than the 60 s for which a caller may keep a connection: a request must not meet its closing.
  server.keepAliveTimeout = 65_000;

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : port);
        });
      }),
    async close(ms) {
      state.draining = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await table.drain(ms);
      server.closeIdleConnections();
      await Promise.race([closed, clock.sleep(1_000)]);
      server.closeAllConnections();
    },
  };
};
