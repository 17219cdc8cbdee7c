import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { aTurnCall } from '@agent-claw/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildContainer } from '../build.ts';

const MAX_BUNDLE_BYTES = 1_800_000;

const folders: string[] = [];
const processes: ChildProcess[] = [];
const built = { folder: '' };

const freshFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'container-'));
  folders.push(folder);
  return folder;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Starts what the image starts: the words of the Dockerfile's CMD, in the folder that is copied into it. */
const startContainer = async (environment: Readonly<Record<string, string>>) => {
  const dockerfile = await readFile(path.join(built.folder, 'Dockerfile'), 'utf8');
  const [, command = '[]'] = /^CMD (.*)$/mu.exec(dockerfile) ?? [];
  const [program = '', ...args] = JSON.parse(command) as string[];
  const port = await freePort();
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: built.folder,
    env: {
      CONVERSATIONS_TABLE: 'conversations',
      WORKSPACE_BUCKET: 'workspace',
      MODEL: 'demo',
      TIME_ZONE: 'Europe/Berlin',
      PORT: String(port),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      ...environment,
    },
  });
  processes.push(child);
  const lines: string[] = [];
  child.stdout
    .setEncoding('utf8')
    .on('data', (text: string) => lines.push(...text.split('\n').filter((line) => line !== '')));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const listening = new Promise<void>((resolve) => {
    child.stdout.on('data', () => {
      if (lines.some((line) => line.includes('container_listening'))) resolve();
    });
  });
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    lines,
    errors: () => errors,
    exited,
    ready: Promise.race([listening, exited]),
  };
};

beforeAll(async () => {
  built.folder = await freshFolder();
  await buildContainer(built.folder);
});
afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL');
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('the container bundle', () => {
  it('is one small file beside its Dockerfile, the same bytes every time', async () => {
    const again = await freshFolder();
    await buildContainer(again);
    expect((await readdir(again)).sort()).toEqual(['Dockerfile', 'main.mjs', 'package.json']);
    const [first, second] = await Promise.all(
      [built.folder, again].map((folder) => readFile(path.join(folder, 'main.mjs'))),
    );
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
    expect((await stat(path.join(again, 'main.mjs'))).size).toBeLessThan(MAX_BUNDLE_BYTES);
  });

  it('starts with the image’s command, answers pings and turns, and ends on SIGTERM', async () => {
    const container = await startContainer({});
    await container.ready;
    const ping = await (await fetch(`${container.url}/ping`)).json();
    expect(ping).toEqual({ status: 'Healthy', time_of_last_update: expect.any(Number) });
    const turn = await fetch(`${container.url}/invocations`, {
      method: 'POST',
      body: JSON.stringify({ op: 'turn', ...aTurnCall() }),
    });
    expect(await turn.text()).toMatch(
      /^data: \{"type":"failed","code":"store_unavailable".*"retryable":true,"seq":1\}\n\n$/u,
    );
    container.child.kill('SIGTERM');
    expect(await container.exited).toEqual([0, null]);
    expect(container.lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'container_listening',
      'turn_broke',
      'container_drained',
    ]);
    expect(container.errors()).toBe('');
  });

  it.each([
    'bedrock:global.anthropic.claude-sonnet-5-5',
    'anthropic:claude-sonnet-5-5',
    'openai:qwen3@http://127.0.0.1:9/v1',
  ])('has the library for %s in it', async (model) => {
    const container = await startContainer({ MODEL: model, ANTHROPIC_API_KEY: 'k' });
    await container.ready;
    expect((await fetch(`${container.url}/ping`)).status).toBe(200);
    container.child.kill('SIGTERM');
    expect(await container.exited).toEqual([0, null]);
  });

  it('says in one line what is wrong with its settings', async () => {
    const bad = await startContainer({ MODEL: 'gpt' });
    expect([await bad.exited, bad.errors()]).toEqual([
      [1, null],
      'agent-container cannot start. Model "gpt": this is not a model spec. Set MODEL to demo, bedrock:<id>, anthropic:<id> or openai:<id>@<base URL>.\n',
    ]);
    const missing = await startContainer({ TIME_ZONE: 'Mars', WORKSPACE_BUCKET: '' });
    expect(await missing.exited).toEqual([1, null]);
    expect(missing.errors()).toMatch(/WORKSPACE_BUCKET[\s\S]*TIME_ZONE|TIME_ZONE[\s\S]*WORKSPACE_BUCKET/u);
  });
});
