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
 * Gives a new workspace its first files: one that has none of them, for a file that the owner deleted stays deleted. The
 * writes hold only if the file is absent, and losing that race to the owner or to another turn is as good as winning it.
 */
export const seedWorkspace = async (
  workspace: WorkspaceStore,
  loaded: readonly PromptFile[],
): Promise<readonly PromptFile[]> => {
  const templates = Object.entries(workspaceTemplates);
  const isTemplate = ({ name, content }: PromptFile): boolean =>
    content !== null && Object.hasOwn(workspaceTemplates, name);
  if (loaded.some(isTemplate)) return loaded;
  const unread = templates.filter(([name]) => loaded.every((file) => file.name !== name));
  const others = await Promise.all(unread.map(([name]) => loadPromptFile(workspace, name)));
  if (others.some(isTemplate)) return loaded;
  const written = await Promise.all(
    templates.map(async ([name, content]) => {
      const outcome = await workspace.write(name, content, { kind: 'if_absent' });
      return outcome.kind === 'written' ? [{ name, content }] : [];
    }),
  );
  const fresh = written.flat();
  return loaded.map((file) => fresh.find((entry) => entry.name === file.name) ?? file);
};
