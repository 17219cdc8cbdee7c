import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startEmbeddedCloud } from '@agent-claw/embedded-aws';
import type { EmbeddedCloud, FaultSwitches, LogLine } from '@agent-claw/embedded-aws';
import { systemClock } from '@agent-claw/observability/system-clock';
import { createTelegramDouble } from '@agent-claw/telegram-double';
import type { TelegramDouble } from '@agent-claw/telegram-double';
import { chooseModel, missingKey, modelEnvironment } from './choose-model.ts';
import type { LocalOptions } from './options.ts';
import { lockDataFolder } from './lock-data-folder.ts';
import { pollTelegram } from './poll-telegram.ts';
import { startPublicServer, StartError } from './public-server.ts';
import type { PublicServer } from './public-server.ts';
import { shortenedLimits } from './shortened-limits.ts';
import { synthesize } from './synthesize.ts';
import { DOUBLE_OWNER_ID, secretValueOf, telegramSideOf, versionOf } from './telegram-side.ts';
import type { TelegramSide } from './telegram-side.ts';

export interface StartDeps {
  /** The checkout. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Tells the user what is going on, one line at a time. */
  readonly say: (line: string) => void;
  /** Takes what functions and the container print; it is in the log files in any case. */
  readonly onLog?: (line: LogLine) => void;
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
  /** The link that makes the first who follows it the owner; undefined when an owner is named. Used up once it was followed. */
  readonly claimLink: string | undefined;
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
  await mkdir(dataDir, { recursive: true }).catch((error: unknown) => {
    throw new StartError(
      `Cannot keep data in ${dataDir}: it is no folder, or may not be written. Choose another with --data-dir.`,
      { cause: error },
    );
  });
  // The port first: it is the likeliest thing to be wrong, and the quickest to find out.
  const server = await startPublicServer(options.host, options.port);
  stops.push(() => server.close());
  stops.unshift(lockDataFolder(dataDir));
  const telegram = telegramSideOf(options, server.url);
  const model = chooseModel(options.model, deps.environment);
  const missing = missingKey(model.spec, deps.environment);
  if (missing !== null)
    throw new StartError(`The model ${model.spec} needs ${missing}. Set it, or choose another with --model.`);

  const limits = shortenedLimits(deps.environment);
  const cdkOut = join(root, 'cdk.out');
  await synthesize(root, cdkOut, () => say('Synthesizing the stack (once per change, about 10 s) …'));
  if (telegram.usesDouble) mountDouble(server, telegram, join(dataDir, 'telegram'), stops);

  say('Starting the stack …');
  const cloud = await startEmbeddedCloud({
    cdkOut,
    dataDir: join(dataDir, 'aws'),
    awsPort: options.awsPort,
    publicUrl: server.url,
    parameters: {
      OwnerId: telegram.ownerId,
      BotTokenVersion: versionOf(telegram),
      Delivery: telegram.delivery,
      Model: model.spec,
      HeartbeatModel: model.heartbeatSpec,
      TimeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...(deps.environment['AGENT_CLAW_HEARTBEAT_HOURS'] === undefined
        ? {}
        : { HeartbeatActiveHours: deps.environment['AGENT_CLAW_HEARTBEAT_HOURS'] }),
    },
    secrets: { [onlySecretOf(cdkOut)]: secretValueOf(telegram) },
    extraEnv: (program) =>
      program.kind === 'runtime'
        ? modelEnvironment(model.spec, deps.environment)
        : { TELEGRAM_API_ROOT: telegram.apiRoot, ...limits.environment },
    ...(limits.sessionLifeMs === undefined ? {} : { sessionLifeMs: limits.sessionLifeMs }),
    ...(deps.onLog === undefined ? {} : { log: deps.onLog }),
    ...(deps.faults === undefined ? {} : { faults: deps.faults }),
  }).catch((error: unknown) => {
    throw inLocalWords(error, telegram);
  });
  stops.push(() => cloud.stop());
  server.mount({ webhook: cloud.handleHttp });
  if (telegram.delivery === 'polling') startPolling(server.url, telegram, say, stops);
  server.setReady();
  return {
    url: server.url,
    awsEndpoint: cloud.endpoint,
    ownerCredentials: cloud.ownerCredentials,
    model: model.spec,
    modelWhy: model.why,
    workspaceFolder: join(dataDir, 'aws/s3', cloud.outputs['WorkspaceBucket'] ?? '', 'workspace'),
    telegram,
    claimLink: telegram.ownerId === '' ? cloud.outputs['ClaimLink'] : undefined,
    cloud,
    stop,
  };
};

/** The registrar's refusals speak of a deployment; on this machine the same things are mended with a flag. */
const inLocalWords = (error: unknown, { usesDouble }: TelegramSide): unknown => {
  const reason =
    error instanceof Error
      ? /^\w+ of custom resource WebhookRegistrar\S* .*? failed: (.*)$/su.exec(error.message)?.[1]
      : undefined;
  if (usesDouble || reason === undefined) return error;
  const [said = ''] = reason.split(/ Put the token| Check that it is reachable/u);
  const hint = said.includes('401')
    ? ' Check --telegram-token: @BotFather shows the current one.'
    : ' Check --telegram-api-root and --telegram-token.';
  return new StartError(`The bot could not be connected. ${said}${said.includes('long polling') ? '' : hint}`, {
    cause: error,
  });
};

/** The stack has one secret, the bot's; its logical id carries a hash, so it is looked up by its type. */
const onlySecretOf = (cdkOut: string): string => {
  const { Resources } = JSON.parse(readFileSync(join(cdkOut, 'AgentClaw.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string }>;
  };
  const ids = Object.entries(Resources).flatMap(([id, { Type }]) =>
    Type === 'AWS::SecretsManager::Secret' ? [id] : [],
  );
  if (ids.length !== 1)
    throw new Error(`The stack has ${ids.length} secrets; local mode fills exactly one, the bot's.`);
  return ids[0] ?? '';
};

const mountDouble = (server: PublicServer, telegram: TelegramSide, dataDir: string, stops: Stops): void => {
  const double = createTelegramDouble({
    tokens: [telegram.botToken],
    // The double has a first person, whoever the bot belongs to.
    ownerId: Number(telegram.ownerId === '' ? DOUBLE_OWNER_ID : telegram.ownerId),
    clock: systemClock,
    log: { info: () => undefined },
    dataDir,
  });
  stops.push(() => double.close());
  server.mount({ everythingElse: (request, response) => void serve(double, request, response) });
};

const serve = async (double: TelegramDouble, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (await double.handle(request, response)) return;
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Nothing is served here.\n');
};

const startPolling = (publicUrl: string, telegram: TelegramSide, say: (line: string) => void, stops: Stops): void => {
  const stopped = new AbortController();
  const polling = pollTelegram({
    token: telegram.botToken,
    apiRoot: telegram.apiRoot,
    deliver: async (update) => {
      const headers = {
        'content-type': 'application/json',
        'x-telegram-bot-api-secret-token': telegram.webhookSecret ?? '',
      };
      const response = await fetch(`${publicUrl}/telegram/webhook`, {
        method: 'POST',
        headers,
        body: JSON.stringify(update),
      });
      return { status: response.status, body: await response.text() };
    },
    onTrouble: say,
    sleep: systemClock.sleep,
    signal: stopped.signal,
  });
  stops.push(async () => {
    stopped.abort();
    await polling;
  });
};
