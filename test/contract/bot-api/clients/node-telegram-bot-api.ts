import { Api, InputFile, TelegramApiError } from 'node-telegram-bot-api';
import { type BotClient, type BotLibrary, callNamed, downloadByPath } from '../bot-client.ts';

/** Multipart of the platform's own FormData; its retries are off, so that each refusal shows. */
export const nodeTelegramBotApi: BotLibrary = {
  name: 'node-telegram-bot-api',
  lacks: {},
  create: (token, root) => {
    const api = new Api(token, { apiRoot: root, maxRetries: 0 });
    const client: BotClient = {
      call: (method, params) => callNamed(api, method, params),
      upload: (bytes, filename) => new InputFile(bytes, { filename }),
      download: (fileId) => downloadByPath(client, fileId, `${root}/file/bot${token}`),
      refusalOf: (error) =>
        error instanceof TelegramApiError
          ? { code: error.errorCode, description: error.description, parameters: { ...error.parameters } }
          : null,
    };
    return client;
  },
};
