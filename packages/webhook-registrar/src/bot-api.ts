import * as z from 'zod';

/** Telegram said no, or did not say anything. The message never carries the token or the webhook secret. */
export class BotApiError extends Error {
  override readonly name = 'BotApiError';
  /** The Bot API's error code; 0 when there was no usable answer. */
  readonly errorCode: number;
  readonly retryAfterS: number | undefined;

  constructor(message: string, errorCode: number, retryAfterS?: number) {
    super(message);
    this.errorCode = errorCode;
    this.retryAfterS = retryAfterS;
  }
}

/** Calls one Bot API method and returns its `result`. @throws BotApiError */
export type CallBotApi = (method: string, parameters?: Readonly<Record<string, unknown>>) => Promise<unknown>;

const CALL_TIMEOUT_MS = 10_000;

const answerSchema = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error_code: z.number().int(),
    description: z.string().default(''),
    parameters: z.object({ retry_after: z.number().optional() }).optional(),
  }),
]);

export const botApi =
  (apiRoot: string, token: string, signal: AbortSignal): CallBotApi =>
  async (method, parameters = {}) => {
    const answer = answerSchema.safeParse(await post(`${apiRoot}/bot${token}/${method}`, method, parameters, signal));
    if (!answer.success)
      throw new BotApiError(`${method}: ${hostOf(apiRoot)} does not answer like a Bot API server.`, 0);
    if (answer.data.ok) return answer.data.result;
    const { error_code: code, description, parameters: hints } = answer.data;
    const advice =
      code === 401 || code === 404
        ? ' Put the token @BotFather gave you into the secret, raise the parameter BotTokenVersion and deploy again.'
        : '';
    throw new BotApiError(
      `${method}: Telegram answered ${code} ${scrub(description, token, parameters)}.${advice}`,
      code,
      hints?.retry_after,
    );
  };

const post = async (
  url: string,
  method: string,
  parameters: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<unknown> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(parameters),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
    });
    const text = await response.text();
    return text.startsWith('{') ? JSON.parse(text) : undefined;
  } catch (error) {
    // The original error is not kept as the cause: its text holds the URL, and with it the token.
    const reason = error instanceof Error ? error.name : 'unknown error';
    throw new BotApiError(
      `${method}: no answer from ${hostOf(url)} (${reason}). Check that it is reachable and deploy again.`,
      0,
    );
  }
};

const hostOf = (url: string): string => new URL(url).host;

/** Telegram's texts may quote what was sent, and a proxy's may quote the address or a header as it was written there. */
const scrub = (description: string, token: string, parameters: Readonly<Record<string, unknown>>): string =>
  [token, token.slice(token.indexOf(':') + 1), parameters['secret_token']]
    .filter((secret): secret is string => typeof secret === 'string' && secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    .reduce((text, secret) => text.replaceAll(secret, '***'), description);
