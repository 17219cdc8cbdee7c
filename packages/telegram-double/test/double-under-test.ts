import { Api } from 'grammy';
import { setTimeout as sleep } from 'node:timers/promises';
import { createManualClock, createTelegramDouble, listen, type TelegramDoubleOptions } from '../src/index.ts';

export const token = '7000001:local-token';
export const botId = 7_000_001;
export const owner = 4_242_001;
export const friend = 4_242_002;
export const group = -1001;
export const forum = -1_001_000_000_001;

type Json = Record<string, unknown>;

/** Time as it passes. */
export const realClock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

/** A double on a port of its own, with the first bot's client and the people's API. */
export const aDouble = async (options: Partial<TelegramDoubleOptions> = {}) => {
  const manual = createManualClock();
  const begun = new Map<number, number>();
  const clock = {
    ...manual,
    sleep: (ms: number, signal?: AbortSignal) => {
      begun.set(ms, (begun.get(ms) ?? 0) + 1);
      return manual.sleep(ms, signal);
    },
  };
  const double = createTelegramDouble({ tokens: [token], clock, log: { info: () => undefined }, ...options });
  const { url, close } = await listen(double);
  const people = async <Answer = Json>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const isForm = body instanceof FormData;
    const response = await fetch(`${url}/_double${path}`, {
      method,
      ...(body === undefined || isForm ? {} : { headers: { 'content-type': 'application/json' } }),
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    return (await response.json()) as Answer;
  };
  return {
    double,
    url,
    /** How many waits of this length have begun: says that a call has arrived and waits. */
    sleepsBegun: (ms: number): number => begun.get(ms) ?? 0,
    /** Moves only by hand, unless the test gave a clock of its own. */
    clock,
    people,
    api: new Api(token, { apiRoot: url }),
    say: (chat: number, text: string, more: Json = {}) => people('POST', `/chats/${chat}/messages`, { text, ...more }),
    history: (chat: number, query = '') => people<History>('GET', `/chats/${chat}/messages${query}`),
    [Symbol.asyncDispose]: close,
  };
};

interface History {
  readonly messages: readonly (Json & { readonly messageId: number; readonly text: string })[];
  readonly typing: readonly Json[];
  readonly drafts: readonly Json[];
}

/** 'accepted', or the reason in Telegram's words. */
export const reasonOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'accepted',
    (error: { description?: string }) => error.description ?? 'no answer',
  );

/** Reads a stream of live events until `count` of them have come. */
export const readEvents = async (url: string, count: number, headers: Record<string, string> = {}): Promise<Json[]> => {
  const leaving = new AbortController();
  const response = await fetch(url, { headers, signal: leaving.signal });
  const events: Json[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const id = /^id: (\d+)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined) events.push({ id: Number(id), ...(JSON.parse(data) as Json) });
    }
    if (events.length >= count) break;
  }
  leaving.abort();
  return events;
};
