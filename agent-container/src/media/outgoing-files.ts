import { MAX_ALBUM_FILES, MAX_FILES_PER_TURN, SEND_MAX_BYTES } from '@agent-claw/core';
import type { OutgoingFile } from '@agent-claw/core';

/** What a turn is going to send, in the order in which its tools asked for it. */
export interface OutgoingFiles {
  /** How many more it may send. */
  room(): number;
  /** Takes files that were asked for together: those that can stand in one album do. */
  add(files: readonly OutgoingFile[]): void;
  all(): readonly OutgoingFile[];
}

/** What Telegram lets into one album: pictures and videos together, anything else with its own kind, voice messages never. */
const albumOf = ({ kind }: OutgoingFile): string | null =>
  kind === 'voice' ? null : kind === 'photo' || kind === 'video' ? 'visual' : kind;

/** Those of one album side by side, cut where Telegram's limits for one request are. */
const groupsOf = (files: readonly OutgoingFile[]): readonly OutgoingFile[][] => {
  const groups: { readonly album: string | null; readonly files: OutgoingFile[] }[] = [];
  for (const file of files) {
    const album = albumOf(file);
    const open = album === null ? undefined : groups.findLast((group) => group.album === album);
    const bytes = open?.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, file.sizeBytes) ?? 0;
    if (open !== undefined && open.files.length < MAX_ALBUM_FILES && bytes <= SEND_MAX_BYTES) open.files.push(file);
    else groups.push({ album, files: [file] });
  }
  return groups.map((group) => group.files);
};

export const createOutgoingFiles = (): OutgoingFiles => {
  const files: OutgoingFile[] = [];
  const state = { albums: 0 };
  return {
    room: () => MAX_FILES_PER_TURN - files.length,
    add: (added) => {
      for (const group of groupsOf(added)) {
        const album = group.length > 1 ? { album: (state.albums += 1) } : {};
        files.push(...group.map((file) => ({ ...file, ...album })));
      }
    },
    all: () => files,
  };
};
