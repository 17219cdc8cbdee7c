import { FileTooLargeError } from '@agent-claw/core';
import type { WorkspaceFile, WorkspaceStore } from '@agent-claw/core';

const MAX_FILE_BYTES = 2 * 1024 * 1024;
const bytesOf = (content: string): number => Buffer.byteLength(content);

/** Files in memory; `initial` maps paths to contents. */
export const memoryWorkspaceStore = (initial: Readonly<Record<string, string>> = {}): WorkspaceStore => {
  const files = new Map<string, WorkspaceFile>();
  const state = { versions: 0 };
  const put = (path: string, content: string): string => {
    const version = `"v${++state.versions}"`;
    files.set(path, { content, version });
    return version;
  };
  for (const [path, content] of Object.entries(initial)) put(path, content);
  return {
    read: async (path) => {
      const file = files.get(path) ?? null;
      if (file !== null && bytesOf(file.content) > MAX_FILE_BYTES)
        throw new FileTooLargeError(`"${path}" has more than 2 MiB. Split it into smaller files.`);
      return file;
    },
    write: async (path, content, condition) => {
      const current = files.get(path)?.version;
      const holds = condition.kind === 'if_absent' ? current === undefined : current === condition.version;
      return holds ? { kind: 'written', version: put(path, content) } : { kind: 'conflict' };
    },
    remove: async (path, version) => {
      const current = files.get(path)?.version;
      if (current !== undefined && current !== version) return { kind: 'conflict' };
      files.delete(path);
      return { kind: 'removed' };
    },
    list: async (prefix, limit) =>
      [...files]
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, file]) => ({ path, sizeBytes: bytesOf(file.content) }))
        .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
        .slice(0, limit),
  };
};
