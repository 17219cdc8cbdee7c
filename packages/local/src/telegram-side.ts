import { createHash } from 'node:crypto';
import type { LocalOptions } from './options.ts';

/** Who plays Telegram, and how its updates reach the webhook. */
export interface TelegramSide {
  /** `webhook`: it posts to us, registered by the stack. `polling`: we fetch. `external`: somebody posts to us with the secret. */
  readonly delivery: 'webhook' | 'polling' | 'external';
  readonly usesDouble: boolean;
  readonly apiRoot: string;
  readonly botToken: string;
  readonly webhookSecret: string | undefined;
  /** Empty: nobody, until somebody claims the bot. */
  readonly ownerId: string;
}

/** The bot and the first person of the built-in double. The token opens nothing but the double on this machine. */
export const DOUBLE_BOT_TOKEN = '7000001:local-double-bot-opens-nothing-else';
export const DOUBLE_OWNER_ID = '4242001';
const TELEGRAM = 'https://api.telegram.org';

export const telegramSideOf = (options: LocalOptions, publicUrl: string): TelegramSide => {
  const { telegramToken, telegramApiRoot, webhookSecret } = options;
  const ownerId = options.ownerId ?? DOUBLE_OWNER_ID;
  // Another server than Telegram's may well do without a token of its own kind; it gets the double's then.
  const botToken = telegramToken ?? DOUBLE_BOT_TOKEN;
  if (telegramApiRoot !== undefined) {
    const delivery = webhookSecret === undefined ? 'webhook' : 'external';
    return { delivery, usesDouble: false, apiRoot: telegramApiRoot, botToken, webhookSecret, ownerId };
  }
  if (telegramToken === undefined)
    return { delivery: 'webhook', usesDouble: true, apiRoot: publicUrl, botToken, webhookSecret: undefined, ownerId };
  // Updates fetched by polling take the same way in as posted ones, with a secret that is the same at every start.
  const pollingSecret = digestOf('polling', telegramToken);
  return { delivery: 'polling', usesDouble: false, apiRoot: TELEGRAM, botToken, webhookSecret: pollingSecret, ownerId };
};

/** A number that changes when the bot or its way in changes, so that the stack registers it anew. */
export const versionOf = (telegram: TelegramSide): string =>
  String(
    Number.parseInt(
      digestOf(telegram.botToken, telegram.webhookSecret ?? '', telegram.delivery, telegram.apiRoot).slice(0, 12),
      16,
    ),
  );

/** What the stack's secret holds before the registrar has seen it. */
export const secretValueOf = ({ botToken, webhookSecret }: TelegramSide): string =>
  JSON.stringify({ botToken, ...(webhookSecret === undefined ? {} : { webhookSecret }) });

const digestOf = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\n')).digest('hex');
