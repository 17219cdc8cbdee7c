import { workspaceTools } from '@agent-claw/agent-container/tools/workspace-tools';
import type { Log, WorkspaceStore } from '@agent-claw/core';

/** Calls one of the container's own tools, as the model would. @returns its words to the model. */
export const callWith = async (
  workspace: WorkspaceStore,
  log: Log,
  tool: 'append_file' | 'delete_file',
  input: unknown,
): Promise<string> => {
  const tools = workspaceTools({ workspace, privateLane: true, log }) as unknown as readonly InvokableTool[];
  try {
    return String(await tools.find(({ name }) => name === tool)?.invoke(input));
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
};

interface InvokableTool {
  readonly name: string;
  invoke(input: unknown): Promise<unknown>;
}
