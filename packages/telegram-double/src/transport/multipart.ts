import { badRequest } from '../bot-api-error.ts';
import type { Upload } from './params.ts';

export interface Multipart {
  readonly fields: ReadonlyMap<string, string>;
  readonly uploads: ReadonlyMap<string, Upload>;
}

/**
 * Reads multipart/form-data as Telegram's server does: a part with a file name is a file, names may stand without quotes and are percent-decoded.
 * Of fields that repeat the last one counts; a repeated upload gets a number after its name.
 * @throws BotApiError 400 when it is no such body.
 */
export const parseMultipart = (body: Buffer, contentType: string): Multipart => {
  const [, quoted, token] = /boundary=(?:"([^"]*)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? token ?? '';
  if (boundary === '') throw badRequest('boundary not found');
  const fields = new Map<string, string>();
  const uploads = new Map<string, Upload>();
  for (const part of partsOf(body, `--${boundary}`)) {
    const headersEnd = part.indexOf('\r\n\r\n');
    if (headersEnd < 0) throw badRequest("can't parse form data headers");
    const { name, fileName, mimeType } = readHeaders(part.toString('utf8', 0, headersEnd));
    const bytes = part.subarray(headersEnd + 4);
    if (name === '') throw badRequest('field name in multipart/form-data not found');
    if (fileName === undefined) fields.set(name, bytes.toString('utf8'));
    else uploads.set(freeName(uploads, name), { name: fileName, mimeType, bytes: Buffer.from(bytes) });
  }
  return { fields, uploads };
};

/** What lies between boundaries, from behind one line break to before the next. */
const partsOf = (body: Buffer, boundary: string): Buffer[] => {
  const parts: Buffer[] = [];
  let start = body.indexOf(boundary);
  while (start >= 0) {
    const from = start + boundary.length;
    if (body.toString('latin1', from, from + 2) === '--') return parts;
    const end = body.indexOf(`\r\n${boundary}`, from);
    if (end < 0) throw badRequest("can't parse multipart body: its last boundary is missing");
    parts.push(body.subarray(from + 2, end));
    start = end + 2;
  }
  return parts;
};

const readHeaders = (text: string): { name: string; fileName: string | undefined; mimeType: string } => {
  let name = '';
  let fileName: string | undefined;
  let mimeType = 'application/octet-stream';
  for (const line of text.split(/\r\n(?![ \t])/)) {
    const [, header = '', value = ''] = /^([^:]*):\s*(.*)$/s.exec(line) ?? [];
    if (header.trim().toLowerCase() === 'content-type') mimeType = value.trim();
    if (header.trim().toLowerCase() !== 'content-disposition') continue;
    if (!value.startsWith('form-data;')) throw badRequest('expected form-data content disposition');
    for (const [, key = '', quoted, token] of value
      .slice(10)
      .matchAll(/([^=;]+)=\s*(?:"((?:\\.|[^"\\])*)"|([^;]*))/gs)) {
      const given = percentDecoded(quoted === undefined ? (token ?? '').trim() : quoted.replaceAll(/\\(.)/gs, '$1'));
      if (key.trim() === 'name') name = given;
      if (key.trim() === 'filename') fileName = given;
    }
  }
  return { name, fileName, mimeType };
};

const percentDecoded = (text: string): string =>
  text.replaceAll(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));

const freeName = (uploads: ReadonlyMap<string, Upload>, name: string): string => {
  if (!uploads.has(name)) return name;
  let n = 2;
  while (uploads.has(`${name}${n}`)) n += 1;
  return `${name}${n}`;
};
