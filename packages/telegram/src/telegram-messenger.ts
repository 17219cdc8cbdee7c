import type {
  CourtesyOutcome,
  EditOptions,
  EditOutcome,
  FindOutcome,
  LaneAddress,
  Messenger,
  OutgoingFile,
  Permit,
  RenderedPart,
  ReplyFile,
  SendOutcome,
} from '@agent-claw/core';
import { InputFile } from 'grammy/web';
import type { Api } from 'grammy/web';
import type { MessageEntity } from '@grammyjs/types';
import { botApiCaller, UNREACHABLE_RETRY_MS } from './bot-api-call.ts';
import type { BotApiOptions, Called, Signal } from './bot-api-call.ts';
import { menuKeyboard } from './menu-button.ts';
import { fileSender } from './send-files.ts';
import type { OutgoingSource } from './send-files.ts';
import { draftIdOf, stopKeyboard } from './stop-button.ts';

/** A message text with its formatting, as the Bot API takes it. Offsets and lengths are UTF-16 code units. */
export interface TelegramPart {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
  /** Sent as this file, with the text below it. */
  readonly document?: ReplyFile;
  /** Sent as this file, or as one album, with the text below the first of them. */
  readonly files?: readonly OutgoingFile[];
}

/** How many numbers are tried in search of a message: people may have written in between, and each try counts as an edit. */
const FIND_DEPTH = 4;

const chatOf = (to: LaneAddress) => ({
  chat: Number(to.place),
  thread: to.thread === undefined ? {} : { message_thread_id: Number(to.thread) },
});

/** The chat without a topic. */
const chatAlone = ({ thread: _gone, ...chat }: LaneAddress): LaneAddress => chat;

// Previews are off always: fetching one would carry whatever the model wrote into a URL to that URL's host. An edit without
// a keyboard takes the one away that was there.
const fieldsWith = (entities: readonly MessageEntity[], { stopButton, keyboard }: EditOptions) => ({
  ...(entities.length === 0 ? {} : { entities: [...entities] }),
  ...(stopButton === undefined ? {} : { reply_markup: stopKeyboard(stopButton) }),
  ...(keyboard === undefined ? {} : { reply_markup: menuKeyboard(keyboard) }),
  link_preview_options: { is_disabled: true },
});
type TextFields = ReturnType<typeof fieldsWith>;

export interface MessengerOptions extends BotApiOptions {
  /** Where the files are that are to be sent. */
  readonly outgoing: OutgoingSource;
}

