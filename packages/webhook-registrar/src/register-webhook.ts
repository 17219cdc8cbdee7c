import { createHash } from 'node:crypto';
import type { AccessStore, Log } from '@agent-claw/core';
import * as z from 'zod';
import { NOT_CONNECTED } from './answer-cloudformation.ts';
import type { RegistrationData } from './answer-cloudformation.ts';
import { BotApiError } from './bot-api.ts';
import type { CallBotApi } from './bot-api.ts';
import type { Delivery, RegistrationRequest } from './cloudformation-event.ts';
import { NO_NEW_LINK, offerClaim } from './offer-claim.ts';
import { publishCommands } from './publish-commands.ts';
import type { SecretStore, TelegramSecret } from './secret-store.ts';

export interface RegisterWebhookDeps {
  readonly secrets: SecretStore;
  readonly botApi: (token: string, signal: AbortSignal) => CallBotApi;
  /** 32 fresh random bytes, base64url. */
  readonly newWebhookSecret: () => string;
  readonly access: Pick<AccessStore, 'update'>;
  /** 16 fresh random bytes, base64url. */
  readonly newClaimCode: () => string;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: Log;
}

/** Update kinds we handle. Telegram remembers the list, so it is always sent in full. */
export const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'message_reaction',
  'my_chat_member',
  'stopped_message_generation',
] as const;

/** One person writes; more parallel deliveries only cost. */
const MAX_CONNECTIONS = 10;
const MAX_WAIT_S = 5;

const meSchema = z.object({ id: z.number().int(), username: z.string() });
const infoSchema = z.object({ url: z.string(), pending_update_count: z.number().default(0) });

/**
 * Connects the bot in the secret to the webhook address, checks it with Telegram, and returns what others need to know.
 * Repeatable: a second run with the same input changes nothing.
 * @throws Error with the owner's next action; its message is safe to show. Never because of a bot token when the stack goes back.
 */
export const createRegisterWebhook =
  (deps: RegisterWebhookDeps) =>
  async (request: RegistrationRequest, signal: AbortSignal): Promise<RegistrationData> => {
    const stored = await deps.secrets.read(signal);
    if (stored.kind === 'absent') {
      deps.log.info('bot_not_connected', { reason: 'no token in the secret' });
      return NOT_CONNECTED;
    }
    if (stored.kind === 'present') {
      return request.goesBack
        ? goBack(deps, stored.secret, request, signal)
        : connect(deps, stored.secret, request, signal);
    }
    if (request.goesBack) {
      deps.log.warn('bot_not_connected', { reason: 'no bot token in the secret, and a rollback must not fail' });
      return NOT_CONNECTED;
    }
    throw new Error(
      'The secret holds no bot token. Put {"botToken":"<the token of @BotFather>"} into it, raise BotTokenVersion and deploy again.',
    );
  };

const connect = async (
  deps: RegisterWebhookDeps,
  stored: TelegramSecret,
  request: RegistrationRequest,
  signal: AbortSignal,
): Promise<RegistrationData> => {
  const call = deps.botApi(stored.botToken, signal);
  const { WebhookUrl: url, Delivery: delivery } = request.registration;
  const keepsPrevious = request.replaceSecret || request.goesBack;

  const me = await identify(deps, call, stored.botToken, delivery);
  if (delivery === 'polling') await refuseLiveWebhook(call, me.username);
  const secret = await withWebhookSecret(deps, stored, request.replaceSecret, signal);
  if (delivery !== 'polling') await register(deps, call, url, secret.webhookSecret, delivery);
  const settled = delivery === 'webhook' && !keepsPrevious ? await retirePrevious(deps, call, secret, signal) : secret;
  const claim = await offerClaim(deps, request, me.username);
  await publishCommands(deps, call, claim.ownerId);
  deps.log.info('bot_connected', { botId: me.id, delivery, webhookHost: new URL(url).host });
  return { BotId: me.id, BotUsername: me.username, WebhookSecretDigests: digestsOf(settled), ClaimLink: claim.link };
};

/** The secret that made an update fail is still there when CloudFormation rolls that update back, so Telegram's answer cannot decide. */
const goBack = async (
  deps: RegisterWebhookDeps,
  stored: TelegramSecret,
  request: RegistrationRequest,
  signal: AbortSignal,
): Promise<RegistrationData> => {
  try {
    return await connect(deps, stored, request, signal);
  } catch (error) {
    deps.log.error('rolled_back_without_telegram', error);
    // Read again: a first webhook secret may have been stored, and Telegram may be using it.
    const latest = await deps.secrets.read(signal);
    const secret = latest.kind === 'present' ? latest.secret : stored;
    return {
      BotId: botIdOf(secret.botToken),
      BotUsername: '',
      WebhookSecretDigests: digestsOf(secret),
      ClaimLink: NO_NEW_LINK,
    };
  }
};

