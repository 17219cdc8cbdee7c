import { fencedWorkspace } from '@agent-claw/agent-container/tools/fenced-workspace';
import type { WorkspaceStore } from '@agent-claw/core';
import { callWith } from './call-tool.ts';
import { workspaceFor } from './faulty-stores.ts';
import { OWNER_LANE } from './people.ts';
import type { Recorder } from './recorder.ts';
import type { RemoteDeps } from './remote-call.ts';
import type { ScriptDeps } from './script.ts';

export interface MemoryNotes {
  readonly remember: ScriptDeps['remember'];
  /** Lines that a writer was told are in the file. */
  readonly acknowledged: readonly string[];
}

/** MEMORY.md as the simulated agent writes it, beside somebody else who writes it too. */
export const createMemoryNotes = (
  deps: RemoteDeps & { readonly files: WorkspaceStore; readonly logFor: Recorder['logFor'] },
): MemoryNotes => {
  const { files, faults, note } = deps;
  const acknowledged: string[] = ['- first'];
  const state = { others: 0 };
  const otherWriter = async (path: string): Promise<void> => {
    const other = `- other ${++state.others}`;
    const current = await files.read(path);
    if (current === null) return;
    const written = await files.write(path, `${current.content}${other}\n`, {
      kind: 'if_version',
      version: current.version,
    });
    if (written.kind === 'written') acknowledged.push(other);
  };
  return {
    acknowledged,
    remember: async (process, laneId, line, mayWrite) => {
      if (laneId !== OWNER_LANE) return 'not here';
      const workspace = workspaceFor(deps, process, files, 'S', otherWriter);
      const isBad = faults.on('M3.bad_arguments');
      if (isBad) faults.fire('M3.bad_arguments');
      const input = isBad ? { path: '../MEMORY.md', content: line } : { path: 'MEMORY.md', content: line };
      const said = await callWith(fencedWorkspace(workspace, mayWrite), deps.logFor(process), 'append_file', input);
      if (said.startsWith('Added')) acknowledged.push(line);
      note(process.name, `remembers "${line}": ${said}`);
      return said;
    },
  };
};
