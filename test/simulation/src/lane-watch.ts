import { LEASE_MS } from '@agent-claw/core';
import type { LaneId } from '@agent-claw/core';
import type { MemoryLanes } from '@agent-claw/testkit';
import type { FaultId } from './fault-ids.ts';
import type { LaneWatch } from './faulty-stores.ts';
import type { Process } from './process.ts';
import type { RemoteDeps } from './remote-call.ts';

/** What is known of the legs: who works on which turn under which fence, and how legs end. */
export interface Legs {
  readonly watch: LaneWatch;
  readonly turnOf: (process: Process) => string | undefined;
  readonly partOf: (process: Process) => string | undefined;
  readonly fenceOf: (process: Process) => number;
  /** A turn has these entries in hand: it took them, or its run has read them. */
  readonly worksOn: (laneId: string, turnId: string, ids: readonly string[]) => void;
  /** The entries of each `<lane>/<turn>`. */
  readonly turns: ReadonlyMap<string, ReadonlySet<string>>;
  /** When each `<lane>/<turn>` was begun. */
  readonly begunAtMs: ReadonlyMap<string, number>;
  /** How many legs of a lane did not give it back in order. */
  readonly lost: ReadonlyMap<string, number>;
}

interface Leg {
  readonly fence: number;
  turnId: string | undefined;
  part?: string;
  isHeld: boolean;
}

/** How much slow the clock of a holder is at least for a cut to be tried at every renewal. */
const LAGGING_MS = -3_000;

export const watchLegs = (
  deps: RemoteDeps & {
    readonly lanes: MemoryLanes;
    readonly granted: (laneId: string, fence: number) => void;
    readonly messageNoted: (laneId: string, messageId: number) => void;
    readonly isBusy: (laneId: string) => boolean;
    /** Puts a wake into the queue that nobody asked for. */
    readonly stray: (laneId: string) => void;
    readonly isPoison: (ids: readonly string[], id: FaultId) => boolean;
  },
): Legs => {
  const { timeline, random, faults, note, lanes } = deps;
  const legs = new Map<Process, Leg>();
  const turns = new Map<string, Set<string>>();
  const begunAtMs = new Map<string, number>();
  const lost = new Map<string, number>();
  const worksOn: Legs['worksOn'] = (laneId, turnId, ids) => {
    const key = `${laneId}/${turnId}`;
    const known = turns.get(key) ?? new Set();
    turns.set(key, known);
    for (const id of ids) known.add(id);
  };
  const isLost = (laneId: string): void => void lost.set(laneId, (lost.get(laneId) ?? 0) + 1);
  const over = (process: Process): void => {
    const leg = legs.get(process);
    if (leg !== undefined) leg.isHeld = false;
  };
  const watch: LaneWatch = {
    leased: (process, laneId, fence, turnId) => {
      deps.granted(laneId, fence);
      // Counted as lost until it gives the lane back.
      if (!legs.has(process)) isLost(laneId);
      legs.set(process, { fence, turnId, isHeld: true });
      process.onDeath(() => {
        if (legs.get(process)?.isHeld === true) faults.fire('L5.crash_with_lease');
      });
    },
    renewed: (process, laneId) => {
      const isTried = process.skewMs <= LAGGING_MS || random.chance(0.1);
      if (!isTried || process.isCutOff() || !deps.isBusy(laneId) || !faults.on('L2.cut_off')) return;
      process.cutOff(random.int(30_000, 60_000));
      // About when a clock that is ahead takes the lease for over, and its holder's does not: a wake too many does no harm.
      timeline.after(LEASE_MS - random.int(3_000, 9_000), () => deps.stray(laneId));
    },
    began: (process, laneId, turn) => {
      const leg = legs.get(process);
      if (leg !== undefined) leg.turnId = turn.id;
      const key = `${laneId}/${turn.id}`;
      begunAtMs.set(key, begunAtMs.get(key) ?? timeline.now());
      worksOn(laneId, turn.id, turn.taken);
    },
    released: (process, laneId, isInOrder) => {
      if (isInOrder && legs.get(process)?.isHeld === true) lost.set(laneId, (lost.get(laneId) ?? 0) - 1);
      over(process);
    },
    refused: (process, call) => {
      faults.fire(call === 'L.finish' || call === 'L.handOver' ? 'L7.zombie_write_refused' : 'L3.zombie');
      note(process.name, `is refused: ${call}`);
    },
    noted: (process, laneId, part, messageId) => {
      const leg = legs.get(process);
      if (messageId !== undefined) deps.messageNoted(laneId, messageId);
      else if (leg !== undefined) leg.part = part;
    },
    // Only by the answer: what is said about a failure and what is answered beside the turn are not what kills.
    isDeadly: (process, laneId, part) =>
      process.isAlive() &&
      /^(?:p\d|draft)/u.test(part) &&
      deps.isPoison(lanes.peek(laneId as LaneId)?.turn?.taken ?? [], 'C2.poisoned_turn'),
  };
  return {
    watch,
    worksOn,
    turns,
    begunAtMs,
    lost,
    turnOf: (process) => legs.get(process)?.turnId,
    partOf: (process) => legs.get(process)?.part,
    fenceOf: (process) => legs.get(process)?.fence ?? 0,
  };
};
