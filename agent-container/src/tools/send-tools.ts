import { createHash } from 'node:crypto';
import {
  FileTooLargeError,
  MAX_ALBUM_FILES,
  MAX_FILES_PER_TURN,
  MAX_SPOKEN_CHARS,
  outgoingKeyOf,
  PHOTO_MAX_BYTES,
  SEND_MAX_BYTES,
  sniffMediaType,
} from '@agent-claw/core';
import type { LaneId, Log, MediaStore, OutgoingFile, Speaker, WorkspaceStore } from '@agent-claw/core';
import type { Tool } from '@strands-agents/sdk';
import * as z from 'zod';
import { isOggOpus, oggSeconds } from '../media/ogg-opus.ts';
import type { OutgoingFiles } from '../media/outgoing-files.ts';
import { allowedPath, noSuchFile } from './allowed-path.ts';
import { guardedTool } from './guarded-tool.ts';
import { ToolRefusal } from './tool-refusal.ts';

const MAX_CAPTION_CHARS = 4_000;

export interface SendToolsDeps {
  readonly laneId: LaneId;
  readonly workspace: WorkspaceStore;
  /** False keeps USER.md, MEMORY.md and memory/ from being sent: a group must never read them. */
  readonly privateLane: boolean;
  readonly media: MediaStore;
  readonly speaker: Speaker;
  /** Takes what is to be sent; the turn hands it over when it ends. */
  readonly outgoing: OutgoingFiles;
  readonly log: Log;
}

/** Puts the bytes where the runner finds them. They are named by their content, so a repeated step puts nothing new. */
const store = async (
  { laneId, media }: SendToolsDeps,
  bytes: Uint8Array,
  file: Pick<OutgoingFile, 'kind' | 'name' | 'mediaType' | 'durationS' | 'caption'>,
): Promise<OutgoingFile> => {
  const key = outgoingKeyOf(laneId, createHash('sha256').update(bytes).digest('hex'));
  await media.put(key, { bytes, mediaType: file.mediaType, name: file.name });
  return { ...file, key, sizeBytes: bytes.byteLength };
};

const PHOTOS: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp']);
const SOUNDS: ReadonlySet<string> = new Set(['audio/mpeg', 'audio/mp4']);

/** As what Telegram shows a file best; it falls back to a document where Telegram does not take it as such. */
const kindOf = (bytes: Uint8Array, mediaType: string): OutgoingFile['kind'] => {
  if (PHOTOS.has(mediaType)) return bytes.byteLength <= PHOTO_MAX_BYTES ? 'photo' : 'document';
  if (mediaType === 'video/mp4') return 'video';
  if (mediaType === 'audio/ogg') return isOggOpus(bytes) ? 'voice' : 'document';
  return SOUNDS.has(mediaType) ? 'audio' : 'document';
};

const megabytes = (bytes: number): number => bytes / 1024 / 1024;

/** The tools with which a turn sends something beside its words. */
export const sendTools = (deps: SendToolsDeps): Tool[] => {
  const { workspace, privateLane, speaker, outgoing, log } = deps;

  const bytesOf = async (path: string): Promise<Uint8Array> => {
    try {
      const found = await workspace.readBytes(path, SEND_MAX_BYTES);
      if (found === null) throw noSuchFile(path);
      const { bytes } = found;
      if (bytes.byteLength === 0) throw new ToolRefusal(`${path} is empty; an empty file cannot be sent.`);
      return bytes;
    } catch (error) {
      if (!(error instanceof FileTooLargeError)) throw error;
      throw new ToolRefusal(`${path} is too big: ${megabytes(SEND_MAX_BYTES)} MB is the most that can be sent.`);
    }
  };

  const needRoom = (files: number): void => {
    if (files > outgoing.room())
      throw new ToolRefusal(
        `A turn sends ${MAX_FILES_PER_TURN} files at most, and ${outgoing.room()} are left of that. Nothing was added; send fewer.`,
      );
  };

  const sendFiles = guardedTool(log, {
    name: 'send_files',
    description:
      'Sends files of the workspace to the person, below your answer. Photos and videos are shown as such, several together become an album; everything else arrives as a document. as "document" keeps a photo in its full size. caption stands below the first file. Up to 10 MB a photo, 50 MB any other file.',
    inputSchema: z.object({
      paths: z.array(z.string()).min(1).max(MAX_ALBUM_FILES).describe('Paths in the workspace, in order'),
      caption: z.string().max(MAX_CAPTION_CHARS).optional(),
      as: z.enum(['auto', 'document']).optional(),
    }),
    run: async ({ paths, caption, as }) => {
      const allowed = paths.map((path) => allowedPath(path, privateLane));
      needRoom(allowed.length);
      const files: OutgoingFile[] = [];
      // One after the other: each may be 50 MB. None is taken before all of them are there.
      for (const path of allowed) {
        const bytes = await bytesOf(path);
        const name = path.slice(path.lastIndexOf('/') + 1);
        const mediaType = sniffMediaType(bytes, name);
        const kind = as === 'document' ? 'document' : kindOf(bytes, mediaType);
        const seconds = kind === 'voice' ? oggSeconds(bytes) : undefined;
        files.push(
          await store(deps, bytes, {
            kind,
            name,
            mediaType,
            ...(seconds === undefined ? {} : { durationS: seconds }),
            ...(files.length === 0 && caption !== undefined && caption.trim() !== '' ? { caption } : {}),
          }),
        );
      }
      outgoing.add(files);
      const rows = files.map(({ name, kind, sizeBytes }) => `${name} (${kind}, ${sizeBytes} bytes)`);
      return `Taken; sent below your answer when this turn ends: ${rows.join(', ')}.`;
    },
  });

  const sendVoice = guardedTool(log, {
    name: 'send_voice',
    description:
      'Says a text as a voice message, sent below your answer. Plain words as one would say them, no Markdown, 3,000 characters at most. Use it when the person asks to hear something; do not repeat its text in your answer.',
    inputSchema: z.object({
      text: z.string().min(1),
      language: z.string().optional().describe('Language of the text, like de or pt-BR; default: the usual voice'),
    }),
    run: async ({ text, language }) => {
      const words = text.trim();
      if (words === '') throw new ToolRefusal('There is nothing to say.');
      if (words.length > MAX_SPOKEN_CHARS)
        throw new ToolRefusal(
          `The text has ${words.length} characters and a voice message ${MAX_SPOKEN_CHARS} at most. Say it shorter, or in several messages.`,
        );
      needRoom(1);
      const speech = await speaker.speak(words, language);
      if (speech.kind === 'refused') throw new ToolRefusal(`No voice message: ${speech.reason}`);
      const durationS = oggSeconds(speech.bytes);
      const file = await store(deps, speech.bytes, {
        kind: 'voice',
        name: 'voice.ogg',
        mediaType: 'audio/ogg',
        ...(durationS === undefined ? {} : { durationS }),
      });
      outgoing.add([file]);
      return `Spoken${durationS === undefined ? '' : ` (${durationS} s)`}; sent below your answer when this turn ends.`;
    },
  });

  return [sendFiles, sendVoice];
};
