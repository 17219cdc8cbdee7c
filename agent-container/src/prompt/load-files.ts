import { FileTooLargeError, promptFileNames } from '@agent-claw/core';
import type { PromptFile, WorkspaceStore } from '@agent-claw/core';
import { workspaceTemplates } from './templates.ts';

/** Reads one file for the prompt; one that is too large is named as such instead of failing every turn. */
export const loadPromptFile = async (workspace: WorkspaceStore, name: string): Promise<PromptFile> => {
  try {
    return { name, content: (await workspace.read(name))?.content ?? null };
  } catch (error) {
    if (!(error instanceof FileTooLargeError)) throw error;
    return { name, content: `[${name} is over 2 MiB and is not loaded. Tell the owner to shorten it.]` };
  }
};

/** Reads the prompt files of a lane, all at once. */
export const loadPromptFiles = (workspace: WorkspaceStore, privateLane: boolean): Promise<readonly PromptFile[]> =>
  Promise.all(promptFileNames(privateLane).map((name) => loadPromptFile(workspace, name)));

/**
 * Gives a workspace the files that it lacks. An existing file is never touched: the write holds only if the file is
 * absent, and losing that race to the owner or to another turn is as good as winning it.
 */
export const seedWorkspace = async (
  workspace: WorkspaceStore,
  loaded: readonly PromptFile[],
): Promise<readonly PromptFile[]> => {
  const present = new Set(loaded.filter((file) => file.content !== null).map((file) => file.name));
  const missing = Object.entries(workspaceTemplates).filter(([name]) => !present.has(name));
  const written = await Promise.all(
    missing.map(async ([name, content]) => {
      const outcome = await workspace.write(name, content, { kind: 'if_absent' });
      return outcome.kind === 'written' ? [{ name, content }] : [];
    }),
  );
  const fresh = written.flat();
  return loaded.map((file) => fresh.find((entry) => entry.name === file.name) ?? file);
};
