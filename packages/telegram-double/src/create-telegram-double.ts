import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Log } from './log.ts';
import { BotApiError } from './bot-api-error.ts';
import type { Clock } from './clock.ts';
import { createWebhookSender, type WebhookSender } from './delivery/webhook-sender.ts';
import type { QueuedUpdate } from './delivery/update-queue.ts';
import type { Fault, RecordedRequest } from './double-api.ts';
import { createDoubleApi } from './driver/double-api-server.ts';
import { createFaults } from './faults.ts';
import type { Call } from './methods/call.ts';
import { answerError, createBotApi } from './transport/bot-api.ts';
import { download } from './transport/download.ts';
import { createRateLimits } from './transport/rate-limits.ts';
import { servePage } from './transport/static-page.ts';
import { seedWorld } from './world/seed.ts';
import { openMailboxes } from './world/updates.ts';
import { type BotIdentity, openWorld } from './world/world.ts';

export interface TelegramDoubleOptions {
  /** One token per bot, `<numeric id>:<secret>`; the first bot is the one of the sample chats. */
  readonly tokens: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** Without it everything lives in memory. */
  readonly dataDir?: string;
  /** Who the page is; default 4242001. */
  readonly ownerId?: number;
  readonly webhookFetch?: typeof globalThis.fetch;
  /** 0 ≤ n < 1, spreads the longest retry delays; default 0.5. */
  readonly random?: () => number;
  /** Answers 429 to a bot that sends faster than Telegram lets it; default true. */
  readonly rateLimits?: boolean;
  /** Bots see only what is addressed to them in groups where they are plain members; default true. */
  readonly privacyMode?: boolean;
}

export interface TelegramDouble {
  /** Answers `/bot…`, `/file/bot…`, `/_double/…`, `/page/…` and `/`. @returns false, untouched, for any other path. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** Arms a fault for coming Bot API calls. */
  fault(fault: Fault): void;
  requests(): readonly RecordedRequest[];
  /** Stops deliveries, timers and event streams; open requests end with their sockets. */
  close(): void;
}

const keptRequests = 5000;
const keptDelivered = 200;

/** A stand-in for Telegram: Bot API, webhook delivery, chat page and the API that drives the chats. */
export const createTelegramDouble = (options: TelegramDoubleOptions): TelegramDouble => {
  const { clock, log } = options;
  const bots = options.tokens.map((token, i) => botOf(token, i, options.privacyMode ?? true));
  const world = openWorld({
    clock,
    log,
    bots,
    ownerId: options.ownerId ?? 4_242_001,
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  });
  const mailboxes = openMailboxes(world);
  seedWorld(world);
  const faults = createFaults();
  const requests: RecordedRequest[] = [];
  const delivered: QueuedUpdate[] = [];
  const polls = new Map<number, AbortController>();
  let lastSeq = 0;
  const record = (request: Omit<RecordedRequest, 'seq'>): void => {
    requests.push({ seq: ++lastSeq, ...request });
    if (requests.length > keptRequests) requests.shift();
  };
  const mailboxOf = (bot: BotIdentity) => {
    const mailbox = mailboxes.get(bot.id);
    if (mailbox === undefined) throw new Error(`Bot ${bot.id} has no mailbox.`);
    return mailbox;
  };

  const senders = new Map<number, WebhookSender>();
  const callFor = (bot: BotIdentity, params: Call['params'], signal: AbortSignal): Call => {
    const sender = senders.get(bot.id);
    if (sender === undefined) throw new Error(`Bot ${bot.id} has no webhook sender.`);
    const takeOverPolling = (reason: string): AbortSignal => {
      polls.get(bot.id)?.abort(reason);
      const own = new AbortController();
      polls.set(bot.id, own);
      return own.signal;
    };
    return { world, mailboxes, bot, mailbox: mailboxOf(bot), sender, params, signal, takeOverPolling };
  };
  const findBot = (token: string): BotIdentity | undefined => bots.find((bot) => bot.token === token);
  const limits = new Map(bots.map((bot) => [bot.id, createRateLimits(clock)]));
  const limitsOf = (bot: BotIdentity) => ((options.rateLimits ?? true) ? (limits.get(bot.id) ?? null) : null);
  const botApi = createBotApi({ clock, faults, botOf: findBot, callFor, limitsOf, record });
  for (const bot of bots) {
    const { queue, state, change } = mailboxOf(bot);
    const sender = createWebhookSender({
      clock,
      log,
      queue,
      state,
      change,
      fetch: options.webhookFetch ?? globalThis.fetch,
      random: options.random ?? (() => 0.5),
      answered: (body, type) => botApi.runAnswer(bot, body, type),
      delivered: (update) => {
        delivered.push(update);
        if (delivered.length > keptDelivered) delivered.shift();
      },
    });
    senders.set(bot.id, sender);
    queue.onAdd(sender.pump);
    sender.pump();
  }
  const doubleApi = createDoubleApi({ world, mailboxes, senders, faults, requests, delivered });
  const pageFolder = fileURLToPath(new URL('page', import.meta.url));

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const url = new URL(request.url ?? '/', 'http://double');
    try {
      if (url.pathname.startsWith('/bot')) await botApi.handle(request, response, url);
      else if (url.pathname.startsWith('/file/bot'))
        await download({ world, faults, botOf: findBot }, response, url.pathname);
      else if (url.pathname.startsWith('/_double/')) await doubleApi.handle(request, response, url);
      else if (url.pathname === '/' || url.pathname.startsWith('/page/'))
        return await servePage(response, pageFolder, url.pathname);
      else return false;
    } catch (error) {
      if (error instanceof BotApiError && !response.headersSent) {
        answerError(response, error);
        return true;
      }
      // The message of an unknown error may quote what a person wrote; its name and place may not.
      log.info('double_request_failed', { path: routeOf(url.pathname), ...placeOf(error) });
      if (!response.headersSent) answerError(response, new BotApiError(500, 'Internal Server Error'));
      else response.destroy();
    }
    return true;
  };

  return {
    handle,
    fault: (fault) => {
      faults.add(fault);
    },
    requests: () => requests,
    close: () => {
      for (const sender of senders.values()) sender.close();
      for (const poll of polls.values()) poll.abort();
      world.presence.close();
      doubleApi.close();
    },
  };
};

const routeOf = (path: string): string => path.replace(/^(\/(?:file\/)?bot)[^/]+/, '$1…');

const placeOf = (error: unknown): Readonly<Record<string, unknown>> => {
  if (!(error instanceof Error)) return { error: typeof error };
  const at = /\n\s+at (\S+)/.exec(error.stack ?? '')?.[1];
  return { error: error.name, ...(at === undefined ? {} : { at }) };
};

const botOf = (token: string, index: number, privacyMode: boolean): BotIdentity => {
  const id = Number(/^([1-9]\d*):[\w-]+$/.exec(token)?.[1]);
  if (!Number.isSafeInteger(id))
    throw new Error(
      'Starting the Telegram double: a bot token is not "<numeric id>:<secret>". Pass one such as 7000001:local.',
    );
  const suffix = index === 0 ? '' : String(index + 1);
  return { id, token, name: `agent-claw${suffix}`, username: `agent_claw${suffix}_bot`, privacyMode };
};
