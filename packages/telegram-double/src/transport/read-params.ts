import type { IncomingMessage } from 'node:http';
import { BotApiError, badRequest } from '../bot-api-error.ts';
import { parseMultipart } from './multipart.ts';
import { fieldsOfJson, type Params, paramsOf } from './params.ts';

const maxBodyBytes = 55 * 1024 * 1024;

/**
 * Reads a call's parameters: query first, body over it; urlencoded, JSON or multipart.
 * @throws BotApiError 413 when the body is larger than Telegram takes, 400 when it is not what its type says.
 */
export const readParams = async (request: IncomingMessage, query: URLSearchParams): Promise<Params> => {
  const type = request.headers['content-type'] ?? '';
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  return paramsOfBody(await readBody(request, maxBodyBytes), type, query);
};

/** Parameters of a body of this content type over those of the query. */
export const paramsOfBody = (body: Buffer, contentType: string, query = new URLSearchParams()): Params => {
  const type = contentType.toLowerCase();
  const fields = new Map(query);
  const add = (more: Iterable<[string, string]>): void => {
    for (const [name, value] of more) fields.set(name, value);
  };
  if (body.length === 0) return paramsOf(fields, new Map());
  if (type.startsWith('multipart/form-data')) {
    const { fields: given, uploads } = parseMultipart(body, contentType);
    add(given);
    return paramsOf(fields, uploads);
  }
  if (type.startsWith('application/json')) add(fieldsOfJson(parseJson(body)));
  else if (type.startsWith('application/x-www-form-urlencoded')) add(new URLSearchParams(body.toString('utf8')));
  return paramsOf(fields, new Map());
};

/** @throws BotApiError 413 beyond `maxBytes`. */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const tooLarge = (): BotApiError => new BotApiError(413, 'Request Entity Too Large');

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw badRequest("can't parse JSON object");
    throw cause;
  }
};
