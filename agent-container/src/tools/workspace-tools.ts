import { isUtf8 } from 'node:buffer';
import { isPrivatePath, SEND_MAX_BYTES } from '@agent-claw/core';
import type { Log, WorkspaceFile, WorkspaceStore } from '@agent-claw/core';
import type { Tool } from '@strands-agents/sdk';
import * as z from 'zod';
import { allowedPath, noSuchFile } from './allowed-path.ts';
import { guardedTool } from './guarded-tool.ts';
import { ToolRefusal } from './tool-refusal.ts';

const MAX_WRITE_CHARS = 200_000;
const MAX_FILE_CHARS = 1_000_000;
const READ_PAGE_CHARS = 20_000;
const LIST_LIMIT = 200;
/** Lost races in a row before a tool gives up: far more writers than one owner has. */
const MAX_RACES = 8;

const path = z.string().describe('Path in the workspace, for example notes/trip.md');
const content = z.string().max(MAX_WRITE_CHARS);

export interface WorkspaceToolsDeps {
  readonly workspace: WorkspaceStore;
  /** False hides USER.md, MEMORY.md and memory/ from the tools: a group must never read or write them. */
  readonly privateLane: boolean;
  readonly log: Log;
}

const occurrences = (text: string, part: string): number => text.split(part).length - 1;

const quoted = (lines: number): string => (lines === 1 ? '1 line' : `${lines} lines`);

