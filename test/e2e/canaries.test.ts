import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canaryStart, startCanaryWorld, TOKEN, TOKEN_CANARIES, WORDS } from './canary-world.ts';
import type { CanaryWorld } from './canary-world.ts';
import { prepareFiles, WALKS } from './failure-paths.ts';
import { createScanner } from './leak-scan.ts';
import type { Canary, Finding, Scanner } from './leak-scan.ts';
import { startSystem, temporaryFolder } from './local-system.ts';
import { OWNER } from './owner-chat.ts';
import { readRecording } from './record-requests.ts';
import type { RecordedTraffic } from './record-requests.ts';
import { refusal, watchTelegram } from './watched-telegram.ts';

const folder = temporaryFolder();
const template = fileURLToPath(new URL('../../cdk.out/AgentClaw.template.json', import.meta.url));
const worlds: CanaryWorld[] = [];

beforeAll(async () => {
  for (const index of WALKS.keys()) {
    const world = await startCanaryWorld(join(folder.path, `walk-${index}`));
    worlds.push(world);
    prepareFiles(world);
    await world.driver('people', { id: OWNER, firstName: WORDS.senderName });
  }
});
afterAll(async () => {
  for (const world of worlds) await world[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const walked = (index: number): CanaryWorld => worlds[index] ?? expect.fail('The system of this walk has not started.');

describe.concurrent.each([...WALKS.entries()])('walk %i', (index, walk) => {
  for (const [area, paths] of Object.entries(walk))
    describe(`through the failures: ${area}`, { concurrent: false }, () => {
      it.each(Object.entries(paths))('%s', async (_name, drive) => {
        const world = walked(index);
        await drive(world);
        expect(await world.heal()).toEqual([]);
      });
    });
});

describe('a start that Telegram refuses', () => {
  for (const [method, code] of [
    ['getMe', 401],
    ['setWebhook', 400],
  ] as const)
    it(`at ${method} leaves no token behind and tells none`, async () => {
      using refused = temporaryFolder();
      const data = join(refused.path, 'data');
      await using telegram = await watchTelegram({ token: TOKEN, ownerId: OWNER, dataDir: join(data, 'telegram') });
      telegram.twist(`/${method}`, 1, refusal(code, `no: /bot${TOKEN}/${method} and /file/bot${TOKEN}/x`));
      const recording = join(refused.path, 'requests.jsonl');
      const failure = await startSystem(canaryStart(data, telegram, recording)).then(
        () => 'It started.',
        (error: unknown) => String(error),
      );
      expect(failure).toContain(`Telegram answered ${code}`);
      const scanner = createScanner(TOKEN_CANARIES);
      scanner.scan('the failure as it is told', failure);
      scanner.scanFolder(data, isAtHome);
      scanTraffic(scanner, readRecording(recording));
      expect(scanner.findings).toEqual([]);
    });
});

const secrets = (): readonly Canary[] => [
  ...TOKEN_CANARIES,
  ...[...new Set(worlds.flatMap((world) => world.webhookSecrets()))].map((value, index) => ({
    name: `webhook secret ${index + 1}`,
    value,
  })),
];
const words: readonly Canary[] = Object.entries(WORDS).map(([name, value]) => ({ name, value }));

/** Where in the data directory the token and the webhook secret are at home. */
const isAtHome = (path: string): boolean =>
  // The store of Secrets Manager, and the journal that its database keeps beside it.
  /^aws\/secrets\.sqlite(?:-wal|-shm)?$/u.test(path) ||
  // Telegram's side of the wire: what it was told, and what people have written.
  path === 'telegram' ||
  path.startsWith('telegram/');

/** Where what people and the bot say is at home: the lanes and conversations, and the workspace with its files. */
const holdsWords = (path: string): boolean => /^aws\/(?:dynamodb|s3)(?:\/|$)/u.test(path);

const headerOf = ({ headers }: RecordedTraffic, name: string): string =>
  headers.find((_, index) => index > 0 && headers[index - 1]?.toLowerCase() === name) ?? '';

const textOf = (headers: readonly string[]): string => headers.join('\n');

/** Headers without that one by which Telegram says who it is. */
const withoutSecretHeader = ({ headers }: RecordedTraffic): readonly string[] =>
  headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== 'x-telegram-bot-api-secret-token');

const targetOf = (request: RecordedTraffic): string => headerOf(request, 'x-amz-target');

/** Requests at the process of the system: at AWS, at the runtime API of the functions, at the webhook. */
const scanTraffic = (scanner: Scanner, requests: readonly RecordedTraffic[]): void => {
  for (const [index, request] of requests.entries()) {
    const where = `request ${index}: ${request.method} ${request.url} ${targetOf(request)}`;
    scanner.scan(`${where}, address`, request.url);
    const isWebhook = request.url.startsWith('/telegram/webhook');
    scanner.scan(`${where}, headers`, textOf(isWebhook ? withoutSecretHeader(request) : request.headers));
    // The deployment and the registrar put the secret where it is kept.
    if (!/^secretsmanager\.(?:CreateSecret|PutSecretValue)$/u.test(targetOf(request)))
      scanner.scan(`${where}, body`, request.body);
  }
};

/** Calls of the Bot API: the address carries the token by design, and setWebhook tells Telegram the webhook secret. */
const scanBotApi = (scanner: Scanner, requests: readonly RecordedTraffic[]): void => {
  for (const [index, request] of requests.entries()) {
    const where = `call ${index} to Telegram: ${request.url.split('/').at(-1)}`;
    scanner.scan(`${where}, headers`, textOf(request.headers));
    const body = request.body.toString('latin1');
    scanner.scan(`${where}, body`, request.url.endsWith('/setWebhook') ? withoutSecretToken(body) : body);
  }
};
const withoutSecretToken = (body: string): string => body.replace(/"secret_token":"[\w-]+"/u, '');

/** Requests of the bot, not those by which a test plays Telegram and its people. */
const isOfTheBot = ({ url }: RecordedTraffic): boolean => !url.startsWith('/_double/');

describe('after all these failures', () => {
  it('each secret has been in use, and each word has been heard: what is not found has been there to be found', () => {
    const scanner = createScanner([...secrets(), ...words]);
    for (const { telegram, recording } of worlds)
      for (const { url, headers, body } of [...telegram.requests, ...readRecording(recording)]) {
        scanner.scan('', url);
        scanner.scan('', textOf(headers));
        scanner.scan('', body);
      }
    const seen = new Set(scanner.findings.map(({ canary }) => canary));
    expect([...secrets(), ...words].filter(({ name }) => !seen.has(name))).toEqual([]);
  });

  describe.each([...WALKS.keys()])('on walk %i', (index) => {
    it('no request carries the token, a webhook secret or the address of a file', () => {
      const scanner = createScanner(secrets());
      const recorded = readRecording(walked(index).recording);
      scanTraffic(scanner, recorded);
      scanBotApi(scanner, walked(index).telegram.requests.filter(isOfTheBot));
      expect(scanner.findings).toEqual([]);
      const targets = new Set(recorded.map((request) => targetOf(request).split('.')[0]));
      expect([...targets]).toEqual(expect.arrayContaining(['DynamoDB_20120810', 'AmazonSQS', 'secretsmanager']));
      expect(recorded.some(({ url }) => url.includes('/invocations'))).toBe(true);
    });

    it('no wake and no error that a function ended with carries what anybody said', () => {
      const scanner = createScanner(words);
      const { recording, system } = walked(index);
      for (const request of readRecording(recording)) {
        const isWake =
          targetOf(request).startsWith('AmazonSQS.') &&
          !headerOf(request, 'authorization').includes(system.aws.credentials.accessKeyId);
        if (isWake || request.url.endsWith('/error')) scanner.scan(`${request.url} ${targetOf(request)}`, request.body);
      }
      expect(scanner.findings).toEqual([]);
    });

    it('no process has printed a secret or what anybody said or is called', () => {
      const scanner = createScanner([...secrets(), ...words]);
      const { system, told } = walked(index);
      scanner.scan('what the functions and the agent logged', system.logs());
      scanner.scan('what the process printed', system.output());
      for (const line of told) scanner.scan('what was told', line);
      expect(scanner.findings).toEqual([]);
      expect(system.logs().split('\n').length).toBeGreaterThan(200);
    });

    it('no file has a secret, but for the one store that is there for them', () => {
      const scanner = createScanner(secrets());
      const scanned = scanner.scanFolder(walked(index).dataDir, isAtHome);
      scanner.scan('the template', readFileSync(template));
      expect(scanner.findings).toEqual([]);
      expect(scanned).toEqual(expect.arrayContaining(['aws/stack.json']));
      const home = createScanner(secrets());
      home.scanFolder(walked(index).dataDir, (path) => !/^aws(?:$|\/secrets)/u.test(path));
      expect(new Set(home.findings.map(({ canary }) => canary))).toContain('token');
    });

    it('no file has what anybody said, but for the conversations and the workspace', () => {
      const scanner = createScanner(words);
      const scanned = scanner.scanFolder(walked(index).dataDir, (path) => isAtHome(path) || holdsWords(path));
      // The queue remembers the two wakes that a test has put into it.
      const isPlanted = ({ canary, where }: Finding): boolean =>
        canary === 'unreadable' && where.startsWith('aws/sqs.sqlite');
      expect(scanner.findings.filter((finding) => !isPlanted(finding))).toEqual([]);
      expect(scanned).toEqual(expect.arrayContaining([expect.stringMatching(/^aws\/logs\/.*agent.*\.log$/u)]));
    });
  });
});
