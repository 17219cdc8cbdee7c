import {
  createManualClock,
  createTelegramDouble,
  listen,
  type ManualClock,
  type TelegramDouble,
} from '@agent-claw/telegram-double';
import type { BotClient, BotLibrary, Json } from './bot-client.ts';

export const token = '7000001:local-token';
export const botId = 7_000_001;
export const owner = 4_242_001;
export const friend = 4_242_002;

/** A double of its own, one client of a library, and the people who write to it. Time moves only by hand. */
export interface World {
  readonly double: TelegramDouble;
  /** Where the double listens. */
  readonly url: string;
  readonly clock: ManualClock;
  readonly bot: BotClient;
  /** A client of the same library with another token. */
  other(token: string): BotClient;
  /** What people do: the double's own API. */
  people(method: string, path: string, body?: unknown): Promise<Json>;
  /** A client's call that waits for `ms` has arrived. */
  waitsFor(ms: number): Promise<void>;
  /** The call's result, or the refusal as the library reports it. */
  answerOf(call: Promise<unknown>): Promise<unknown>;
}

export const openWorld = async (
  library: BotLibrary,
  options: { readonly rateLimits?: boolean } = {},
): Promise<World & AsyncDisposable> => {
  const manual = createManualClock();
  const waiting = new Map<number, () => void>();
  const begun = new Set<number>();
  const clock: ManualClock = {
    ...manual,
    sleep: (ms, signal) => {
      begun.add(ms);
      waiting.get(ms)?.();
      return manual.sleep(ms, signal);
    },
  };
  const log = { info: () => undefined };
  const double = createTelegramDouble({ tokens: [token], clock, log, rateLimits: options.rateLimits ?? false });
  const { url, close } = await listen(double);
  const bot = library.create(token, url);
  const people = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const response = await fetch(`${url}/_double${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Json;
    if (!response.ok) throw new Error(`People's ${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    double,
    url,
    clock,
    bot,
    people,
    other: (otherToken) => library.create(otherToken, url),
    waitsFor: (ms) => (begun.has(ms) ? Promise.resolve() : new Promise((resolve) => waiting.set(ms, resolve))),
    answerOf: (call) =>
      call.catch((error: unknown) => {
        const refusal = bot.refusalOf(error);
        if (refusal === null) throw error;
        return refusal;
      }),
    [Symbol.asyncDispose]: close,
  };
};

/** A chat that a person opens. @returns its id. */
export const openChat = async (world: World, chat: Json): Promise<number> =>
  Number((await world.people('POST', '/chats', chat))['chatId']);

/** Only the named fields of an object, so that a scenario says what it is about. */
export const fieldsOf = (value: unknown, ...names: readonly string[]): Json =>
  Object.fromEntries(
    names.flatMap((name) => ((value as Json)[name] === undefined ? [] : [[name, (value as Json)[name]]])),
  );
