// What loading each function costs beside an empty one. Run: node infra/bench/bundles.bench.ts
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleEntry } from '../lib/bundling/bundle-entry.ts';
import { handlerOf } from '../lib/bundling/bundle-function.ts';

const ROUNDS = 15;

/** Enough for every handler to come up; nothing is called. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  STATE_TABLE: 'state',
  WAKE_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/000000000000/wakes',
  WORKSPACE_BUCKET: 'workspace',
  TELEGRAM_SECRET_ID: 'telegram',
  RUNTIME_ARN: 'arn:aws:bedrock-agentcore:eu-west-1:000000000000:runtime/agent-0123456789',
  RUNTIME_EPOCH: '1',
  BOT_ID: '7000001',
  BOT_USERNAME: 'bot',
  WEBHOOK_SECRET_DIGESTS: '',
  OWNER_ID: '4242001',
  APP_VERSION: '0.0.0',
  TIME_ZONE: 'UTC',
  HEARTBEAT_ACTIVE_HOURS: '',
};

const PROBE = `
const startedAt = performance.now();
require(process.argv[1]);
const importMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ importMs, cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 1e6 }));`;

interface Cost {
  readonly importMs: number;
  readonly cpuMs: number;
  readonly rssMb: number;
}

const load = (file: string): Cost => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', PROBE, file], {
    encoding: 'utf8',
    env: ENVIRONMENT,
  });
  if (status !== 0) throw new Error(`Loading ${file} failed:\n${stderr}`);
  return JSON.parse(stdout) as Cost;
};

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const scratch = mkdtempSync(path.join(tmpdir(), 'agent-claw-bench-'));
const bundle = async (service: string, whole: boolean): Promise<string> => {
  const outDir = path.join(scratch, `${service}${whole ? '-whole' : ''}`);
  await bundleEntry(handlerOf(service), outDir, whole ? [] : undefined);
  return path.join(outDir, 'index.js');
};

const services = ['tg-ingest', 'agent-runner', 'heartbeat', 'webhook-registrar'];
const empty = path.join(scratch, 'empty', 'index.js');
mkdirSync(path.dirname(empty));
writeFileSync(empty, 'exports.handler = async () => undefined;\n');
const files = new Map([['empty', empty]]);
for (const service of services) {
  files.set(service, await bundle(service, false));
  files.set(`${service}, AWS clients whole`, await bundle(service, true));
}

// Interleaved, so that a busy moment of the machine hits all of them alike.
const costs = new Map<string, Cost[]>([...files.keys()].map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) for (const [name, file] of files) costs.get(name)?.push(load(file));

const baseline = costs.get('empty') ?? [];
process.stdout.write(`Loading a bundle, median of ${ROUNDS} rounds; x = times the empty handler of the same round\n`);
for (const [name, all] of costs) {
  const ratio = median(all.map(({ cpuMs }, round) => cpuMs / (baseline[round]?.cpuMs ?? 1)));
  const columns = [
    `${(statSync(files.get(name) ?? '').size / 1000).toFixed(0).padStart(4)} KB`,
    `CPU ${ratio.toFixed(2)} x`,
    `import ${median(all.map(({ importMs }) => importMs))
      .toFixed(1)
      .padStart(5)} ms`,
    `+${(median(all.map(({ rssMb }) => rssMb)) - median(baseline.map(({ rssMb }) => rssMb))).toFixed(1)} MB`,
  ];
  process.stdout.write(`${name.padEnd(40)} ${columns.join('   ')}\n`);
}
rmSync(scratch, { recursive: true, force: true });
