import type { LaneId } from './ids.ts';
import { MEDIA_KEY_FORM, mediaFolderOf } from './media.ts';
import type { MediaFile, MediaKey } from './media.ts';

/** A file that a turn sends beside its words. Its bytes are in the media store; only this travels. */
export interface OutgoingFile extends MediaFile {
  readonly kind: 'photo' | 'video' | 'audio' | 'voice' | 'document';
  /** As the person sees it: with its ending, without a folder. */
  readonly name: string;
  /** Markdown, shown below the file; what is too long for that follows as text. */
  readonly caption?: string;
  /** Of recordings. */
  readonly durationS?: number;
  /** Files with the same number make one album. */
  readonly album?: number;
}

/** What one turn may send. */
export const MAX_FILES_PER_TURN = 20;
/** What Telegram takes as one album. */
export const MAX_ALBUM_FILES = 10;
// Written out: a product would stay in every bundle, tg-ingest's too.
/** What Telegram takes from a bot as a picture: 10 MiB. */
export const PHOTO_MAX_BYTES = 10_485_760;
/** As any other file: 50 MiB. */
export const SEND_MAX_BYTES = 52_428_800;

/**
 * Where a file is stored until it is sent. It is named by its content (`digest`, hexadecimal): a run that is started again
 * stores the same file under the same key, and one that is over can put nothing in its place.
 */
export const outgoingKeyOf = (laneId: LaneId, digest: string): MediaKey =>
  `sent-${mediaFolderOf(laneId)}/${digest}` as MediaKey;

/** What the agent calls a file that a person sent: its key without the lane's folder. */
export const receivedIdOf = (key: MediaKey): string => key.slice(key.indexOf('/') + 1);

/** The key of a file that was sent in this lane and no other, by what the agent calls it; null for what cannot be one. */
export const receivedKeyOf = (laneId: LaneId, id: string): MediaKey | null => {
  const key = `${mediaFolderOf(laneId)}/${id}`;
  return MEDIA_KEY_FORM.test(key) ? (key as MediaKey) : null;
};

/** Files as they are sent, in order: what makes an album together is one group. */
export const groupsOf = (files: readonly OutgoingFile[]): readonly (readonly OutgoingFile[])[] => {
  const groups: OutgoingFile[][] = [];
  for (const file of files) {
    const last = groups.at(-1);
    if (file.album !== undefined && last?.[0]?.album === file.album) last.push(file);
    else groups.push([file]);
  }
  return groups;
};