/** Takes the webhook back, unless it points to somebody else by now. */
export const createUnregisterWebhook =
  (deps: Pick<RegisterWebhookDeps, 'secrets' | 'botApi' | 'log'>) =>
  async (request: RegistrationRequest, signal: AbortSignal): Promise<void> => {
    if (request.registration.Delivery === 'polling') return;
    const stored = await deps.secrets.read(signal);
    if (stored.kind !== 'present') return;
    const call = deps.botApi(stored.secret.botToken, signal);
    const { url } = infoSchema.parse(await call('getWebhookInfo'));
    if (url !== request.registration.WebhookUrl) {
      deps.log.info('webhook_left', { reason: 'it points elsewhere' });
      return;
    }
    await call('deleteWebhook');
    deps.log.info('webhook_deleted');
  };

type Connected = TelegramSecret & { readonly webhookSecret: string };

const identify = async (
  deps: RegisterWebhookDeps,
  call: CallBotApi,
  token: string,
  delivery: Delivery,
): Promise<{ id: string; username: string }> => {
  try {
    const me = meSchema.parse(await call('getMe'));
    return { id: String(me.id), username: me.username };
  } catch (error) {
    if (delivery !== 'external') throw error;
    // A server that only receives messages need not know getMe.
    deps.log.warn('external_server_without_get_me');
    return { id: botIdOf(token), username: '' };
  }
};

const refuseLiveWebhook = async (call: CallBotApi, username: string): Promise<void> => {
  const { url } = infoSchema.parse(await call('getWebhookInfo'));
  if (url === '') return;
  throw new Error(
    `@${username} is already served by ${new URL(url).host}; long polling would take it over. Remove that deployment first, or use another bot.`,
  );
};

const withWebhookSecret = async (
  deps: RegisterWebhookDeps,
  secret: TelegramSecret,
  replace: boolean,
  signal: AbortSignal,
): Promise<Connected> => {
  const { webhookSecret: current } = secret;
  if (current !== undefined && !replace) return { ...secret, webhookSecret: current };
  const next: Connected = {
    botToken: secret.botToken,
    webhookSecret: deps.newWebhookSecret(),
    ...(current === undefined ? {} : { previousWebhookSecret: current }),
  };
  // Stored before Telegram hears of it: the other way round, a crash in between would leave a secret nobody knows.
  await deps.secrets.write(next, signal);
  return next;
};

const register = async (
  deps: RegisterWebhookDeps,
  call: CallBotApi,
  url: string,
  secretToken: string,
  delivery: Delivery,
): Promise<void> => {
  try {
    const parameters = {
      url,
      secret_token: secretToken,
      allowed_updates: ALLOWED_UPDATES,
      max_connections: MAX_CONNECTIONS,
    };
    await patiently(deps, () => call('setWebhook', parameters));
    const info = infoSchema.parse(await call('getWebhookInfo'));
    if (info.url !== url) {
      throw new Error(
        'Telegram took the webhook but now shows another address. Something else registers this bot: stop it and deploy again.',
      );
    }
  } catch (error) {
    if (delivery !== 'external') throw error;
    deps.log.warn('external_server_without_webhooks');
  }
};

/** Telegram takes one setWebhook a second and says how long to wait. */
const patiently = async (deps: RegisterWebhookDeps, attempt: () => Promise<unknown>): Promise<void> => {
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof BotApiError) || error.retryAfterS === undefined || error.retryAfterS > MAX_WAIT_S)
      throw error;
    await deps.sleep(error.retryAfterS * 1_000);
    await attempt();
  }
};

/** The previous secret stays valid until a later run finds nothing left that was waiting to be delivered with it. */
const retirePrevious = async (
  deps: RegisterWebhookDeps,
  call: CallBotApi,
  secret: Connected,
  signal: AbortSignal,
): Promise<Connected> => {
  if (secret.previousWebhookSecret === undefined) return secret;
  const info = infoSchema.parse(await call('getWebhookInfo'));
  if (info.pending_update_count > 0) return secret;
  const settled: Connected = { botToken: secret.botToken, webhookSecret: secret.webhookSecret };
  await deps.secrets.write(settled, signal);
  deps.log.info('previous_webhook_secret_retired');
  return settled;
};

/** A token starts with the bot's id. */
const botIdOf = (token: string): string => token.slice(0, token.indexOf(':'));

const digestsOf = (secret: TelegramSecret): string =>
  [secret.webhookSecret, secret.previousWebhookSecret]
    .filter((value) => value !== undefined)
    .map((value) => createHash('sha256').update(value).digest('hex'))
    .join(',');
