import { Api, GrammyError, InputFile } from 'grammy';
import { type BotClient, type BotLibrary, callNamed, downloadByPath } from '../bot-client.ts';

/** JSON, and streamed multipart for uploads. */
export const grammy: BotLibrary = {
  name: 'grammY',
  lacks: {},
  create: (token, root) => {
    const api = new Api(token, { apiRoot: root });
    const client: BotClient = {
      call: (method, params) => callNamed(api.raw, method, params),
      upload: (bytes, name) => new InputFile(bytes, name),
      download: (fileId) => downloadByPath(client, fileId, `${root}/file/bot${token}`),
      refusalOf: (error) =>
        error instanceof GrammyError
          ? { code: error.error_code, description: error.description, parameters: { ...error.parameters } }
          : null,
    };
    return client;
  },
};
