export type Json = Readonly<Record<string, unknown>>;

/** What a client tells its user when Telegram says no. */
export interface Refusal {
  readonly code: number;
  readonly description: string;
  readonly parameters: Json;
}

/** One Bot API library, used as its users use it; how it encodes a call is its own affair. */
export interface BotClient {
  /** The method of the library with this name. */
  call(method: string, params?: Json): Promise<unknown>;
  /** A file as the library wants it in the place of a `file_id`. */
  upload(bytes: Buffer, name: string): unknown;
  /** The bytes behind a `file_id`, by the library's own way if it has one. */
  download(fileId: string): Promise<Buffer>;
  /** Null when the error is no answer of Telegram. */
  refusalOf(error: unknown): Refusal | null;
}

export interface BotLibrary {
  readonly name: string;
  create(token: string, root: string): BotClient;
  /** Scenarios that this library cannot run, each with the reason. */
  readonly lacks: Readonly<Record<string, string>>;
}

type Method = (params?: Json) => Promise<unknown>;

/** Calls a library's method by its name. @throws Error when the library has none of it. */
export const callNamed = (api: object, method: string, params?: Json): Promise<unknown> => {
  const call = (api as Readonly<Record<string, Method | undefined>>)[method];
  if (call === undefined)
    throw new Error(`The library has no method ${method}. List the scenario under what it lacks.`);
  return params === undefined ? call.call(api) : call.call(api, params);
};

/** For libraries that leave downloads to their users. */
export const downloadByPath = async (client: BotClient, fileId: string, filesRoot: string): Promise<Buffer> => {
  const { file_path: path } = (await client.call('getFile', { file_id: fileId })) as { readonly file_path: string };
  return bytesAt(`${filesRoot}/${path}`);
};

export const bytesAt = async (url: string): Promise<Buffer> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`Downloading a file: the double answered ${response.status}.`);
  return Buffer.from(await response.arrayBuffer());
};
