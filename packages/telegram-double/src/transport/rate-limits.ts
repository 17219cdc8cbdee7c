import { tooManyRequests } from '../bot-api-error.ts';
import type { Clock } from '../clock.ts';
import type { RateLimit } from '../double-api.ts';

/** Refuses calls as Telegram does when a bot sends too fast. */
export interface RateLimits {
  /** @returns the limit that refuses this call now, with the seconds to wait; null when it may run. */
  refusal(method: string, chatId: number): { readonly limit: RateLimit; readonly retryAfterS: number } | null;
  /** Counts a call that took effect; a refused or invalid one costs nothing. */
  spend(method: string, chatId: number): void;
}

interface Bucket {
  readonly size: number;
  readonly perSecond: number;
}

/** Telegram's published figures; bursts are what bots see in practice. Edits count like sends. */
const buckets: Readonly<Record<RateLimit, Bucket>> = {
  private: { size: 5, perSecond: 1 },
  group: { size: 20, perSecond: 20 / 60 },
  global: { size: 30, perSecond: 30 },
  draft: { size: 20, perSecond: 20 / 5 },
};
const longestBanS = 300;

export const createRateLimits = (clock: Clock): RateLimits => {
  const levels = new Map<string, { left: number; atMs: number }>();
  const bans = new Map<string, { untilMs: number; lastS: number }>();

  const levelOf = (limit: RateLimit, key: string): number => {
    const known = levels.get(key);
    const { size, perSecond } = buckets[limit];
    return known === undefined ? size : Math.min(size, known.left + ((clock.now() - known.atMs) / 1000) * perSecond);
  };
  const refusalOf = (limit: RateLimit, key: string): number | null => {
    const now = clock.now();
    const ban = bans.get(key);
    const left = levelOf(limit, key);
    const banned = ban !== undefined && now < ban.untilMs;
    if (!banned && left >= 1) return null;
    const neededS = Math.max(1, Math.ceil((1 - left) / buckets[limit].perSecond));
    // Coming back too early makes it worse, so a bot that ignores retry_after never gets through.
    const retryAfterS = banned ? Math.min(longestBanS, Math.max(neededS, ban.lastS * 2)) : neededS;
    bans.set(key, { untilMs: now + retryAfterS * 1000, lastS: retryAfterS });
    return retryAfterS;
  };

  return {
    refusal: (method, chatId) => {
      for (const [limit, key] of limitsFor(method, chatId)) {
        const retryAfterS = refusalOf(limit, key);
        if (retryAfterS !== null) return { limit, retryAfterS };
      }
      return null;
    },
    spend: (method, chatId) => {
      for (const [limit, key] of limitsFor(method, chatId))
        levels.set(key, { left: levelOf(limit, key) - 1, atMs: clock.now() });
    },
  };
};

const limitsFor = (method: string, chatId: number): readonly (readonly [RateLimit, string])[] => {
  const name = method.toLowerCase();
  if (name === 'sendmessagedraft') return [['draft', `draft:${chatId}`]];
  if (name === 'sendchataction' || !/^(?:send|editmessage|forwardmessage|copymessage)/.test(name)) return [];
  return [
    [chatId < 0 ? 'group' : 'private', `chat:${chatId}`],
    ['global', 'all'],
  ];
};

/** @throws BotApiError 429 while a limit refuses the call. */
export const assertWithinRate = (limits: RateLimits, method: string, chatId: number): void => {
  const refusal = limits.refusal(method, chatId);
  if (refusal !== null) throw tooManyRequests(refusal.retryAfterS, refusal.limit);
};
