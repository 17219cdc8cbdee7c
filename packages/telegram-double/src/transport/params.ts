import { badRequest } from '../bot-api-error.ts';

/** One uploaded part of a multipart body. */
export interface Upload {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Buffer;
}

/** The parameters of one call as Telegram's server sees them: texts by name, whatever the encoding was, and uploads. */
export interface Params {
  has(name: string): boolean;
  /** '' when missing. */
  text(name: string): string;
  /** Undefined when missing; text that is not a number reads as 0, as on Telegram's server. */
  int(name: string): number | undefined;
  bool(name: string): boolean;
  /** A nested object, given as JSON or as a string of JSON. @throws BotApiError `can't parse <what> JSON object`. */
  json(name: string, what: string): unknown;
  upload(name: string): Upload | undefined;
  /** For the record of requests. */
  plain(): Record<string, unknown>;
}

export const paramsOf = (fields: ReadonlyMap<string, string>, uploads: ReadonlyMap<string, Upload>): Params => ({
  has: (name) => fields.has(name) || uploads.has(name),
  text: (name) => fields.get(name) ?? '',
  int: (name) => {
    const value = fields.get(name);
    return value === undefined || value === '' ? undefined : intOf(value);
  },
  bool: (name) => ['true', 'yes', '1'].includes((fields.get(name) ?? '').trim().toLowerCase()),
  json: (name, what) => {
    const value = fields.get(name);
    if (value === undefined || value === '') return undefined;
    const parsed = jsonOf(value);
    if (parsed === invalidJson) throw badRequest(`can't parse ${what} JSON object`);
    return parsed ?? undefined;
  },
  upload: (name) => uploads.get(name),
  plain: () => ({
    ...Object.fromEntries([...fields].map(([name, value]) => [name, readable(value)])),
    ...Object.fromEntries(
      [...uploads].map(([name, upload]) => [name, { file: upload.name, size: upload.bytes.length }]),
    ),
  }),
});

/** The fields of a JSON body: each value becomes the text it would be in a form. */
export const fieldsOfJson = (body: unknown): Map<string, string> => {
  const fields = new Map<string, string>();
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest("can't parse JSON object");
  for (const [name, value] of Object.entries(body)) {
    if (value === null || value === undefined) continue;
    fields.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return fields;
};

const invalidJson = Symbol('invalid JSON');

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError) return invalidJson;
    throw cause;
  }
};

const intOf = (text: string): number => {
  const value = Number.parseInt(text.trim(), 10);
  return Number.isNaN(value) ? 0 : value;
};

const readable = (value: string): unknown => {
  if (!/^[[{]/.test(value)) return value;
  const parsed = jsonOf(value);
  return parsed === invalidJson ? value : parsed;
};
