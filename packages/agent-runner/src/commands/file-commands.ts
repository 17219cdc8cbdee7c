import {
  FileTooLargeError,
  isPrivateLane,
  laneAddressOf,
  normalisePath,
  PermanentError,
  RetryableError,
  workspacePrefix,
} from '@agent-claw/core';
import type { AccessList, InboxEntry, Lane, Log, WorkspaceStore } from '@agent-claw/core';
import { plain } from '../access/access-text.ts';
import type { CommandReply } from './command-reply.ts';

/** The files below a prefix, to be read only. */
export type OpenFiles = (prefix: string) => Promise<Pick<WorkspaceStore, 'read' | 'list'>>;

type Files = Awaited<ReturnType<OpenFiles>>;

/** Longer texts come as a file. */
const SHOWN_CHARS = 3_000;
const LISTED = 60;
const LIST_LIMIT = 1_000;

export interface FileCommandDeps {
  readonly openFiles: OpenFiles;
  readonly log: Log;
}

const NOT_REACHED = 'I could not reach the files at the moment. Try again in a minute.';
const NOT_ALLOWED = 'I am not allowed to read the files. Whoever runs me finds the reason in my log.';
const OWNERS_MEMORY = 'My memory is between my owner and me, in our private chat.';

/** Shows files of the lane's own workspace. @returns null for a command about something else. */
export const fileReply = async (
  { openFiles, log }: FileCommandDeps,
  { command }: InboxEntry,
  { laneId }: Lane,
  access: AccessList,
): Promise<CommandReply | null> => {
  const privateLane = isPrivateLane(laneAddressOf(laneId), access);
  if (command?.name !== 'memory' && command?.name !== 'files') return null;
  if (command.name === 'memory' && !privateLane) return { markdown: OWNERS_MEMORY };
  try {
    const files = await openFiles(workspacePrefix({ laneId, privateLane }));
    return command.name === 'memory' ? await memoryReply(files) : await filesReply(files, command.args);
  } catch (error) {
    if (error instanceof RetryableError) return { markdown: NOT_REACHED };
    if (!(error instanceof PermanentError)) throw error;
    // By the name of its cause, not with its text, which names the file.
    const why = error.cause instanceof Error ? error.cause.name : error.name;
    const reason = `Files could not be read: ${why}. Check the name of the bucket and the permissions of the role.`;
    log.error('files_refused', new PermanentError(reason));
    return { markdown: NOT_ALLOWED };
  }
};

const memoryReply = async (files: Files): Promise<CommandReply> => {
  const content = (await contentOf(files, 'MEMORY.md')).trim();
  if (content === '') return { markdown: 'MEMORY.md is empty so far. Say "remember that …" and it is not.' };
  return content.length <= SHOWN_CHARS
    ? { markdown: `**MEMORY.md**\n\n${content}` }
    : { markdown: 'What I remember.', document: { name: 'MEMORY.md', content } };
};

const filesReply = async (files: Files, args: string): Promise<CommandReply> => {
  if (args === '') return listing(files, '');
  const named = normalisePath(args.replace(/\/+$/u, ''));
  if (named.kind === 'refused') return { markdown: plain(named.reason) };
  const { path } = named;
  try {
    const file = await files.read(path);
    return file === null ? await listing(files, `${path}/`) : shown(path, file.content);
  } catch (error) {
    if (error instanceof FileTooLargeError) return { markdown: `${code(path)} is too big to show.` };
    throw error;
  }
};

const contentOf = async (files: Files, path: string): Promise<string> => {
  try {
    return (await files.read(path))?.content ?? '';
  } catch (error) {
    if (error instanceof FileTooLargeError) return 'MEMORY.md is too big to show.';
    throw error;
  }
};

const shown = (path: string, content: string): CommandReply => {
  // What is no text reads as these once it was decoded.
  if (/[\0\uFFFD]/u.test(content)) return { markdown: `${code(path)} is no text, so I cannot show it here.` };
  if (content.trim() === '') return { markdown: `${code(path)} is empty.` };
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (content.length > SHOWN_CHARS) return { markdown: path, document: { name, content } };
  const ticks = Math.max(2, ...(content.match(/`+/gu) ?? []).map(({ length }) => length)) + 1;
  const fence = '`'.repeat(ticks);
  return { markdown: `${code(path)}\n\n${fence}\n${content.replace(/\n$/u, '')}\n${fence}` };
};

const listing = async (files: Files, below: string): Promise<CommandReply> => {
  const all = await files.list(below, LIST_LIMIT);
  if (all.length === 0)
    return {
      markdown:
        below === ''
          ? 'There are no files yet.'
          : `There is no ${code(below.slice(0, -1))}. /files lists what there is.`,
    };
  const more = all.length - LISTED;
  return {
    markdown: [
      `**Files**${below === '' ? '' : ` in ${code(below)}`}`,
      ...all.slice(0, LISTED).map(({ path, sizeBytes }) => `• ${code(path)} ${sizeText(sizeBytes)}`),
      ...(more > 0 ? [`… and ${all.length === LIST_LIMIT ? 'many' : more} more. /files folder lists one folder.`] : []),
      '',
      '/files name shows one.',
    ].join('\n'),
  };
};

const sizeText = (bytes: number): string => (bytes < 1_000 ? `${bytes} B` : `${(bytes / 1_000).toFixed(1)} KB`);

/** A path has no line breaks; a backtick in it would end the code. */
const code = (path: string): string => (path.includes('`') ? plain(path) : `\`${path}\``);
