import type { Brand, EntryId, LaneId } from './ids.ts';

/** Names a stored file: `<lane's folder>/<entry id>-<n>-<the channel's id of the file>`, without the store's own prefix. */
export type MediaKey = Brand<string, 'MediaKey'>;

/** What a key looks like; nothing that could climb, be absolute or hold a token. */
export const MEDIA_KEY_FORM = /^[A-Za-z0-9_-]{1,128}\/[A-Za-z0-9_-]{1,160}$/u;

/** Something a person attached; the bytes stay with the channel until the runner fetches them. */
export interface Attachment {
  readonly kind: 'photo' | 'document' | 'voice' | 'audio' | 'video' | 'video_note' | 'animation' | 'sticker';
  readonly fileId: string;
  /** The same for every bot and at every time, unlike `fileId`. */
  readonly uniqueId?: string;
  readonly name?: string;
  readonly mimeType?: string;
  readonly sizeBytes?: number;
  readonly durationS?: number;
}

/** A file that has been stored. The agent sees this and never where the channel keeps it. */
export interface MediaFile {
  readonly key: MediaKey;
  /** As its first bytes say. */
  readonly mediaType: string;
  readonly sizeBytes: number;
}

/** Why a file is not there. `not_heard`: a recording in which nothing could be understood. */
export type MediaProblem = 'too_big' | 'gone' | 'unreachable' | 'not_heard';

/** What a file of a message is to the agent. */
export interface TurnAttachment extends Omit<Attachment, 'fileId' | 'uniqueId'> {
  readonly file?: MediaFile;
  readonly problem?: MediaProblem;
  /** More about the problem, for the person who waits. */
  readonly detail?: string;
  /** What is said in a recording that a message answers to. Words of a message's own recording are part of its text. */
  readonly words?: string;
}

/** What Telegram lets a bot download. */
export const MEDIA_MAX_BYTES = 20 * 1024 * 1024;

/** Kinds whose content is speech: they become words before anything else happens with them. */
export const SPOKEN_KINDS: ReadonlySet<Attachment['kind']> = new Set(['voice', 'audio', 'video_note']);

const safe = (text: string): string => text.replace(/[^A-Za-z0-9_-]/gu, '_');

/** The folder of a lane's files in the media store. */
export const mediaFolderOf = (laneId: LaneId): string => safe(laneId);

/**
 * Where a file of a message is stored. It follows from the message alone, so that another leg finds what this one has
 * stored, and changes when an edit of the message puts another file in its place.
 */
export const mediaKeyOf = (
  laneId: LaneId,
  entryId: EntryId,
  index: number,
  { uniqueId, fileId }: Attachment,
): MediaKey => `${mediaFolderOf(laneId)}/${safe(entryId)}-${index}-${safe(uniqueId ?? fileId).slice(-64)}` as MediaKey;
