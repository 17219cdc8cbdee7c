import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BedrockAgentCoreClient,
  InvokeAgentRuntimeCommand,
  StopRuntimeSessionCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../clock.ts';
import { createFaultSwitches } from '../faults.ts';
import { createAccessKeys, OWNER_CREDENTIALS } from '../iam/access-keys.ts';
import { createFunctionLogs } from '../lambda/function-log.ts';
import { createProcessGuard } from '../lambda/process-guard.ts';
import { startEmbeddedAws } from '../server.ts';
import { createAgentCoreService } from './agentcore-service.ts';
import { readImageCommand } from './dockerfile.ts';
import { createRuntimeHost } from './runtime-host.ts';

const SERVER = `
import { createServer } from 'node:http';
let count = 0;
let status = 'Healthy';
createServer(async (request, response) => {
  if (request.url === '/ping') return response.end(JSON.stringify({ status }));
  let text = '';
  for await (const chunk of request) text += chunk;
  const input = JSON.parse(text);
  if (input.op === 'status') status = input.status;
  if (input.op === 'fail') return response.writeHead(500).end();
  if (input.op === 'exit') process.exit(7);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: ' + JSON.stringify({ pid: process.pid, count: ++count, mode: process.env.MODE, key: process.env.MODEL_KEY, home: process.env.HOME }) + '\\n\\n');
  if (input.op === 'half') return setImmediate(() => response.destroy());
  response.end('data: done\\n\\n');
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
const ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/agent-abc';
const SESSION = 'session-'.padEnd(40, 'x');

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const aRuntime = async (options: { readonly maxLifetimeMs?: number } = {}) => {
  const imageDir = mkdtempSync(join(tmpdir(), 'image-'));
  writeFileSync(join(imageDir, 'server.mjs'), SERVER);
  writeFileSync(
    join(imageDir, 'Dockerfile'),
    'FROM node:24-slim\nENV MODE=production\nWORKDIR /app\nCOPY server.mjs ./\nCMD ["node", "--enable-source-maps", "server.mjs"]\n',
  );
  const clock = manualClock();
  const guard = createProcessGuard();
  const lines: string[] = [];
  const logs = createFunctionLogs(null, ({ line }) => lines.push(line));
  const image = readImageCommand(imageDir);
  const host = createRuntimeHost(
    {
      name: 'agent',
      arn: ARN,
      imageDir,
      args: image.args,
      environment: { ...image.environment, MODEL_KEY: 'k' },
      idleTimeoutMs: 60_000,
      maxLifetimeMs: 600_000,
    },
    { guard, logs, clock, ...options },
  );
  const aws = await startEmbeddedAws({
    port: 0,
    clock,
    services: [createAgentCoreService((arn) => (arn === ARN ? host : undefined))],
    accounts: createAccessKeys(),
    faults: createFaultSwitches(),
  });
  const client = new BedrockAgentCoreClient({
    endpoint: aws.endpoint,
    region: 'us-east-1',
    credentials: OWNER_CREDENTIALS,
    maxAttempts: 1,
  });
  stops.push(async () => {
    client.destroy();
    await host.close();
    await aws.close();
    await guard.close();
  });
  const invoke = async (input: unknown, sessionId = SESSION) => {
    const answer = await client.send(
      new InvokeAgentRuntimeCommand({
        agentRuntimeArn: ARN,
        runtimeSessionId: sessionId,
        contentType: 'application/json',
        accept: 'text/event-stream',
        payload: Buffer.from(JSON.stringify(input)),
      }),
    );
    const text = (await answer.response?.transformToString()) ?? '';
    const first = JSON.parse(/data: (.*)/.exec(text)?.[1] ?? '{}') as { pid: number; count: number };
    return { answer, text, first };
  };
  const ended = (pid: number): Promise<void> =>
    expect.poll(() => isAlive(pid), { timeout: 5000, interval: 10 }).toBe(false);
  return { client, invoke, clock, host, ended, lines };
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

// Rests on:
// https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-sessions.html
// https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-http-protocol-contract.html
describe('agentcore runtime', () => {
  it('runs the image command of the asset in one process per session and streams its answer', async () => {
    const { invoke } = await aRuntime();
    const one = await invoke({ op: 'turn' });
    const again = await invoke({ op: 'turn' });
    const other = await invoke({ op: 'turn' }, 'other-'.padEnd(40, 'y'));
    expect(one.answer).toMatchObject({ contentType: 'text/event-stream', runtimeSessionId: SESSION, statusCode: 200 });
    expect(one.text).toMatch(/data: done\n\n$/);
    expect([one.first, again.first, other.first]).toEqual([
      { pid: expect.any(Number), count: 1, mode: 'production', key: 'k' },
      { pid: one.first.pid, count: 2, mode: 'production', key: 'k' },
      { pid: expect.any(Number), count: 1, mode: 'production', key: 'k' },
    ]);
    expect(other.first.pid).not.toBe(one.first.pid);
  });

  it('refuses a session id below 33 characters', async () => {
    const { invoke } = await aRuntime();
    await expect(invoke({}, 'short')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('turns errors of the container into RuntimeClientError 424, and starts a new process after a crash', async () => {
    const { invoke } = await aRuntime();
    const { first } = await invoke({ op: 'turn' });
    const failed = { name: 'RuntimeClientError', $metadata: { httpStatusCode: 424 } };
    await expect(invoke({ op: 'fail' })).rejects.toMatchObject(failed);
    await expect(invoke({ op: 'exit' })).rejects.toMatchObject(failed);
    const after = await invoke({ op: 'turn' });
    expect(after.first).toMatchObject({ count: 1 });
    expect(after.first.pid).not.toBe(first.pid);
  });

  it('lets the caller see a stream that breaks off', async () => {
    const { invoke } = await aRuntime();
    await expect(invoke({ op: 'half' })).rejects.toThrow('aborted');
  });

  it('ends an idle session at its time-out, but not one that says HealthyBusy', async () => {
    const { invoke, clock, ended, host } = await aRuntime();
    const { first } = await invoke({ op: 'status', status: 'HealthyBusy' });
    for (let minute = 0; minute < 3; minute += 1) await advanceInSteps(clock, 60_000);
    expect(isAlive(first.pid)).toBe(true);
    await invoke({ op: 'status', status: 'Healthy' });
    for (let minute = 0; minute < 3; minute += 1) await advanceInSteps(clock, 60_000);
    await ended(first.pid);
    await expect.poll(() => host.sessionIds()).toEqual([]);
  });

  it.each([[{}, 10] as const, [{ maxLifetimeMs: 120_000 }, 2] as const])(
    'ends a session at the end of its life, however busy it is (%j)',
    async (options, minutes) => {
      const { invoke, clock, ended } = await aRuntime(options);
      const { first } = await invoke({ op: 'status', status: 'HealthyBusy' });
      for (let minute = 1; minute < minutes; minute += 1) await advanceInSteps(clock, 60_000);
      expect(isAlive(first.pid)).toBe(true);
      await advanceInSteps(clock, 60_000);
      await ended(first.pid);
      expect((await invoke({ op: 'turn' })).first).toMatchObject({ count: 1 });
    },
  );

  it('stops a session on request and says so when there is none', async () => {
    const { client, invoke, ended } = await aRuntime();
    const { first } = await invoke({ op: 'turn' });
    const stop = new StopRuntimeSessionCommand({ agentRuntimeArn: ARN, runtimeSessionId: SESSION });
    expect(await client.send(stop)).toMatchObject({ runtimeSessionId: SESSION, statusCode: 200 });
    await ended(first.pid);
    await expect(client.send(stop)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

// The pings in between are real requests: each step waits for the loop to come round.
const advanceInSteps = async (clock: ReturnType<typeof manualClock>, ms: number): Promise<void> => {
  for (let step = 0; step < 10; step += 1) {
    await clock.advance(ms / 10);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
};

describe('image command', () => {
  it('names what is missing', () => {
    const dir = mkdtempSync(join(tmpdir(), 'image-'));
    expect(() => readImageCommand(dir)).toThrow(/Dockerfile is missing/);
    writeFileSync(join(dir, 'Dockerfile'), 'FROM node:24\nCMD node server.mjs');
    expect(() => readImageCommand(dir)).toThrow(/shell form/);
    writeFileSync(join(dir, 'Dockerfile'), 'FROM node:24\nCOPY . /app\nCMD ["node", "/app/server.mjs"]');
    expect(() => readImageCommand(dir)).toThrow(/\/app\/server\.mjs is not in/);
    writeFileSync(join(dir, 'server.mjs'), '');
    expect(readImageCommand(dir)).toEqual({ args: [join(dir, 'server.mjs')], environment: {} });
  });
});
