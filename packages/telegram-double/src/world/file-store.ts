import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Upload } from '../transport/params.ts';
import type { Journal } from './journal.ts';
import type { FileRecord } from './records.ts';

/** Uploaded files: bytes on disk beside the journal, or in memory without a folder. */
export interface FileStore {
  add(uniqueId: string, kind: string, upload: Upload): FileRecord;
  byUniqueId(uniqueId: string): FileRecord | undefined;
  /** Gives out a download link, good for at least an hour. @returns its path. */
  link(file: FileRecord, nowMs: number): string;
  /** The file behind a link; undefined when it was never given out or has expired. */
  byLink(path: string, nowMs: number): FileRecord | undefined;
  bytes(file: FileRecord): Buffer;
}

const linkMs = 3_600_000;

const folders: Readonly<Record<string, string>> = {
  photo: 'photos',
  voice: 'voice',
  audio: 'music',
  video: 'videos',
  sticker: 'stickers',
  animation: 'animations',
};

export const openFileStore = (journal: Journal, dataDir?: string): FileStore => {
  const records = journal.table<FileRecord>('files');
  const links = journal.table<{ readonly uniqueId: string; readonly untilMs: number }>('file_links');
  const memory = new Map<string, Buffer>();
  const folder = dataDir === undefined ? undefined : join(dataDir, 'files');
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  return {
    add: (uniqueId, kind, upload) => {
      const extension = /\.[a-z0-9]{1,8}$/i.exec(upload.name)?.[0] ?? extensionOf(upload.mimeType);
      const path = `${folders[kind] ?? 'documents'}/file_${uniqueId}${extension.toLowerCase()}`;
      if (folder === undefined) memory.set(uniqueId, upload.bytes);
      else writeFileSync(join(folder, uniqueId), upload.bytes);
      const { name, mimeType, bytes } = upload;
      const record: FileRecord = { uniqueId, kind, name, mimeType, size: bytes.length, path };
      records.put(uniqueId, record);
      return record;
    },
    byUniqueId: (uniqueId) => records.get(uniqueId),
    link: (file, nowMs) => {
      links.put(file.path, { uniqueId: file.uniqueId, untilMs: nowMs + linkMs });
      return file.path;
    },
    byLink: (path, nowMs) => {
      const link = links.get(path);
      return link === undefined || nowMs > link.untilMs ? undefined : records.get(link.uniqueId);
    },
    bytes: (file) =>
      folder === undefined ? (memory.get(file.uniqueId) ?? Buffer.alloc(0)) : readFileSync(join(folder, file.uniqueId)),
  };
};

const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'audio/ogg': '.oga',
  'audio/mpeg': '.mp3',
  'video/mp4': '.mp4',
  'image/webp': '.webp',
};
const extensionOf = (mimeType: string): string => extensions[mimeType] ?? '';

/** file_id is per bot and differs from file_unique_id, as on Telegram. */
export const fileIdFor = (uniqueId: string, botId: number): string =>
  `AgAD${Buffer.from(`${botId}:${uniqueId}`).toString('base64url')}`;

/** Whether this has the shape of a file_id, of whichever bot. */
export const isFileId = (text: string): boolean =>
  text.startsWith('AgAD') && /^\d+:\w+$/.test(Buffer.from(text.slice(4), 'base64url').toString('utf8'));

/** The unique id behind a bot's file_id; null for another bot's, or none at all. */
export const uniqueIdOf = (fileId: string, botId: number): string | null => {
  const [owner, uniqueId] = Buffer.from(fileId.slice(4), 'base64url').toString('utf8').split(':');
  return fileId.startsWith('AgAD') && owner === String(botId) && uniqueId ? uniqueId : null;
};
