import { FileOptions, TelegramBot } from 'typescript-telegram-bot-api';
import { type BotClient, type BotLibrary, callNamed, downloadByPath } from '../bot-client.ts';

/** Multipart for every call, through axios and form-data; nested values are strings of JSON. */
export const typescriptTelegramBotApi: BotLibrary = {
  name: 'typescript-telegram-bot-api',
  lacks: {
    'a draft is seen until the message comes, and not in groups':
      'its methods are those of Bot API 8; it has no sendMessageDraft',
  },
  create: (token, root) => {
    const bot = new TelegramBot({ botToken: token, baseURL: root, autoRetry: false });
    const client: BotClient = {
      call: (method, params) => callNamed(bot, method, params),
      upload: (bytes, filename) => new FileOptions(bytes, { filename }),
      download: (fileId) => downloadByPath(client, fileId, `${root}/file/bot${token}`),
      refusalOf: (error) => {
        if (!TelegramBot.isTelegramError(error)) return null;
        const { error_code: code, description, parameters } = error.response;
        return { code, description, parameters: { ...parameters } };
      },
    };
    return client;
  },
};
