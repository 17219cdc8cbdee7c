import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const outDir = mkdtempSync(path.join(tmpdir(), 'agent-claw-container-'));
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

interface ContainerBuild {
  readonly buildContainer: (outDir: string) => Promise<unknown>;
}

beforeAll(async () => {
  const build = (await import(new URL('../../agent-container/build.ts', import.meta.url).href)) as ContainerBuild;
  await build.buildContainer(outDir);
});

const instructions = (name: string): string[] =>
  readFileSync(path.join(outDir, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${name} `))
    .map((line) => line.slice(name.length + 1).trim());

describe('the container directory', () => {
  it('starts from a small Node 24 image; the asset, not the file, says arm64', () => {
    expect(instructions('FROM')).toEqual([expect.stringMatching(/^(--platform=linux\/arm64 )?node:24\S*-slim\S*$/u)]);
  });

  it('runs as a numeric user that is not root: AgentCore refuses a named one beyond 53 layers', () => {
    expect(instructions('USER')).toEqual([expect.stringMatching(/^[1-9]\d*(:[1-9]\d*)?$/u)]);
  });

  it('gives its files to the user that it runs as, whatever their modes are where the image is built', () => {
    const [user] = instructions('USER');
    expect(instructions('COPY')).toEqual([`--chown=${user}:${user} main.mjs package.json ./`]);
  });

  it('starts node with the one file that is there, without a shell', () => {
    const [command] = instructions('CMD').map((text) => JSON.parse(text) as string[]);
    expect([command?.[0], command?.at(-1)]).toEqual(['node', 'main.mjs']);
    expect(readFileSync(path.join(outDir, 'main.mjs')).length).toBeGreaterThan(0);
  });
});
