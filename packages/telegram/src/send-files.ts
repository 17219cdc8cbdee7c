import { PermanentError, RetryableError } from '@agent-claw/core';
import type { MediaStore, OutgoingFile, Permit } from '@agent-claw/core';
import type { MessageEntity } from '@grammyjs/types';
import { InputFile } from 'grammy/web';
import type { Api } from 'grammy/web';
import { UNREACHABLE_RETRY_MS } from './bot-api-call.ts';
import type { BotApiCaller, Called, Signal } from './bot-api-call.ts';

/** Where the bytes of outgoing files are. */
export type OutgoingSource = Pick<MediaStore, 'find' | 'open'>;

/** What goes below a file, and where it goes. */
export interface FilesRequest {
  readonly chat: number;
  readonly files: readonly OutgoingFile[];
  readonly caption: { readonly text: string; readonly entities: readonly MessageEntity[] };
  /** Thread, quoted message, silence: fields of every send method. */
  readonly place: Readonly<Record<string, unknown>>;
}

/** `isFile`: no form of this file is taken, or it cannot be read. The next one, or words, may pass. */
export type FilesCalled =
  | Exclude<Called<{ readonly message_id?: number }>, { kind: 'bad_request' }>
  | { readonly kind: 'undeliverable'; readonly reason: string; readonly isFile?: true };

/** As what a file is offered, the best first: what Telegram refuses in one form it may take in the next. */
const FORMS: Readonly<Record<OutgoingFile['kind'], readonly OutgoingFile['kind'][]>> = {
  photo: ['photo', 'document'],
  video: ['video', 'document'],
  voice: ['voice', 'audio', 'document'],
  audio: ['audio', 'document'],
  document: ['document'],
};

const METHODS = {
  photo: 'sendPhoto',
  video: 'sendVideo',
  voice: 'sendVoice',
  audio: 'sendAudio',
  document: 'sendDocument',
} as const;

type Sent = { readonly message_id?: number };
type Caption = FilesRequest['caption'];

/** Sends one file, or an album, streaming it from the store. A refused request has sent nothing, so another may follow it. */
export const fileSender =
  (callApi: BotApiCaller, source: OutgoingSource) =>
  async (request: FilesRequest, permit: Permit): Promise<FilesCalled> => {
    const problem = await problemOf(source, request.files);
    if (problem !== null) return problem;
    const [first] = request.files;
    if (first === undefined) return refusedFile('there is no file');
    const forms = request.files.length > 1 ? (['album'] as const) : FORMS[first.kind];
    const state = { caption: request.caption, reason: '' };
    for (const form of forms) {
      const ask = (): Promise<Called<Sent>> =>
        form === 'album'
          ? askForAlbum(callApi, source, { ...request, caption: state.caption }, permit)
          : askFor(callApi, source, form, first, { ...request, caption: state.caption }, permit);
      let outcome = await ask();
      if (outcome.kind === 'bad_request' && state.caption.entities.length > 0 && isAboutText(outcome.reason)) {
        state.caption = { ...state.caption, entities: [] };
        outcome = await ask();
      }
      // Small Bot API servers say "not found" of a method that they do not have.
      if (outcome.kind !== 'bad_request' && outcome.kind !== 'gone') return outcome;
      state.reason = outcome.kind === 'gone' ? 'no such method' : outcome.reason.replace(/^Bad Request: /u, '');
    }
    return refusedFile(`Telegram does not take it${told(state.reason)}`);
  };

const refusedFile = (reason: string): FilesCalled => ({ kind: 'undeliverable', reason, isFile: true });

