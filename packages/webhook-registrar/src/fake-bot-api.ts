import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeBotApi extends AsyncDisposable {
  readonly root: string;
  readonly calls: { method: string; parameters: Record<string, unknown> }[];
  /** What getWebhookInfo shows. */
  webhook: { url: string; pending_update_count: number };
  /** Answers these methods with the given Bot API error, as often as listed. */
  readonly refusals: {
    method: string;
    error_code: number;
    description: string;
    parameters?: { retry_after: number };
  }[];
}

/** A Bot API server that knows one token and keeps its webhook as Telegram does. */
export const fakeBotApi = async (token: string): Promise<FakeBotApi> => {
  const calls: FakeBotApi['calls'] = [];
  const refusals: FakeBotApi['refusals'] = [];
  const state = { webhook: { url: '', pending_update_count: 0 } };
  const resultOf = (method: string, parameters: Record<string, unknown>): unknown => {
    switch (method) {
      case 'getMe':
        return { id: 7000, is_bot: true, first_name: 'Claw', username: 'claw_bot' };
      case 'setWebhook':
        state.webhook = { ...state.webhook, url: String(parameters['url']) };
        return true;
      case 'deleteWebhook':
        state.webhook = { ...state.webhook, url: '' };
        return true;
      case 'getWebhookInfo':
        return { ...state.webhook, has_custom_certificate: false };
      default:
        return true;
    }
  };
  const answer = (path: string, body: string): unknown => {
    const [, bot, method = ''] = path.split('/');
    if (bot !== `bot${token}`) return { ok: false, error_code: 401, description: 'Unauthorized' };
    const parameters = JSON.parse(body) as Record<string, unknown>;
    calls.push({ method, parameters });
    const refusal = refusals.findIndex((one) => one.method === method);
    if (refusal >= 0) return { ok: false, ...refusals.splice(refusal, 1)[0] };
    return { ok: true, result: resultOf(method, parameters) };
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const text = JSON.stringify(answer(request.url ?? '', body));
      response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    refusals,
    get webhook() {
      return state.webhook;
    },
    set webhook(value) {
      state.webhook = value;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