/** Sends through the Bot API. Errors are reduced to outcomes, so the token in grammY's errors goes no further. */
export const telegramMessenger = ({ outgoing, ...bot }: MessengerOptions): Messenger => {
  const callApi = botApiCaller(bot);
  const sendFiles = fileSender(callApi, outgoing);

  /** With formatting first; a request that is refused as such goes out once more as plain text. */
  const callWithText = async <T>(
    method: string,
    permit: Permit,
    part: RenderedPart,
    options: EditOptions,
    call: (api: Api, text: string, fields: TextFields, signal: Signal) => Promise<T>,
  ): Promise<Exclude<Called<T>, { kind: 'bad_request' }>> => {
    const { text, entities } = part as unknown as TelegramPart;
    const asking = (formatting: readonly MessageEntity[]) =>
      callApi(method, permit, (api, signal) => call(api, text, fieldsWith(formatting, options), signal));
    const formatted = await asking(entities);
    const outcome = formatted.kind === 'bad_request' && entities.length > 0 ? await asking([]) : formatted;
    return outcome.kind === 'bad_request' ? { kind: 'undeliverable', reason: outcome.reason } : outcome;
  };

  const courtesy = (outcome: Called<unknown>): CourtesyOutcome => {
    switch (outcome.kind) {
      case 'ok':
      case 'gone':
      case 'not_modified':
        return { kind: 'done' };
      case 'wait':
      case 'withheld':
        return outcome;
      case 'bad_request':
      case 'undeliverable':
      case 'chat_moved':
      case 'topic_gone':
      case 'in_doubt':
        return { kind: 'failed' };
    }
  };

  return {
    async send(to, part, options, permit): Promise<SendOutcome> {
      const { chat, thread } = chatOf(to);
      const reply =
        options.replyToMessageId === undefined
          ? {}
          : { reply_parameters: { message_id: options.replyToMessageId, allow_sending_without_reply: true } };
      const { document, files, ...caption } = part as unknown as TelegramPart;
      const method = document === undefined ? 'sendMessage' : 'sendDocument';
      const place = { ...thread, ...reply, disable_notification: options.silent === true };
      const outcome =
        files === undefined
          ? await callWithText<{ readonly message_id?: number }>(
              method,
              permit,
              part,
              options,
              (api, text, fields, signal) =>
                document === undefined
                  ? api.sendMessage(chat, text, { ...fields, ...place }, signal)
                  : api.sendDocument(chat, inputFile(document), { ...captionWith(text, fields), ...place }, signal),
            )
          : await sendFiles({ chat, files, caption, place }, permit);
      switch (outcome.kind) {
        case 'ok':
          return { kind: 'sent', messageId: idOf(outcome.result) };
        case 'chat_moved':
          return { kind: 'moved', to: chatAlone({ ...to, place: outcome.chatId }) };
        case 'topic_gone':
          return to.thread === undefined
            ? { kind: 'undeliverable', reason: outcome.reason }
            : { kind: 'moved', to: chatAlone(to) };
        case 'gone':
        case 'not_modified':
          return { kind: 'undeliverable', reason: outcome.kind };
        case 'wait':
        case 'withheld':
        case 'in_doubt':
        case 'undeliverable':
          return outcome;
      }
    },

    async edit(to, messageId, part, options, permit): Promise<EditOutcome> {
      const outcome = await callWithText('editMessageText', permit, part, options, (api, text, fields, signal) =>
        api.editMessageText(chatOf(to).chat, messageId, text, fields, signal),
      );
      switch (outcome.kind) {
        case 'ok':
        case 'not_modified':
          return { kind: 'edited' };
        case 'chat_moved':
        case 'topic_gone':
          // What stands in the old place stays as it is. A fresh message learns where the chat is.
          return { kind: 'gone' };
        case 'gone':
        case 'wait':
        case 'withheld':
        case 'in_doubt':
        case 'undeliverable':
          return outcome;
      }
    },

    async findOwn(to, afterMessageId, permit): Promise<FindOutcome> {
      // A group's numbers are shared by its topics and its people: what is found there need not be this lane's.
      if (to.place.startsWith('-') || to.thread !== undefined) return { kind: 'none' };
      for (let messageId = afterMessageId + 1; messageId <= afterMessageId + FIND_DEPTH; messageId += 1) {
        // Asked to take away a keyboard that is not there, Telegram says "not modified" of the bot's own messages only.
        const outcome = await callApi('editMessageReplyMarkup', permit, (api, signal) =>
          api.editMessageReplyMarkup(chatOf(to).chat, messageId, {}, signal),
        );
        if (outcome.kind === 'ok' || outcome.kind === 'not_modified') return { kind: 'found', messageId };
        if (outcome.kind === 'wait' || outcome.kind === 'withheld') return outcome;
        // Could not ask is not the same as not there.
        if (outcome.kind === 'in_doubt') return { kind: 'wait', retryAfterMs: UNREACHABLE_RETRY_MS };
        if (outcome.kind !== 'gone') return { kind: 'none' };
      }
      return { kind: 'none' };
    },

    async remove(to, messageId, permit) {
      return courtesy(
        await callApi('deleteMessage', permit, (api, signal) => api.deleteMessage(chatOf(to).chat, messageId, signal)),
      );
    },

    async leave(to, permit) {
      const outcome = await callApi('leaveChat', permit, (api, signal) => api.leaveChat(chatOf(to).chat, signal));
      // Refused for good where the bot is no member, or where there is no such chat.
      return outcome.kind === 'undeliverable' ? { kind: 'done' } : courtesy(outcome);
    },

    async offerCommands(to, commands, permit) {
      const scope = { type: 'chat', chat_id: chatOf(to).chat } as const;
      const list = commands.map(({ name, description }) => ({ command: name, description }));
      return courtesy(
        await callApi('setMyCommands', permit, (api, signal) => api.setMyCommands(list, { scope }, signal)),
      );
    },

    async showDraft(to, turn, part, permit) {
      const { chat, thread } = chatOf(to);
      const { text, entities } = part as unknown as TelegramPart;
      const draft = { draft_id: draftIdOf(turn), text, entities: [...entities], can_stop: true, keep_on_stop: true };
      const call = { chat_id: chat, ...thread, ...draft };
      const outcome = await callApi('sendMessageDraft', permit, (api, signal) =>
        api.raw.sendMessageDraft(call, signal),
      );
      // Of a method that the server does not have: there is no such thing as a draft that is gone.
      return outcome.kind === 'gone' ? { kind: 'failed' } : courtesy(outcome);
    },

    async typing(to, permit) {
      const { chat, thread } = chatOf(to);
      return courtesy(
        await callApi('sendChatAction', permit, (api, signal) => api.sendChatAction(chat, 'typing', thread, signal)),
      );
    },
  };
};

const inputFile = ({ name, content }: ReplyFile): InputFile => new InputFile(new TextEncoder().encode(content), name);

const captionWith = (text: string, { entities, reply_markup }: TextFields) => ({
  ...(text === '' ? {} : { caption: text }),
  ...(entities === undefined ? {} : { caption_entities: entities }),
  ...(reply_markup === undefined ? {} : { reply_markup }),
});

/** A server that confirms a message without naming it has sent it all the same; editing message 0 then finds nothing. */
const idOf = (result: { readonly message_id?: number }): number => result.message_id ?? 0;
