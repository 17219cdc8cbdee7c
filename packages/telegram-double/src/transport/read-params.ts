import busboy from 'busboy';
import type { IncomingMessage } from 'node:http';
import { BotApiError, badRequest } from '../bot-api-error.ts';
import { fieldsOfJson, type Params, paramsOf, type Upload } from './params.ts';

const maxBodyBytes = 55 * 1024 * 1024;

/**
 * Reads a call's parameters: query first, body over it; urlencoded, JSON or multipart.
 * @throws BotApiError 413 when the body is larger than Telegram takes, 400 when it is not what its type says.
 */
export const readParams = async (request: IncomingMessage, query: URLSearchParams): Promise<Params> => {
  const type = (request.headers['content-type'] ?? '').toLowerCase();
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  if (type.startsWith('multipart/form-data')) return readMultipart(request, query);
  return paramsOfBody(await readBody(request, maxBodyBytes), type, query);
};

/** Parameters of a body that is not multipart. */
export const paramsOfBody = (body: Buffer, type: string, query = new URLSearchParams()): Params => {
  const fields = new Map(query);
  const add = (more: Iterable<[string, string]>): void => {
    for (const [name, value] of more) fields.set(name, value);
  };
  if (body.length === 0) return paramsOf(fields, new Map());
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

/** Reads a multipart body into memory: fields last one wins, uploads by part name (`file`, `file2` … when names repeat). */
export const readMultipart = (request: IncomingMessage, query: URLSearchParams): Promise<Params> =>
  new Promise((resolve, reject) => {
    const fields = new Map(query);
    const uploads = new Map<string, Upload>();
    let parser: busboy.Busboy;
    try {
      parser = busboy({
        headers: request.headers,
        defParamCharset: 'utf8',
        limits: { fileSize: maxBodyBytes, fieldSize: 1024 * 1024 },
      });
    } catch (cause) {
      reject(badRequest(cause instanceof Error ? cause.message : "can't parse multipart body"));
      return;
    }
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('file', (name, stream, info) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('limit', () => reject(tooLarge()));
      stream.on('close', () => {
        const bytes = Buffer.concat(chunks);
        uploads.set(freeName(uploads, name), { name: info.filename ?? '', mimeType: info.mimeType, bytes });
      });
    });
    parser.on('error', () => reject(badRequest("can't parse multipart body")));
    parser.on('close', () => resolve(paramsOf(fields, uploads)));
    request.on('error', reject);
    request.pipe(parser);
  });

const freeName = (uploads: ReadonlyMap<string, Upload>, name: string): string => {
  if (!uploads.has(name)) return name;
  let n = 2;
  while (uploads.has(`${name}${n}`)) n += 1;
  return `${name}${n}`;
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
