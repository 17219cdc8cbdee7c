import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Everything that decides what synth writes. */
const INPUTS = [
  'packages',
  'agent-container',
  'infra',
  'cdk.json',
  'package.json',
  'pnpm-lock.yaml',
  'tsconfig.base.json',
];
const NOT_INPUT = new Set(['node_modules', 'dist', 'test', 'bench', 'cdk.out', 'page']);
const STAMP = 'agent-claw-inputs.txt';

const filesBelow = async (path: string): Promise<readonly string[]> => {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (entries === null) return [path];
  const kept = entries.filter(
    ({ name }) => !NOT_INPUT.has(name) && !name.endsWith('.test.ts') && !name.endsWith('.tsbuildinfo'),
  );
  return (await Promise.all(kept.map(({ name }) => filesBelow(join(path, name))))).flat().sort();
};

const digestOf = async (root: string, paths: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path.slice(root.length)}\n`).update(await readFile(path));
  return hash.digest('hex');
};

/** Ties what is in cdk.out to the inputs it was made from; a synth by hand changes the template and breaks the tie. */
const stampFor = async (root: string, cdkOut: string): Promise<string> => {
  const inputs = (await Promise.all(INPUTS.map((input) => filesBelow(join(root, input))))).flat();
  const templates = (await filesBelow(cdkOut)).filter((path) => path.endsWith('.template.json'));
  return `${await digestOf(root, inputs)} ${await digestOf(root, templates)}`;
};

const run = async (root: string, cdkOut: string): Promise<void> => {
  const { context } = JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8')) as { context?: object };
  // The app itself, as cdk.json names it; the CLI around it adds three seconds and looks for credentials.
  const child = spawn(process.execPath, ['--conditions=@app/source', 'infra/bin/app.ts'], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: cdkOut, CDK_CONTEXT_JSON: JSON.stringify(context ?? {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0)
    throw new Error(
      `Could not synthesize the stack. Run "npx cdk synth" to see why:\n${Buffer.concat(output).toString('utf8').slice(-2_000)}`,
    );
};

/** Two starts at once must not write the same folder: one synthesizes, the other waits and finds it done. */
const locked = async <T>(lockPath: string, work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      await writeFile(lockPath, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (!isAlive(Number(await readFile(lockPath, 'utf8').catch(() => '0')))) await rm(lockPath, { force: true });
      else await sleep(200);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lockPath, { force: true });
  }
};

/** A start that was killed leaves its lock behind. */
const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Brings `cdk.out` up to date. @returns false when it already was. */
export const synthesize = (root: string, cdkOut: string, onStart: () => void): Promise<boolean> =>
  locked(`${cdkOut}.lock`, async () => {
    const stampPath = join(cdkOut, STAMP);
    if (existsSync(stampPath) && (await readFile(stampPath, 'utf8')) === (await stampFor(root, cdkOut))) return false;
    onStart();
    await run(root, cdkOut);
    await writeFile(stampPath, await stampFor(root, cdkOut));
    return true;
  });
