import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleEntry } from '../lib/bundling/bundle-entry.ts';
import { handlerOf } from '../lib/bundling/bundle-function.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'agent-claw-bundles-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Kilobytes that each bundle may weigh: every one of them is start-up time. docs/decisions/0004-bundle-budgets.md says what they are made of. */
const BUDGETS_KB = { 'tg-ingest': 210, 'agent-runner': 527, heartbeat: 310, 'webhook-registrar': 260 };

/** What is loaded when it is needed, beside the bundle: the first file of a message pays for it, no cold start. */
const LATER_KB: Readonly<Record<string, number>> = { 'agent-runner': 230 };

/** What must never get in. */
const BANNED =
  /undici|@aws-sdk\/(credential-provider-|token-providers|nested-clients)|zod\/v4\/locales\/(?!en\.)|testkit|embedded-aws|aws-cdk/u;

describe.each(Object.entries(BUDGETS_KB))('the bundle of %s', async (service, budgetKb) => {
  const outDir = mkdtempSync(path.join(scratch, `${service}-`));
  const metafile = await bundleEntry(handlerOf(service), outDir);
  const file = path.join(outDir, 'index.js');

  it(`weighs at most ${budgetKb} KB`, () => {
    expect(statSync(file).size / 1_000).toBeLessThanOrEqual(budgetKb);
  });

  it('keeps what is loaded later within its own budget', () => {
    const later = readdirSync(outDir).filter((name) => name.endsWith('.js') && name !== 'index.js');
    const weight = later.reduce((sum, name) => sum + statSync(path.join(outDir, name)).size, 0);
    expect(weight / 1_000).toBeLessThanOrEqual(LATER_KB[service] ?? 0);
  });

  it('carries no credential chain, no second HTTP client, no foreign locales and no test code', () => {
    const shipped = Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([name]) => name),
    );
    expect(shipped.filter((name) => BANNED.test(name))).toEqual([]);
  });

  it('is CommonJS that Node loads without undici as far as its handler', () => {
    const probe = `
      try { require(${JSON.stringify(file)}); } catch (error) { if (!/Bad environment/.test(error.message)) throw error; }
      process.stdout.write(JSON.stringify(process.moduleLoadList.filter((name) => /undici/.test(name))));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', probe], {
      encoding: 'utf8',
      env: { AWS_REGION: 'eu-west-1' },
    });
    expect({ stdout, stderr }).toEqual({ stdout: '[]', stderr: '' });
  });
});
