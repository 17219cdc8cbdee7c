// `npm start`: the whole product on this machine.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './open-browser.ts';
import { helpText, parseOptions } from './options.ts';
import type { LocalOptions } from './options.ts';
import { StartError } from './public-server.ts';
import { DOUBLE_OWNER_ID } from './telegram-side.ts';
import { startLocal } from './start-local.ts';
import type { LocalSystem } from './start-local.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

const fail = (line: string): never => {
  console.error(`✗ ${line}`);
  process.exit(1);
};

/** Typed by hand, `node` may be an older one than the project brings along. */
const ensureNode24 = (): void => {
  if (Number(process.versions.node.split('.')[0]) >= 24) return;
  const node24 = join(root, 'node_modules/.bin/node');
  if (!existsSync(node24)) fail('Node 24 is not installed yet. Run "npm start", which brings it along.');
  const { status } = spawnSync(node24, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
  process.exit(status ?? 1);
};

const wayIn = ({ telegram, url }: LocalSystem): string => {
  switch (telegram.delivery) {
    case 'polling':
      return 'with your bot in Telegram (by long polling)';
    case 'external':
      return `post updates with the webhook secret to ${url}/telegram/webhook; replies go to ${telegram.apiRoot}`;
    case 'webhook':
      return `through ${telegram.apiRoot}, which posts updates to ${url}/telegram/webhook`;
  }
};

/** What the first who sends it becomes the owner by. In the chat page a link to t.me leads nowhere, its code works all the same. */
const wayToClaim = ({ claimLink, telegram }: LocalSystem): readonly string[] => {
  if (claimLink === undefined) return [];
  const code = /\?start=([\w-]+)$/u.exec(claimLink)?.[1];
  const how = telegram.usesDouble && code !== undefined ? `write "/start ${code}" in the chat` : `follow ${claimLink}`;
  return [`  Owner       nobody yet: whoever is first to ${how}`];
};

const announce = (system: LocalSystem): void => {
  const { telegram } = system;
  const lines = [
    '',
    telegram.usesDouble
      ? `  Chat        ${system.url}`
      : `  Chat        ${wayIn(system)}; health check ${system.url}/healthz`,
    ...wayToClaim(system),
    `  Model       ${system.model} (${system.modelWhy})`,
    `  Workspace   ${system.workspaceFolder}  (SOUL.md, MEMORY.md …: edit with any editor)`,
    '  AWS         for the aws CLI (it reads AWS_DEFAULT_REGION) and any SDK, in another terminal:',
    `              export AWS_ENDPOINT_URL=${system.awsEndpoint} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 \\`,
    `                AWS_ACCESS_KEY_ID=${system.ownerCredentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${system.ownerCredentials.secretAccessKey}`,
    '',
    '  Ctrl-C stops it. Everything is kept for the next start.',
    '',
  ];
  console.log(lines.join('\n'));
};

const run = async (options: LocalOptions): Promise<void> => {
  const startedAtMs = performance.now();
  const system = await startLocal(options, { root, environment: process.env, say: (line) => console.log(line) });
  announce(system);
  console.log(`Ready after ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s.`);
  if (options.open && system.telegram.usesDouble)
    openBrowser(`${system.url}/#${system.telegram.ownerId || DOUBLE_OWNER_ID}`);
  const stop = (): void => {
    console.log('\nStopping …');
    // A second Ctrl-C does not wait.
    process.once('SIGINT', () => process.exit(130));
    system.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
};

ensureNode24();
const parsed = parseOptions(process.argv.slice(2), process.env);
switch (parsed.kind) {
  case 'help':
    console.log(helpText());
    break;
  case 'wrong':
    for (const problem of parsed.problems) console.error(`✗ ${problem}`);
    process.exit(2);
    break;
  case 'run':
    await run(parsed.options).catch((error: unknown) =>
      fail(error instanceof StartError || error instanceof Error ? error.message : String(error)),
    );
}
