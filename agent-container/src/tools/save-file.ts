import { FileTooLargeError, MEDIA_MAX_BYTES, receivedKeyOf } from '@agent-claw/core';
import type { LaneId, Log, MediaStore, StoredMedia, WorkspaceStore } from '@agent-claw/core';
import type { Tool } from '@strands-agents/sdk';
import * as z from 'zod';
import { allowedPath } from './allowed-path.ts';
import { guardedTool } from './guarded-tool.ts';
import { ToolRefusal } from './tool-refusal.ts';

export interface SaveFileDeps {
  readonly laneId: LaneId;
  readonly workspace: WorkspaceStore;
  readonly privateLane: boolean;
  readonly media: MediaStore;
  readonly log: Log;
}

/** Keeps a file that a person sent in this lane. It never replaces another one. */
export const saveFileTool = ({ laneId, workspace, privateLane, media, log }: SaveFileDeps): Tool => {
  const received = async (id: string): Promise<StoredMedia> => {
    const key = receivedKeyOf(laneId, id);
    const file = key === null ? null : await media.read(key, MEDIA_MAX_BYTES);
    if (file !== null) return file;
    throw new ToolRefusal(
      `There is no file "${id.slice(0, 80)}" of this chat. Take the name from file="…" of an <attachment>; files go after 30 days, then the person has to send it again.`,
    );
  };

  /** A step that is repeated after a crash finds its own file. */
  const isThere = async (path: string, bytes: Uint8Array): Promise<boolean> => {
    try {
      const stored = await workspace.readBytes(path, bytes.byteLength);
      return stored !== null && Buffer.compare(stored.bytes, bytes) === 0;
    } catch (error) {
      if (error instanceof FileTooLargeError) return false;
      throw error;
    }
  };

  return guardedTool(log, {
    name: 'save_file',
    description:
      'Keeps a file that the person sent in the workspace, where it stays: photos, documents, recordings. file is what an <attachment> has as file="…". A file that is there already is never replaced.',
    inputSchema: z.object({
      file: z.string().describe('As in file="…" of the attachment'),
      path: z.string().describe('Path in the workspace, for example photos/cat.jpg'),
    }),
    run: async (input) => {
      const path = allowedPath(input.path, privateLane);
      const { bytes, mediaType, sizeBytes } = await received(input.file);
      const outcome = await workspace.write(path, bytes, { kind: 'if_absent' });
      if (outcome.kind === 'conflict' && !(await isThere(path, bytes)))
        throw new ToolRefusal(`There is another file at ${path} already. Nothing was saved; choose another name.`);
      return `Saved ${path} (${mediaType}, ${sizeBytes} bytes).`;
    },
  });
};
