import type { IncomingMessage, ServerResponse } from 'node:http';
import { badRequest, BotApiError } from '../bot-api-error.ts';
import type { Clock } from '../clock.ts';
import type { RecordedRequest } from '../double-api.ts';
import type { Faults } from '../faults.ts';
import { type Call, Described, type Methods } from '../methods/call.ts';
import { answerMethods } from '../methods/answer-methods.ts';
import { chatMethods } from '../methods/chat-methods.ts';
import { commandMethods } from '../methods/command-methods.ts';
import { mediaMethods } from '../methods/media-methods.ts';
import { textMethods } from '../methods/text-methods.ts';
import { topicMethods } from '../methods/topic-methods.ts';
import { webhookMethods } from '../methods/webhook-methods.ts';
import type { BotIdentity } from '../world/world.ts';
import type { Params } from './params.ts';
import { decodedPart } from './decoded-part.ts';
import { assertWithinRate, type RateLimits } from './rate-limits.ts';
import { paramsOfBody, readParams } from './read-params.ts';
import { sufferFault } from './suffer-fault.ts';

const methods: Methods = {
  ...textMethods,
  ...mediaMethods,
  ...chatMethods,
  ...topicMethods,
  ...answerMethods,
  ...commandMethods,
  ...webhookMethods,
};
/** Methods that the body of a webhook's answer cannot call. */
const notInAnswers = /^(?:get|setwebhook$|deletewebhook$|close$|logout$)/;

export interface BotApiDeps {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly botOf: (token: string) => BotIdentity | undefined;
  readonly callFor: (bot: BotIdentity, params: Params, signal: AbortSignal) => Call;
  /** Null when nothing limits the bot. */
  readonly limitsOf: (bot: BotIdentity) => RateLimits | null;
  readonly record: (request: Omit<RecordedRequest, 'seq'>) => void;
}

/** The Bot API over HTTP, and the method call in a webhook's answer. */
export const createBotApi = (deps: BotApiDeps) => {
  const run = async (call: Call, method: string): Promise<unknown> => {
    const handler = Object.hasOwn(methods, method.toLowerCase()) ? methods[method.toLowerCase()] : undefined;
    if (handler === undefined) throw new BotApiError(404, 'Not Found: method not found');
    const chatId = call.params.int('chat_id') ?? 0;
    const limits = deps.limitsOf(call.bot);
    if (limits !== null) assertWithinRate(limits, method, chatId);
    const result = await handler(call);
    limits?.spend(method, chatId);
    return result;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const atMs = deps.clock.now();
    const parts = /^\/bot([^/]+)(?:\/test)?\/([^/]+)\/?$/.exec(url.pathname);
    if (parts === null) return answerError(response, new BotApiError(404, 'Not Found'));
    const token = decodedPart(parts[1] ?? '');
    const method = parts[2] ?? '';
    const bot = deps.botOf(token);
    if (bot === undefined)
      return answerError(
        response,
        new BotApiError(
          401,
          /^[1-9]\d*:[\w-]+$/.test(token) ? 'Unauthorized' : 'Unauthorized: invalid token specified',
        ),
      );
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    let plain: Record<string, unknown> = {};
    const done = (outcome: RecordedRequest['outcome']): void =>
      deps.record({
        botId: bot.id,
        method,
        params: plain,
        atMs,
        tookMs: deps.clock.now() - atMs,
        outcome,
        via: 'http',
      });
    try {
      const params = await readParams(request, url.searchParams);
      plain = params.plain();
      const fault = deps.faults.take(method, params.text('chat_id'));
      const call = deps.callFor(bot, params, gone.signal);
      if (fault !== null && (await sufferFault(fault, deps.clock, gone.signal, response)))
        return done({ status: 0, fault: fault.kind });
      const result = await run(call, method);
      if (fault?.kind === 'reset_after') {
        response.destroy();
        return done({ status: 0, fault: fault.kind });
      }
      done({ status: 200 });
      answerResult(response, result);
    } catch (error) {
      if (!(error instanceof BotApiError)) throw error;
      done(refused(error));
      answerError(response, error);
    }
  };

  /** Runs the one call a webhook's answer may carry; its result goes nowhere, as on Telegram. */
  const runAnswer = async (bot: BotIdentity, body: Buffer, contentType: string): Promise<void> => {
    if (body.length === 0) return;
    const atMs = deps.clock.now();
    let plain: Record<string, unknown> = {};
    let method = '';
    let outcome: RecordedRequest['outcome'] = { status: 200 };
    try {
      const params = paramsOfBody(body, contentType);
      method = params.text('method');
      if (method === '') return;
      plain = params.plain();
      if (notInAnswers.test(method.toLowerCase()))
        throw badRequest(`method ${method} can't be called in a webhook answer`);
      await run(deps.callFor(bot, params, new AbortController().signal), method);
    } catch (error) {
      if (!(error instanceof BotApiError)) throw error;
      outcome = refused(error);
    }
    if (method === '') return;
    deps.record({
      botId: bot.id,
      method,
      params: plain,
      atMs,
      tookMs: deps.clock.now() - atMs,
      outcome,
      via: 'webhook_answer',
    });
  };

  return { handle, runAnswer };
};

const refused = ({ status, message, limit }: BotApiError): RecordedRequest['outcome'] => ({
  status,
  description: message,
  ...(limit === undefined ? {} : { limit }),
});

const answerResult = (response: ServerResponse, value: unknown): void => {
  const body =
    value instanceof Described
      ? { ok: true, result: value.result, description: value.description }
      : { ok: true, result: value };
  answerJson(response, 200, body);
};

export const answerError = (response: ServerResponse, error: BotApiError): void => {
  const retryAfterS = error.parameters?.retry_after;
  if (retryAfterS !== undefined) response.setHeader('retry-after', String(retryAfterS));
  const parameters = error.parameters === undefined ? {} : { parameters: error.parameters };
  answerJson(response, error.status, {
    ok: false,
    error_code: error.status,
    description: error.message,
    ...parameters,
  });
};

export const answerJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
