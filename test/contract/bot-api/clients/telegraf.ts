import { Telegram, TelegramError } from 'telegraf';
import { bytesAt, type BotClient, type BotLibrary } from '../bot-client.ts';

/** JSON through node-fetch, and a hand-made multipart stream for uploads. */
export const telegraf: BotLibrary = {
  name: 'Telegraf',
  lacks: {},
  create: (token, root) => {
    const telegram = new Telegram(token, { apiRoot: root });
    const client: BotClient = {
      call: (method, params) => telegram.callApi(method as 'getMe', { ...params }),
      upload: (source, filename) => ({ source, filename }),
      download: async (fileId) => bytesAt((await telegram.getFileLink(fileId)).href),
      refusalOf: (error) =>
        error instanceof TelegramError
          ? { code: error.code, description: error.description, parameters: { ...error.parameters } }
          : null,
    };
    return client;
  },
};
