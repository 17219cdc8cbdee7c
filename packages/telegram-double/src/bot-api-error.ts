import type { RateLimit } from './double-api.ts';

/** An answer with `ok: false`, in Telegram's own words. */
export class BotApiError extends Error {
  override readonly name = 'BotApiError';
  readonly status: number;
  /** The rate limit that refused the call; undefined for every other reason. */
  readonly limit: RateLimit | undefined;
  readonly parameters: { readonly retry_after?: number; readonly migrate_to_chat_id?: number } | undefined;

  constructor(status: number, description: string, parameters?: BotApiError['parameters'], limit?: RateLimit) {
    super(description);
    this.status = status;
    this.parameters = parameters;
    this.limit = limit;
  }
}

/** 400 with Telegram's prefix; its ALL_CAPS codes keep their case, everything else starts in lower case. */
export const badRequest = (reason: string, parameters?: BotApiError['parameters']): BotApiError => {
  const isCode = /^[A-Z0-9_]+$/.test(reason);
  const text = isCode ? reason : reason.charAt(0).toLowerCase() + reason.slice(1);
  return new BotApiError(400, `Bad Request: ${text}`, parameters);
};

export const forbidden = (reason: string): BotApiError => new BotApiError(403, `Forbidden: ${reason}`);
export const conflict = (reason: string): BotApiError => new BotApiError(409, `Conflict: ${reason}`);
export const tooManyRequests = (retryAfterS: number, limit?: RateLimit): BotApiError =>
  new BotApiError(429, `Too Many Requests: retry after ${retryAfterS}`, { retry_after: retryAfterS }, limit);
