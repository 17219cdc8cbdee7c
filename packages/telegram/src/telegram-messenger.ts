import { RetryableError } from '@agent-claw/core';
import type {
  BotSecretSource,
  EditOutcome,
  LaneAddress,
  Log,
  Messenger,
  RenderedPart,
  SendOutcome,
} from '@agent-claw/core';
import { Api } from 'grammy/web';
import type { MessageEntity } from '@grammyjs/types';
import { botApiFailure } from './bot-api-outcome.ts';
import type { BotApiFailure } from './bot-api-outcome.ts';

/** A message text with its formatting, as the Bot API takes it. Offsets and lengths are UTF-16 code units. */
export interface TelegramPart {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
}

export interface TelegramMessengerOptions {
  readonly secret: BotSecretSource;
  /** Without a trailing slash; `https://api.telegram.org` unless another Bot API server is meant. */
  readonly apiRoot: string;
  readonly log: Log;
}

const REQUEST_TIMEOUT_S = 10;

type Called<T> =
  | { readonly kind: 'ok'; readonly result: T }
  | Exclude<BotApiFailure, { kind: 'bad_token' | 'not_sent' }>;

const chatOf = (to: LaneAddress) => ({
  chat: Number(to.place),
  thread: to.thread === undefined ? {} : { message_thread_id: Number(to.thread) },
});

const textOf = (part: RenderedPart) => {
  const { text, entities } = part as unknown as TelegramPart;
  // Previews are off always: fetching one would carry whatever the model wrote into a URL to that URL's host.
  return { text, fields: { entities: [...entities], link_preview_options: { is_disabled: true } } };
};

/** Sends through the Bot API. Errors are reduced to outcomes, so the token in grammY's errors goes no further. */
export const telegramMessenger = ({ secret, apiRoot, log }: TelegramMessengerOptions): Messenger => {
  const clients = new Map<string, Api>();

  const apiFor = (token: string): Api => {
    const known = clients.get(token);
    if (known !== undefined) return known;
    // One token at a time: after a rotation the old client goes.
    clients.clear();
    const api = new Api(token, { apiRoot, timeoutSeconds: REQUEST_TIMEOUT_S, fetch: globalThis.fetch });
    clients.set(token, api);
    return api;
  };

  const attempt = async <T>(
    call: (api: Api) => Promise<T>,
    fresh: boolean,
  ): Promise<{ kind: 'ok'; result: T } | BotApiFailure> => {
    const { botToken } = await secret.get({ fresh });
    try {
      return { kind: 'ok', result: await call(apiFor(botToken)) };
    } catch (error) {
      return botApiFailure(error);
    }
  };

  /** @throws RetryableError when Telegram cannot be reached or refuses the token twice. */
  const callApi = async <T>(method: string, call: (api: Api) => Promise<T>): Promise<Called<T>> => {
    const first = await attempt(call, false);
    // The token may have been rotated since it was read: read it again before giving up.
    const outcome = first.kind === 'bad_token' ? await attempt(call, true) : first;
    if (outcome.kind !== 'ok' && outcome.kind !== 'not_modified')
      log.warn('bot_api_refused', { method, outcome: outcome.kind });
    if (outcome.kind === 'bad_token')
      throw new RetryableError(
        'Telegram refused the bot token (401). Put the current one into the Telegram secret and deploy again.',
      );
    if (outcome.kind === 'not_sent') throw new RetryableError(`Telegram could not be reached for ${method}.`);
    return outcome;
  };

  return {
    async send(to, part, options = {}): Promise<SendOutcome> {
      const { chat, thread } = chatOf(to);
      const { text, fields } = textOf(part);
      const reply =
        options.replyToMessageId === undefined
          ? {}
          : { reply_parameters: { message_id: options.replyToMessageId, allow_sending_without_reply: true } };
      const outcome = await callApi('sendMessage', (api) =>
        api.sendMessage(chat, text, { ...fields, ...thread, ...reply, disable_notification: options.silent === true }),
      );
      switch (outcome.kind) {
        case 'ok':
          return { kind: 'sent', messageId: outcome.result.message_id };
        case 'gone':
        case 'not_modified':
          return { kind: 'undeliverable', reason: outcome.kind };
        case 'wait':
        case 'in_doubt':
        case 'undeliverable':
          return outcome;
      }
    },

    async edit(to, messageId, part): Promise<EditOutcome> {
      const { text, fields } = textOf(part);
      const outcome = await callApi('editMessageText', (api) =>
        api.editMessageText(chatOf(to).chat, messageId, text, fields),
      );
      switch (outcome.kind) {
        case 'ok':
        case 'not_modified':
          return { kind: 'edited' };
        case 'gone':
        case 'wait':
        case 'in_doubt':
        case 'undeliverable':
          return outcome;
      }
    },

    async remove(to, messageId) {
      await callApi('deleteMessage', (api) => api.deleteMessage(chatOf(to).chat, messageId));
    },

    async typing(to) {
      const { chat, thread } = chatOf(to);
      await callApi('sendChatAction', (api) => api.sendChatAction(chat, 'typing', thread));
    },
  };
};
