import type { Ask, SavedTurn, TurnCall } from '@agent-claw/core';
import { fencedWorkspace } from '@agent-claw/agent-container/tools/fenced-workspace';
import { memoryWorkspaceStore } from '@agent-claw/testkit';
import { workspaceFor } from './faulty-stores.ts';
import type { Process } from './process.ts';
import type { RemoteDeps } from './remote-call.ts';
import { callWith } from './call-tool.ts';
import type { Recorder } from './recorder.ts';
import type { AskedCall } from './sightings.ts';

/** Calls that need consent: deleting one of the files that this makes up, each of which is asked about once. */
export interface AskedCalls {
  /**
   * The call that the agent would make; null when it has none in mind. `words` are among its arguments. A free one is made
   * without asking.
   */
  want(call: TurnCall, words: string): { readonly ask: Ask; readonly isFree: boolean } | null;
  /** Makes the call with the container's own tool, whoever has allowed it. @returns what the tool said to the model. */
  carryOut(process: Process, call: TurnCall, ask: Ask, mayWrite: () => Promise<boolean>): Promise<string>;
  /** A turn was saved: it may be one that waits. */
  saved(turn: SavedTurn): void;
  readonly all: readonly AskedCall[];
}

const RULE = 'delete';
const HOW_OFTEN = 0.55;

const pathIn = ({ input }: Ask): string => (JSON.parse(input) as { readonly path: string }).path;

export const createAskedCalls = (
  deps: RemoteDeps & { readonly isAsking: boolean; readonly logFor: Recorder['logFor'] },
): AskedCalls => {
  const { timeline, random, note, isAsking } = deps;
  const all: AskedCall[] = [];
  const files = memoryWorkspaceStore(
    Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`calls/${at}.md`, 'x'])),
  );
  const asked = (ask: Ask): AskedCall | undefined => all.find(({ path }) => path === pathIn(ask));
  return {
    all,
    want: ({ laneId, turnId, allowed = [] }, words) => {
      if (!isAsking || !random.chance(HOW_OFTEN)) return null;
      const path = `calls/${all.length}.md`;
      const isFree = allowed.includes(RULE);
      all.push({ path, laneId, turnId, isFree, isWaiting: false, made: [] });
      return { ask: { rule: RULE, tool: 'delete_file', input: JSON.stringify({ path, for: words }) }, isFree };
    },
    carryOut: async (process, { turnId }, ask, mayWrite) => {
      asked(ask)?.made.push({ turnId, atMs: timeline.now() });
      const workspace = workspaceFor(deps, process, files, 'S', async () => undefined);
      const path = pathIn(ask);
      const said = await callWith(fencedWorkspace(workspace, mayWrite), deps.logFor(process), 'delete_file', { path });
      note(process.name, `calls delete_file ${path}: ${said}`);
      return said;
    },
    saved: ({ ask }) => {
      const known = ask === undefined ? undefined : asked(ask);
      if (known !== undefined) known.isWaiting = true;
    },
  };
};
