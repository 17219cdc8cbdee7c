import { createManualClock, createTelegramDouble, listen } from '@agent-claw/telegram-double';
import type { Json } from './bot-client.ts';
import { owner, token } from './world.ts';

/** A second bot of the same double. */
export const otherBot = '7000002:other-token';

/** A double, called as plainly as can be: bodies and answers are JSON. */
export const openServer = async () => {
  const clock = createManualClock();
  const double = createTelegramDouble({
    tokens: [token, otherBot],
    clock,
    log: { info: () => undefined },
    rateLimits: false,
  });
  const { url, close } = await listen(double);
  const post = async (path: string, body?: unknown, method = 'POST') =>
    fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const call = async (method: string, params: Json = {}, bot = token): Promise<Json> =>
    (await (await post(`/bot${bot}/${method}`, params)).json()) as Json;
  const result = async (method: string, params: Json = {}): Promise<Json> => {
    const answer = await call(method, params);
    if (answer['ok'] !== true) throw new Error(`Setting up: ${method} was refused: ${String(answer['description'])}`);
    return answer['result'] as Json;
  };
  const people = async (path: string, body: unknown = {}, method = 'POST'): Promise<Json> => {
    const response = await post(`/_double${path}`, body, method);
    const answer = (await response.json()) as Json;
    if (!response.ok) throw new Error(`Setting up: ${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const group = async (chat: Json): Promise<number> =>
    Number((await people('/chats', { type: 'supergroup', title: 'G', ...chat }))['chatId']);
  const send = (params: Json) => call('sendMessage', { chat_id: owner, text: 'x', ...params });
  const sentId = async (chat_id = owner) => (await result('sendMessage', { chat_id, text: 'x' }))['message_id'];
  return { url, double, clock, post, call, result, people, group, send, sentId, [Symbol.asyncDispose]: close };
};

export type Server = Awaited<ReturnType<typeof openServer>>;
