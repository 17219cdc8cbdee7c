import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FunctionSpec } from './execution-environment.ts';
import { createFunctionHost, type FunctionHost } from './function-host.ts';
import { createFunctionLogs } from './function-log.ts';
import { createProcessGuard } from './process-guard.ts';

const HANDLERS = `
let count = 0;
let ticks = 0;
setInterval(() => { ticks += 1; }, 20);
export const echo = async (event, context) => ({ event, count: ++count, name: context.functionName, hasTime: context.getRemainingTimeInMillis() > 0 });
export const env = async () => process.env;
export const ticker = async () => ({ ticks });
export const fail = async () => { throw new TypeError('no'); };
export const leave = async () => process.exit(3);
export const hang = () => new Promise(() => {});
export const big = async () => 'x'.repeat(7 * 1024 * 1024);
export const callback = (event, context, done) => done(null, 1);
export const print = async () => {
  console.log('hello');
  process.stdout.write(JSON.stringify({ _aws: { CloudWatchMetrics: [{ Namespace: 'N', Metrics: [{ Name: 'turns' }] }] }, turns: 2 }) + '\\n');
};
`;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const aHost = (handler: string, more: Partial<FunctionSpec> = {}, idleMs = 60_000) => {
  const codeDir = mkdtempSync(join(tmpdir(), 'function-'));
  writeFileSync(join(codeDir, 'index.mjs'), HANDLERS);
  const lines: string[] = [];
  const guard = createProcessGuard();
  const logs = createFunctionLogs(null, ({ line }) => lines.push(line));
  const spec: FunctionSpec = {
    name: 'greeter',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:greeter',
    codeDir,
    handler: `index.${handler}`,
    timeoutMs: 5000,
    memoryMb: 128,
    environment: { GREETING: 'hi' },
    reservedConcurrency: null,
    ...more,
  };
  const platformEnv = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'ASIAX' };
  const host: FunctionHost = createFunctionHost(spec, { guard, logs, platformEnv, idleMs, maxEnvironments: 2 });
  stops.push(async () => {
    await host.close();
    await guard.close();
  });
  return { host, lines, logs };
};

// Rests on:
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
describe('function host', () => {
  it('keeps one process for one event after another and gives the handler its context', async () => {
    const { host } = aHost('echo');
    const first = await host.invoke('{"a":1}');
    const second = await host.invoke('{"a":2}');
    expect([first, second].map((result) => result.kind === 'answered' && JSON.parse(result.payload))).toEqual([
      { event: { a: 1 }, count: 1, name: 'greeter', hasTime: true },
      { event: { a: 2 }, count: 2, name: 'greeter', hasTime: true },
    ]);
    expect(host.environments()).toBe(1);
  });

  it('lets nothing of the environment of this process through', async () => {
    const { host } = aHost('env');
    const result = await host.invoke('{}');
    const env = JSON.parse(result.kind === 'answered' ? result.payload : '{}') as Record<string, string>;
    expect(env).toMatchObject({ GREETING: 'hi', AWS_ACCESS_KEY_ID: 'ASIAX', AWS_LAMBDA_FUNCTION_NAME: 'greeter' });
    expect(Object.keys(env).filter((name) => name === 'HOME' || name.startsWith('VITEST'))).toEqual([]);
  });

  it('reports what the handler threw', async () => {
    const { host } = aHost('fail');
    expect(await host.invoke('{}')).toMatchObject({ kind: 'failed', errorType: 'TypeError' });
  });

  it('reports an exit, a missing export and a callback handler as AWS does, and starts afresh', async () => {
    const types = [];
    for (const handler of ['leave', 'absent', 'callback']) {
      const { host } = aHost(handler);
      const result = await host.invoke('{}');
      types.push(result.kind === 'failed' ? result.errorType : result.kind);
    }
    expect(types).toEqual(['Runtime.ExitError', 'Runtime.HandlerNotFound', 'Runtime.CallbackHandlerDeprecated']);
  });

  it('kills a function at its time-out; the next event is a cold start', async () => {
    const { host } = aHost('hang', { timeoutMs: 300 });
    const result = await host.invoke('{}', 'r1');
    expect(result).toEqual({
      kind: 'failed',
      errorType: 'Sandbox.Timedout',
      payload:
        '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r1 Error: Task timed out after 0.30 seconds"}',
    });
    expect(await host.invoke('{}')).toMatchObject({ errorType: 'Sandbox.Timedout' });
  });

  it('refuses an answer above 6 MB', async () => {
    const { host } = aHost('big');
    expect(await host.invoke('{}')).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  it('freezes the process between events, so timers in the background stand still', async () => {
    const { host } = aHost('ticker');
    await host.invoke('{}');
    // A second function's cold start is time that passes for sure, without a sleep.
    await aHost('echo').host.invoke('{}');
    const result = await host.invoke('{}');
    const { ticks } = JSON.parse(result.kind === 'answered' ? result.payload : '{}') as { ticks: number };
    expect(ticks).toBeLessThanOrEqual(3);
  });

  it('lets calls wait in line at its own limit and throttles at reserved concurrency', async () => {
    const open = aHost('echo');
    const many = await Promise.all(['1', '2', '3', '4'].map((event) => open.host.invoke(event)));
    expect(many.map((result) => result.kind)).toEqual(['answered', 'answered', 'answered', 'answered']);
    expect(open.host.environments()).toBe(2);
    const tight = aHost('echo', { reservedConcurrency: 1 });
    const both = await Promise.all([tight.host.invoke('1'), tight.host.invoke('2')]);
    expect(both.map((result) => result.kind)).toEqual(['answered', 'throttled']);
  });

  it('hands on the lines it prints and counts metrics only from lines that are JSON alone', async () => {
    const { host, lines, logs } = aHost('print');
    await host.invoke('{}');
    await host.close();
    expect(lines[0]).toMatch(/\tINFO\thello$/);
    expect(logs.metrics()).toEqual([{ source: 'greeter', namespace: 'N', name: 'turns', samples: 1, sum: 2 }]);
  });
});
