import type { WorkspaceStore } from '@agent-claw/core';
import { ToolRefusal } from './tool-refusal.ts';

/**
 * The workspace of one run: it may read as long as it likes, and write while it counts. The answer is asked for after the
 * read that a write builds on, and files are compare-and-set: whatever a newer run has written since refuses the write too.
 */
export const fencedWorkspace = (workspace: WorkspaceStore, mayWrite: () => Promise<boolean>): WorkspaceStore => ({
  ...workspace,
  write: async (path, content, condition) => {
    if (!(await mayWrite())) throw new ToolRefusal('This turn is over. Nothing was written.');
    return workspace.write(path, content, condition);
  },
  remove: async (path, version) => {
    if (!(await mayWrite())) throw new ToolRefusal('This turn is over. Nothing was removed.');
    return workspace.remove(path, version);
  },
});