/** Telegram's own short reasons; one that quotes anything, an address or the token perhaps, is told to nobody. */
const told = (reason: string): string => (/^[A-Za-z_ '’(),./-]{1,120}$/u.test(reason) ? ` (${reason})` : '');

const isAboutText = (reason: string): boolean => /entit|parse|utf-?16/iu.test(reason);

/** Looks whether all of them are there, before anything is sent. @returns null when they are. */
const problemOf = async (source: OutgoingSource, files: readonly OutgoingFile[]): Promise<FilesCalled | null> => {
  try {
    const found = await Promise.all(files.map(({ key }) => source.find(key)));
    return found.includes(null) ? refusedFile('it is not there any more') : null;
  } catch (error) {
    if (error instanceof RetryableError) return { kind: 'wait', retryAfterMs: UNREACHABLE_RETRY_MS };
    if (error instanceof PermanentError) return refusedFile('I cannot read it');
    throw error;
  }
};

/** The bytes of each file, opened when the request comes to it; `close` frees what an ended request has left open. */
const openBodies = (source: OutgoingSource) => {
  const bodies: AsyncGenerator<Uint8Array>[] = [];
  async function* bodyOf({ key, name }: OutgoingFile): AsyncGenerator<Uint8Array> {
    const opened = await source.open(key);
    if (opened === null) throw new PermanentError(`The file ${name} went while it was sent.`);
    yield* opened.body;
  }
  return {
    inputOf: (file: OutgoingFile): InputFile => {
      const body = bodyOf(file);
      bodies.push(body);
      return new InputFile(body, quoted(file.name));
    },
    close: (): void => {
      for (const body of bodies) body.return(undefined).catch(() => undefined);
    },
  };
};

/** grammY writes the name as it is: without quotes a space or a semicolon would end it. */
const quoted = (name: string): string => `"${name.replace(/["\\\p{Cc}]/gu, '_')}"`;

const captionOf = ({ text, entities }: Caption) => ({
  ...(text === '' ? {} : { caption: text }),
  ...(entities.length === 0 ? {} : { caption_entities: [...entities] }),
});

const askFor = async (
  callApi: BotApiCaller,
  source: OutgoingSource,
  form: OutgoingFile['kind'],
  file: OutgoingFile,
  { chat, caption, place }: FilesRequest,
  permit: Permit,
): Promise<Called<Sent>> => {
  const extra = {
    ...captionOf(caption),
    ...place,
    ...(file.durationS === undefined || form === 'document' ? {} : { duration: file.durationS }),
  };
  const send = (api: Api, input: InputFile, signal: Signal): Promise<Sent> => {
    switch (form) {
      case 'photo':
        return api.sendPhoto(chat, input, extra, signal);
      case 'video':
        return api.sendVideo(chat, input, { ...extra, supports_streaming: true }, signal);
      case 'voice':
        return api.sendVoice(chat, input, extra, signal);
      case 'audio':
        return api.sendAudio(chat, input, extra, signal);
      case 'document':
        return api.sendDocument(chat, input, extra, signal);
    }
  };
  return withBodies(callApi, source, METHODS[form], permit, (api, inputOf, signal) => send(api, inputOf(file), signal));
};

const askForAlbum = async (
  callApi: BotApiCaller,
  source: OutgoingSource,
  { chat, files, caption, place }: FilesRequest,
  permit: Permit,
): Promise<Called<Sent>> =>
  withBodies(callApi, source, 'sendMediaGroup', permit, async (api, inputOf, signal) => {
    const media = files.map((file, index) => ({
      type: file.kind === 'voice' ? ('audio' as const) : file.kind,
      media: inputOf(file),
      ...(index === 0 ? captionOf(caption) : {}),
    }));
    const messages = await api.sendMediaGroup(chat, media as Parameters<Api['sendMediaGroup']>[1], place, signal);
    // The newest: whatever is sent afterwards is looked for behind it.
    return messages.at(-1) ?? {};
  });

const withBodies = async (
  callApi: BotApiCaller,
  source: OutgoingSource,
  method: string,
  permit: Permit,
  call: (api: Api, inputOf: (file: OutgoingFile) => InputFile, signal: Signal) => Promise<Sent>,
): Promise<Called<Sent>> =>
  callApi(
    method,
    permit,
    async (api, signal) => {
      // Opened anew for each try: what was read once is gone.
      const bodies = openBodies(source);
      try {
        return await call(api, bodies.inputOf, signal);
      } finally {
        bodies.close();
      }
    },
    { isUpload: true },
  );
