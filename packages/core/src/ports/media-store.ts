import type { MediaKey } from '../media.ts';

export interface MediaInfo {
  /** As its first bytes say, never as the sender said. */
  readonly mediaType: string;
  readonly sizeBytes: number;
}

export interface StoredMedia extends MediaInfo {
  readonly bytes: Uint8Array;
}

/** A file that is read piece by piece. */
export interface OpenedMedia extends MediaInfo {
  /** Throws RetryableError when it breaks off. Whoever stops reading frees what it holds. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Files of messages, those that came and those that go, for as long as they are needed: they go by themselves after 30 days. */
export interface MediaStore {
  /** @returns null when it is not there. @throws RetryableError when the store does not answer. */
  find(key: MediaKey): Promise<MediaInfo | null>;
  /** Stores it under its key. Putting the same file again changes nothing. @throws RetryableError when the store does not answer. */
  put(
    key: MediaKey,
    file: { readonly bytes: Uint8Array; readonly mediaType: string; readonly name?: string },
  ): Promise<void>;
  /** @returns null when it is not there. @throws FileTooLargeError over `maxBytes`, RetryableError when the store does not answer. */
  read(key: MediaKey, maxBytes: number): Promise<StoredMedia | null>;
  /** Begins to read it from its start, as often as it is asked for. @returns null when it is not there. @throws RetryableError when the store does not answer. */
  open(key: MediaKey): Promise<OpenedMedia | null>;
}
