import { RetryableError } from '@agent-claw/core';
import type { BotSecretSource, Log, Permit } from '@agent-claw/core';
import { Api } from 'grammy/web';
import { botApiFailure } from './bot-api-outcome.ts';
import type { BotApiFailure } from './bot-api-outcome.ts';

export interface BotApiOptions {
  readonly secret: BotSecretSource;
  /** Without a trailing slash; `https://api.telegram.org` unless another Bot API server is meant. */
  readonly apiRoot: string;
  readonly log: Log;
}

const REQUEST_TIMEOUT_S = 10;
/** Of requests that carry a file; the permit ends most of them before. */
const UPLOAD_TIMEOUT_S = 60;
/** Pauses after which a call that Telegram did not take is tried again. */
export const UNREACHABLE_RETRY_MS = 5_000;
const BAD_TOKEN_RETRY_MS = 60_000;

export type Called<T> =
  | { readonly kind: 'ok'; readonly result: T }
  | { readonly kind: 'withheld' }
  | Exclude<BotApiFailure, { kind: 'bad_token' | 'not_sent' }>;

/** grammY names a polyfill's type; the platform's own signal is what its fetch takes. */
export type Signal = NonNullable<Parameters<Api['getMe']>[0]>;

/** Makes calls of the Bot API. Errors are reduced to outcomes, so the token in grammY's errors goes no further. */
export const botApiCaller = ({ secret, apiRoot, log }: BotApiOptions) => {
  const clients = new Map<number, Api>();

  const apiFor = (token: string, timeoutSeconds: number): Api => {
    const known = clients.get(timeoutSeconds);
    // One token at a time: after a rotation the old client goes.
    if (known?.token === token) return known;
    const api = new Api(token, { apiRoot, timeoutSeconds, fetch: globalThis.fetch });
    clients.set(timeoutSeconds, api);
    return api;
  };

  /** @returns null when the store does not answer now: nothing was sent, so it is a pause like any other. */
  const tokenOf = async (fresh: boolean): Promise<string | null> => {
    try {
      return (await secret.get({ fresh })).botToken;
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      log.error('bot_secret_unread', error);
      return null;
    }
  };

  const attempt = async <T>(
    call: (api: Api, signal: Signal) => Promise<T>,
    permit: Permit,
    timeoutS: number,
    fresh: boolean,
  ): Promise<{ kind: 'ok'; result: T } | { kind: 'withheld' } | BotApiFailure> => {
    const botToken = await tokenOf(fresh);
    if (botToken === null) return { kind: 'not_sent' };
    // After the token is here, not before: reading it may have taken longer than the permit lasts.
    const mayLastMs = permit();
    if (mayLastMs === null) return { kind: 'withheld' };
    try {
      return {
        kind: 'ok',
        result: await call(apiFor(botToken, timeoutS), AbortSignal.timeout(mayLastMs) as unknown as Signal),
      };
    } catch (error) {
      return botApiFailure(error);
    }
  };

  return async <T>(
    method: string,
    permit: Permit,
    call: (api: Api, signal: Signal) => Promise<T>,
    { isUpload = false }: { readonly isUpload?: boolean } = {},
  ): Promise<Called<T>> => {
    const timeoutS = isUpload ? UPLOAD_TIMEOUT_S : REQUEST_TIMEOUT_S;
    const first = await attempt(call, permit, timeoutS, false);
    // The token may have been rotated since it was read: read it again before giving up.
    const outcome = first.kind === 'bad_token' ? await attempt(call, permit, timeoutS, true) : first;
    if (outcome.kind !== 'ok' && outcome.kind !== 'not_modified' && outcome.kind !== 'withheld')
      log.warn('bot_api_refused', { method, outcome: outcome.kind });
    if (outcome.kind === 'bad_token') return { kind: 'wait', retryAfterMs: BAD_TOKEN_RETRY_MS };
    return outcome.kind === 'not_sent' ? { kind: 'wait', retryAfterMs: UNREACHABLE_RETRY_MS } : outcome;
  };
};

export type BotApiCaller = ReturnType<typeof botApiCaller>;
