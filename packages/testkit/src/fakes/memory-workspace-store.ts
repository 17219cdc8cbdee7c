import { FileTooLargeError } from '@agent-claw/core';
import type { WorkspaceStore } from '@agent-claw/core';

const MAX_FILE_BYTES = 2 * 1024 * 1024;

/** Files in memory; `initial` maps paths to contents. */
export const memoryWorkspaceStore = (initial: Readonly<Record<string, string | Uint8Array>> = {}): WorkspaceStore => {
  const files = new Map<string, { readonly bytes: Buffer; readonly version: string }>();
  const state = { versions: 0 };
  const put = (path: string, content: string | Uint8Array): string => {
    const version = `"v${++state.versions}"`;
    files.set(path, { bytes: Buffer.from(content as Uint8Array), version });
    return version;
  };
  for (const [path, content] of Object.entries(initial)) put(path, content);
  return {
    read: async (path) => {
      const file = files.get(path);
      if (file === undefined) return null;
      if (file.bytes.length > MAX_FILE_BYTES)
        throw new FileTooLargeError(`"${path}" has more than 2 MiB. Split it into smaller files.`);
      return { content: file.bytes.toString('utf8'), version: file.version };
    },
    readBytes: async (path, maxBytes) => {
      const file = files.get(path);
      if (file === undefined) return null;
      if (file.bytes.length > maxBytes) throw new FileTooLargeError(`"${path}" has more than ${maxBytes} bytes.`);
      return { bytes: Uint8Array.from(file.bytes), version: file.version };
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
        .map(([path, file]) => ({ path, sizeBytes: file.bytes.length }))
        .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
        .slice(0, limit),
  };
};
