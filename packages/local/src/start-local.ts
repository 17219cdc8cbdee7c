import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startEmbeddedCloud } from '@agent-claw/embedded-aws';
import type { EmbeddedCloud, FaultSwitches } from '@agent-claw/embedded-aws';
import { createTelegramDouble } from '@agent-claw/telegram-double';
import { chooseModel, modelEnvironment } from './choose-model.ts';
import type { LocalOptions } from './options.ts';
import { pollTelegram } from './poll-telegram.ts';
import { startPublicServer } from './public-server.ts';
import type { PublicServer } from './public-server.ts';
import { synthesize } from './synthesize.ts';
import { telegramSideOf } from './telegram-side.ts';
import type { TelegramSide } from './telegram-side.ts';

export interface StartDeps {
  /** The checkout. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Tells the user what is going on, one line at a time. */
  readonly say: (line: string) => void;
  /** Faults for tests; without it every call succeeds as it should. */
  readonly faults?: FaultSwitches;
}

export interface LocalSystem {
  readonly url: string;
  readonly awsEndpoint: string;
  readonly ownerCredentials: EmbeddedCloud['ownerCredentials'];
  readonly model: string;
  readonly modelWhy: string;
  readonly workspaceFolder: string;
  readonly telegram: TelegramSide;
  readonly cloud: EmbeddedCloud;
  stop(): Promise<void>;
}

/** Takes what was started down again, last first. */
type Stops = (() => Promise<void> | void)[];

/** Starts the whole system. @throws StartError, or an Error with the reason, after taking down what had been started. */
export const startLocal = async (options: LocalOptions, deps: StartDeps): Promise<LocalSystem> => {
  const stops: Stops = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return await startParts(options, deps, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

const startParts = async (
  options: LocalOptions,
  deps: StartDeps,
  stops: Stops,
  stop: () => Promise<void>,
): Promise<LocalSystem> => {
  const { root, say } = deps;
  const dataDir = resolve(root, options.dataDir);
  await mkdir(dataDir, { recursive: true });
  // The port first: it is the likeliest thing to be wrong, and the quickest to find out.
  const server = await startPublicServer(options.host, options.port);
  stops.push(() => server.close());
  const telegram = telegramSideOf(options, server.url);
  const model = chooseModel(options.model, deps.environment);

  const cdkOut = join(root, 'cdk.out');
  await synthesize(root, cdkOut, () => say('Synthesizing the stack (once per change, about 10 s) …'));
  if (telegram.usesDouble) mountDouble(server, telegram, join(dataDir, 'telegram'), stops);

  say('Starting the stack …');
  const cloud = await startEmbeddedCloud({
    cdkOut,
    dataDir,
    awsPort: options.awsPort,
    publicUrl: server.url,
    parameters: {
      OwnerId: telegram.ownerId,
      BotTokenVersion: '1',
      Delivery: telegram.delivery,
      Model: model.spec,
      HeartbeatModel: model.heartbeatSpec,
      TimeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
    secretValue: {
      botToken: telegram.botToken,
      ...(telegram.webhookSecret === undefined ? {} : { webhookSecret: telegram.webhookSecret }),
    },
    functionEnvironment: { TELEGRAM_API_ROOT: telegram.apiRoot, ...timingOf(deps.environment) },
    containerEnvironment: modelEnvironment(model.spec, deps.environment),
    ...(deps.faults === undefined ? {} : { faults: deps.faults }),
  });
  stops.push(() => cloud.stop());
  server.mount({ webhook: cloud.handleHttp });
  if (telegram.delivery === 'polling') startPolling(cloud, telegram, say, stops);
  server.setReady();
  return {
    url: server.url,
    awsEndpoint: cloud.endpoint,
    ownerCredentials: cloud.ownerCredentials,
    model: model.spec,
    modelWhy: model.why,
    workspaceFolder: cloud.workspaceFolder,
    telegram,
    cloud,
    stop,
  };
};

/** Limits that a test shortens; unset on any other day. */
const timingOf = (environment: StartDeps['environment']): Record<string, string> =>
  Object.fromEntries(
    ['LEG_LIMIT_MS', 'LEASE_MS', 'WAKE_HIDDEN_S'].flatMap((name) =>
      environment[`AGENT_CLAW_${name}`] ? [[name, environment[`AGENT_CLAW_${name}`] ?? '']] : [],
    ),
  );

const mountDouble = (server: PublicServer, telegram: TelegramSide, dataDir: string, stops: Stops): void => {
  const double = createTelegramDouble({ token: telegram.botToken, ownerId: Number(telegram.ownerId), dataDir });
  stops.push(() => double.close());
  server.mount({ everythingElse: (request, response) => double.handle(request, response) });
};

const startPolling = (
  cloud: EmbeddedCloud,
  telegram: TelegramSide,
  say: (line: string) => void,
  stops: Stops,
): void => {
  const stopped = new AbortController();
  const polling = pollTelegram({
    token: telegram.botToken,
    apiRoot: telegram.apiRoot,
    deliver: (update) => cloud.postWebhook(update),
    onTrouble: say,
    signal: stopped.signal,
  });
  stops.push(async () => {
    stopped.abort();
    await polling;
  });
};
