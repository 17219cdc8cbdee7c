import { Bot, MediaUpload, TelegramError } from 'gramio';
import { type BotClient, type BotLibrary, callNamed } from '../bot-client.ts';

/** JSON; an upload is multipart with every other parameter in the query. */
export const gramio: BotLibrary = {
  name: 'gramio',
  lacks: {},
  create: (token, root) => {
    const bot = new Bot(token, { api: { baseURL: `${root}/bot` } });
    const client: BotClient = {
      call: (method, params) => callNamed(bot.api, method, params),
      upload: (bytes, name) => MediaUpload.buffer(new Uint8Array(bytes), name),
      download: async (fileId) => Buffer.from(await bot.downloadFile(fileId)),
      refusalOf: (error) =>
        error instanceof TelegramError
          ? { code: error.code, description: error.message, parameters: { ...error.payload } }
          : null,
    };
    return client;
  },
};
