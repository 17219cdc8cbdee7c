import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { aTurnCall } from '@agent-claw/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildContainer } from '../build.ts';
import { cleanUp, freshFolder, startContainer } from './container-process.ts';

const MAX_BUNDLE_BYTES = 1_800_000;

const built = { folder: '' };

beforeAll(async () => {
  built.folder = await freshFolder();
  await buildContainer(built.folder);
});
afterAll(cleanUp);

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
    const container = await startContainer(built.folder, {});
    await container.ready;
    const ping = await (await fetch(`${container.url}/ping`)).json();
    expect(ping).toEqual({ status: 'Healthy' });
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
    const container = await startContainer(built.folder, { MODEL: model, ANTHROPIC_API_KEY: 'k' });
    await container.ready;
    expect((await fetch(`${container.url}/ping`)).status).toBe(200);
    container.child.kill('SIGTERM');
    expect(await container.exited).toEqual([0, null]);
  });

  it('says in one line what is wrong with its settings', async () => {
    const bad = await startContainer(built.folder, { MODEL: 'gpt' });
    expect([await bad.exited, bad.errors()]).toEqual([
      [1, null],
      'agent-container cannot start. Model "gpt": this is not a model spec. Set MODEL to demo, bedrock:<id>, anthropic:<id> or openai:<id>@<base URL>.\n',
    ]);
    const missing = await startContainer(built.folder, { TIME_ZONE: 'Mars', WORKSPACE_BUCKET: '' });
    expect(await missing.exited).toEqual([1, null]);
    expect(missing.errors()).toMatch(/WORKSPACE_BUCKET[\s\S]*TIME_ZONE|TIME_ZONE[\s\S]*WORKSPACE_BUCKET/u);
  });
});