/** The file tools of one turn: every write is compare-and-set, so that no acknowledged line is ever lost. */
export const workspaceTools = ({ workspace, privateLane, log }: WorkspaceToolsDeps): Tool[] => {
  const allowed = (input: string): string => allowedPath(input, privateLane);

  // What is no text has replacement characters once it was decoded; a text may have some of its own.
  const isText = async (file: string, { content }: WorkspaceFile): Promise<boolean> => {
    if (content.includes('\0')) return false;
    if (!content.includes('\uFFFD')) return true;
    const stored = await workspace.readBytes(file, SEND_MAX_BYTES);
    return stored === null || isUtf8(stored.bytes);
  };

  /** A picture that was changed as if it were text would be a picture no more. */
  const textOf = async (file: string): Promise<WorkspaceFile | null> => {
    const found = await workspace.read(file);
    if (found !== null && !(await isText(file, found)))
      throw new ToolRefusal(`${file} is no text. It can be sent with send_files, and neither read nor changed here.`);
    return found;
  };

  const existing = async (file: string): Promise<WorkspaceFile> => {
    const found = await textOf(file);
    if (found === null) throw noSuchFile(file);
    return found;
  };

  /** Reads, changes and writes back; a lost race reads again, so that the other writer's change stays in. */
  const update = async (file: string, change: (current: WorkspaceFile | null) => string | null): Promise<void> => {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const current = await textOf(file);
      const next = change(current);
      if (next === null) return;
      if (next.length > MAX_FILE_CHARS)
        throw new ToolRefusal(`${file} would grow over ${MAX_FILE_CHARS} characters. Start another file.`);
      const condition =
        current === null
          ? ({ kind: 'if_absent' } as const)
          : ({ kind: 'if_version', version: current.version } as const);
      if ((await workspace.write(file, next, condition)).kind === 'written') return;
    }
    throw new ToolRefusal(`${file} keeps changing under other writers. Nothing was written; try again later.`);
  };

  const readFile = guardedTool(log, {
    name: 'read_file',
    description: 'Reads a text file of the workspace. Long files come in pages of 20,000 characters.',
    inputSchema: z.object({
      path,
      offset: z.number().int().nonnegative().optional().describe('First character, for the next page'),
    }),
    run: async (input) => {
      const file = allowed(input.path);
      const text = (await existing(file)).content;
      const start = input.offset ?? 0;
      const page = text.slice(start, start + READ_PAGE_CHARS);
      const end = start + page.length;
      if (page === '')
        return start === 0 ? `(${file} is empty)` : `(${file} has ${text.length} characters; nothing from ${start} on)`;
      return end < text.length ? `${page}\n[${end} of ${text.length} characters; go on with offset ${end}]` : page;
    },
  });

  const writeFile = guardedTool(log, {
    name: 'write_file',
    description:
      'Writes a whole file: a new one, or in place of the old content. To add lines use append_file, to change a part use edit_file.',
    inputSchema: z.object({ path, content }),
    run: async (input) => {
      const file = allowed(input.path);
      const current = await workspace.read(file);
      const condition =
        current === null
          ? ({ kind: 'if_absent' } as const)
          : ({ kind: 'if_version', version: current.version } as const);
      const outcome = await workspace.write(file, input.content, condition);
      if (outcome.kind === 'conflict')
        throw new ToolRefusal(
          `${file} was changed by somebody else meanwhile. Nothing was written: read it again and decide.`,
        );
      return `${current === null ? 'Created' : 'Replaced'} ${file} (${input.content.length} characters).`;
    },
  });

  const appendFile = guardedTool(log, {
    name: 'append_file',
    description:
      'Adds lines at the end of a file and creates it when it is missing. The safe way to note a fact in MEMORY.md. A line that the file already has is not added twice.',
    inputSchema: z.object({ path, content: content.min(1) }),
    run: async (input) => {
      const file = allowed(input.path);
      const lines = input.content.replace(/^\n+|\s+$/gu, '').split('\n');
      let added = 0;
      await update(file, (current) => {
        const text = current?.content ?? '';
        const known = new Set(text.split('\n').map((line) => line.trim()));
        // A model step can be repeated after a crash: the same block at the end again is the same block.
        const fresh = lines.every((line) => known.has(line.trim())) ? [] : lines;
        added = fresh.length;
        if (added === 0) return null;
        return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${fresh.join('\n')}\n`;
      });
      return added === 0 ? `${file} already has this; nothing added.` : `Added ${quoted(added)} to ${file}.`;
    },
  });

  const editFile = guardedTool(log, {
    name: 'edit_file',
    description:
      'Replaces one exact piece of text in a file. old_text must occur exactly once; copy it from read_file.',
    inputSchema: z.object({ path, old_text: content.min(1), new_text: content }),
    run: async (input) => {
      const file = allowed(input.path);
      await existing(file);
      await update(file, (current) => {
        const text = current?.content ?? '';
        const found = occurrences(text, input.old_text);
        if (found === 0)
          throw new ToolRefusal(`old_text does not occur in ${file}. Read the file and copy the text exactly.`);
        if (found > 1)
          throw new ToolRefusal(`old_text occurs ${found} times in ${file}. Give more of the surrounding text.`);
        return text.split(input.old_text).join(input.new_text);
      });
      return `Edited ${file}.`;
    },
  });

  const listFiles = guardedTool(log, {
    name: 'list_files',
    description: 'Lists the files of the workspace with their sizes, all or those below one folder.',
    inputSchema: z.object({ folder: z.string().optional().describe('For example memory; empty for all') }),
    run: async (input) => {
      const folder = (input.folder ?? '').replace(/^\.?\/+|\/+$/gu, '').replace(/^\.$/u, '');
      const prefix = folder === '' ? '' : `${allowed(folder)}/`;
      const found = await workspace.list(prefix, LIST_LIMIT + 1);
      const visible = found.filter((file) => privateLane || !isPrivatePath(file.path)).slice(0, LIST_LIMIT);
      if (visible.length === 0)
        return folder === '' ? 'The workspace has no files.' : `There are no files below ${folder}.`;
      const rows = visible.map((file) => `${file.path} (${file.sizeBytes} bytes)`);
      return [...rows, ...(found.length > LIST_LIMIT ? [`[only the first ${LIST_LIMIT}; name a folder]`] : [])].join(
        '\n',
      );
    },
  });

  const deleteFile = guardedTool(log, {
    name: 'delete_file',
    description: 'Deletes a file of the workspace. The person is asked before it happens; do not ask them yourself.',
    inputSchema: z.object({ path }),
    run: async (input) => {
      const file = allowed(input.path);
      for (let race = 0; race < MAX_RACES; race += 1) {
        // Of any kind and size: a picture is deleted like a text.
        const found = await workspace.readBytes(file, SEND_MAX_BYTES);
        if (found === null) throw noSuchFile(file);
        const { version } = found;
        if ((await workspace.remove(file, version)).kind === 'removed') return `Deleted ${file}.`;
      }
      throw new ToolRefusal(`${file} keeps changing under other writers. It was not deleted; try again later.`);
    },
  });

  return [readFile, writeFile, appendFile, editFile, deleteFile, listFiles];
};
