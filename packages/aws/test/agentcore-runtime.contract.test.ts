import { PermanentError, RetryableError, updateEntryId } from '@agent-claw/core';
import type { RuntimeSessionId, TurnEvent } from '@agent-claw/core';
import { runtimeRequestSchema } from '@agent-claw/protocol';
import { aTurnCall, manualClock } from '@agent-claw/testkit';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { agentcoreRuntime } from '../src/agentcore-runtime.ts';
import { agentCoreClient } from '../src/aws-clients.ts';

const ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/agent-1';
const session = 'session-of-33-characters-or-more-0001' as RuntimeSessionId;
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

type Answer = (request: unknown, response: ServerResponse) => void;
/** A runtime on the wire: each call gets the next answer, the last one for good. */
const aRuntime = async (...answers: readonly Answer[]) => {
  const requests: unknown[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = runtimeRequestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
      const at = incoming.headers['x-amzn-bedrock-agentcore-runtime-session-id'];
      requests.push({ path: decodeURIComponent(incoming.url?.split('?')[0] ?? ''), session: at, request });
      answers[Math.min(requests.length, answers.length) - 1]?.(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = agentCoreClient({ region: 'us-east-1', endpoint, credentials });
  closers.push(() => (server.closeAllConnections(), server.close(), client.destroy()));
  const clock = manualClock();
  return { runtime: agentcoreRuntime({ client, runtimeArn: ARN, clock }), requests, clock };
};

const stream =
  (...parts: readonly string[]): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) response.write(part);
    response.end();
  };
const refuse =
  (status: number, name: string): Answer =>
  (_request, response) =>
    void response.writeHead(status, { 'x-amzn-errortype': name, 'content-type': 'application/json' }).end('{}');
const json =
  (body: object): Answer =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const text = { seq: 1, type: 'text', delta: 'hé👋' } as const;
const done = { seq: 2, type: 'done', reply: 'hé👋', consumed: [updateEntryId(1)], ending: 'complete' } as const;
const line = (event: TurnEvent): string => `data: ${JSON.stringify(event)}\n\n`;
const never = new AbortController().signal;
const collect = async (events: AsyncIterable<TurnEvent>): Promise<readonly TurnEvent[]> => {
  const all: TurnEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
};

describe('agentcoreRuntime', () => {
  it('sends the call to the session and yields the events up to the ending', async () => {
    const { runtime, requests } = await aRuntime(stream(': hi\n\n', line(text), line(done), line(text)));
    expect(await collect(runtime.turn(session, aTurnCall(), never))).toEqual([text, done]);
    expect(requests).toEqual([
      { path: `/runtimes/${ARN}/invocations`, session, request: { op: 'turn', ...aTurnCall() } },
    ]);
  });

  it('ends without an ending when the stream is cut', async () => {
    const cut: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(line(text) + 'data: {"seq', () => response.destroy());
    };
    const { runtime } = await aRuntime(cut);
    expect(await collect(runtime.turn(session, aTurnCall(), never))).toEqual([text]);
  });

  it('ends when aborted, and leaves the run alone', async () => {
    const abort = new AbortController();
    const open: Answer = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(line(text));
    const { runtime, requests } = await aRuntime(open);
    const seen: TurnEvent[] = [];
    for await (const event of runtime.turn(session, aTurnCall(), abort.signal)) {
      seen.push(event);
      abort.abort();
    }
    expect([seen, requests.length]).toEqual([[text], 1]);
  });

  it.each([
    [500, 'InternalServerException', RetryableError],
    [429, 'ThrottlingException', RetryableError],
    [424, 'RuntimeClientError', RetryableError],
    [403, 'AccessDeniedException', PermanentError],
    [404, 'ResourceNotFoundException', PermanentError],
  ] as const)('asks once and says what %i %s means', async (status, name, expected) => {
    const { runtime, requests } = await aRuntime(refuse(status, name));
    await expect(collect(runtime.turn(session, aTurnCall(), never))).rejects.toThrow(expected);
    expect(requests.length).toBe(1);
  });

  it('waits a moment while the session is being made', async () => {
    const { runtime, requests, clock } = await aRuntime(refuse(409, 'RetryableConflictException'), stream(line(done)));
    const events = collect(runtime.turn(session, aTurnCall(), never));
    await expect.poll(() => clock.sleepers()).toBe(1);
    await clock.advance(100);
    expect([await events, requests.length]).toEqual([[done], 2]);
  });

  it('refuses events that it does not know', async () => {
    const { runtime } = await aRuntime(stream('data: {"seq":1,"type":"novelty"}\n\n'));
    await expect(collect(runtime.turn(session, aTurnCall(), never))).rejects.toThrow(PermanentError);
  });

  it('says whether a steer or a stop found its turn', async () => {
    const { runtime } = await aRuntime(json({ accepted: true }), json({ accepted: false }));
    expect(await runtime.steer(session, aTurnCall(), new AbortController().signal)).toBe(true);
    expect(await runtime.stop(session, aTurnCall(), new AbortController().signal)).toBe(false);
  });
});
