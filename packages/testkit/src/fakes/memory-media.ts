import { FileTooLargeError } from '@agent-claw/core';
import type {
  FetchMediaOutcome,
  Hearing,
  MediaKey,
  MediaSource,
  MediaStore,
  SessionTranscriber,
} from '@agent-claw/core';

export interface MemoryMediaStore extends MediaStore {
  /** What was put, in order, repetitions included. */
  readonly puts: readonly MediaKey[];
}

/** Files of messages in memory. */
export const memoryMediaStore = (): MemoryMediaStore => {
  const files = new Map<MediaKey, { readonly bytes: Uint8Array; readonly mediaType: string }>();
  const puts: MediaKey[] = [];
  return {
    puts,
    find: async (key) => {
      const file = files.get(key);
      return file === undefined ? null : { mediaType: file.mediaType, sizeBytes: file.bytes.byteLength };
    },
    put: async (key, { bytes, mediaType }) => {
      puts.push(key);
      files.set(key, { bytes: Uint8Array.from(bytes), mediaType });
    },
    read: async (key, maxBytes) => {
      const file = files.get(key);
      if (file === undefined) return null;
      if (file.bytes.byteLength > maxBytes)
        throw new FileTooLargeError(`File ${key} has ${file.bytes.byteLength} bytes; ${maxBytes} is the most here.`);
      return { ...file, sizeBytes: file.bytes.byteLength };
    },
    open: async (key) => {
      const file = files.get(key);
      return file === undefined
        ? null
        : { mediaType: file.mediaType, sizeBytes: file.bytes.byteLength, body: piecesOf(file.bytes) };
    },
  };
};

/** In two pieces, as nothing on the network comes in one. */
async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const middle = Math.ceil(bytes.byteLength / 2);
  for (const piece of [bytes.slice(0, middle), bytes.slice(middle)]) if (piece.byteLength > 0) yield piece;
}

export interface MemoryMedia {
  readonly source: MediaSource;
  readonly store: MemoryMediaStore;
  readonly transcriber: SessionTranscriber;
  /** Ids of the files that were asked for at the channel, in order. */
  readonly fetched: readonly string[];
  /** Keys of the recordings that were listened to, in order. */
  readonly heard: readonly MediaKey[];
}

/**
 * A channel's files and an ear, as the script says. Without a word about it a file is a small picture, and a recording
 * says nothing that could be understood.
 */
export const memoryMedia = (
  script: {
    readonly fetch?: (fileId: string, signal: AbortSignal) => FetchMediaOutcome | Promise<FetchMediaOutcome>;
    readonly hear?: (key: MediaKey, signal: AbortSignal) => Hearing | Promise<Hearing>;
  } = {},
): MemoryMedia => {
  const store = memoryMediaStore();
  const fetched: string[] = [];
  const heard: MediaKey[] = [];
  return {
    store,
    fetched,
    heard,
    source: {
      fetch: async (fileId, permit, signal) => {
        if (permit() === null || signal.aborted) return { kind: 'withheld' };
        fetched.push(fileId);
        return (
          (await script.fetch?.(fileId, signal)) ?? { kind: 'fetched', bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) }
        );
      },
    },
    transcriber: {
      hear: async (_session, { file }, signal) => {
        heard.push(file.key);
        return (await script.hear?.(file.key, signal)) ?? { kind: 'not_heard' };
      },
    },
  };
};
