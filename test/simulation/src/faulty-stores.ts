import { RetryableError } from '@agent-claw/core';
import type {
  ActiveTurn,
  ConversationStore,
  LaneStore,
  Mailbox,
  OpenLanes,
  WorkspaceStore,
  WriteOutcome,
} from '@agent-claw/core';
import type { Call } from './fault-ids.ts';
import type { Process } from './process.ts';
import { remote } from './remote-call.ts';
import type { RemoteDeps } from './remote-call.ts';

/** A repeated write of ours is safe by its port's contract, so the client's own second try is the same call again. */
const twice = <T>(deps: RemoteDeps, process: Process, call: Call, effect: () => Promise<T>): Promise<T> =>
  remote(deps, process, call, effect, { afterLost: effect });

export const mailboxFor = (
  deps: RemoteDeps,
  process: Process,
  inner: Mailbox,
  who: 'I' | 'H',
  amended?: (updateId: number) => void,
): Mailbox => ({
  append: (request) => twice(deps, process, `${who}.append`, () => inner.append(request)),
  amend: (request) =>
    twice(deps, process, 'I.append', async () => {
      const outcome = await inner.amend(request);
      deps.note(process.name, `${outcome.kind}: ${request.entry.text}`);
      if (outcome.kind === 'amended') amended?.(request.entry.sequence);
      return outcome;
    }),
  overhear: (request) => twice(deps, process, 'I.append', () => inner.overhear(request)),
  glance: (laneId, nowMs) => twice(deps, process, 'H.idle', () => inner.glance(laneId, nowMs)),
});

export interface LaneWatch {
  readonly leased: (process: Process, laneId: string, fence: number, turnId: string | undefined) => void;
  readonly renewed: (process: Process, laneId: string) => void;
  readonly began: (process: Process, laneId: string, turn: ActiveTurn) => void;
  /** `isInOrder`: not because the leg failed. */
  readonly released: (process: Process, laneId: string, isInOrder: boolean) => void;
  readonly refused: (process: Process, what: string) => void;
  /** A part is in the ledger; without a message's number it is about to be sent. */
  readonly noted: (process: Process, laneId: string, part: string, messageId: number | undefined) => void;
  /** Asked before a part of the answer is noted: true when this turn is one that kills whoever answers it. */
  readonly isDeadly: (process: Process, laneId: string, part: string) => boolean;
}

export const laneStoreFor = (deps: RemoteDeps, process: Process, inner: LaneStore, watch: LaneWatch): LaneStore => {
  const leased = <T extends { readonly kind: string }>(call: Call, effect: () => Promise<T>): Promise<T> =>
    twice(deps, process, call, async () => {
      const result = await effect();
      if (result.kind === 'lease_lost') watch.refused(process, call);
      return result;
    });
  let renewalsFailUntilMs = 0;
  return {
    acquire: (laneId, holder, nowMs) =>
      twice(deps, process, 'L.acquire', async () => {
        const outcome = await inner.acquire(laneId, holder, nowMs);
        if (outcome.kind === 'acquired') watch.leased(process, laneId, outcome.lease.fence, outcome.lane.turn?.id);
        deps.note(process.name, `${outcome.kind} ${laneId}`);
        return outcome;
      }),
    renew: (lease, nowMs) =>
      leased('L.renew', async () => {
        const { timeline, random, faults } = deps;
        if (faults.on('L2.renewals_fail')) renewalsFailUntilMs = timeline.now() + random.int(15_000, 35_000);
        if (timeline.now() < renewalsFailUntilMs) {
          faults.fire('L2.renewals_fail');
          throw new RetryableError('L.renew was refused. Another attempt may succeed.');
        }
        const write = await inner.renew(lease, nowMs);
        if (write.kind === 'done') watch.renewed(process, lease.laneId);
        return write;
      }),
    saveTurn: (lease, turn, session, change) =>
      leased('L.saveTurn', () => {
        watch.began(process, lease.laneId, turn);
        deps.note(process.name, `begins ${turn.id} (${turn.kind}) with ${turn.taken.join(' ')}`);
        return inner.saveTurn(lease, turn, session, change);
      }),
    countStart: (lease, starts, session) => leased('L.countStart', () => inner.countStart(lease, starts, session)),
    // Nobody in the simulation speaks instead of typing.
    noteHeard: (lease, before, heard, session) => inner.noteHeard(lease, before, heard, session),
    noteTaken: (lease, taken) =>
      leased('L.noteTaken', () => {
        deps.note(process.name, `covers ${taken.join(' ')}`);
        return inner.noteTaken(lease, taken);
      }),
    notePart: (lease, part, state, change) => {
      if (watch.isDeadly(process, lease.laneId, part)) process.die();
      return leased('L.notePart', async () => {
        const write = await inner.notePart(lease, part, state, change);
        deps.note(process.name, `notes ${part} ${state.state} ${state.messageId ?? ''}: ${write.kind}`);
        if (write.kind === 'done') watch.noted(process, lease.laneId, part, state.messageId);
        return write;
      });
    },
    finish: (lease, request, nowMs) =>
      leased('L.finish', async () => {
        const outcome = await inner.finish(lease, request, nowMs);
        deps.note(process.name, `finishes ${request.answered.join(' ')}: ${outcome.kind}`);
        if (outcome.kind === 'released') watch.released(process, lease.laneId, true);
        return outcome;
      }),
    handOver: (lease, how) =>
      leased('L.handOver', async () => {
        const outcome = await inner.handOver(lease, how);
        deps.note(process.name, `gives the lane back: ${outcome.kind}`);
        if (outcome.kind === 'done') watch.released(process, lease.laneId, how?.crashes !== 'add');
        return outcome;
      }),
  };
};

export const openLanesFor = (deps: RemoteDeps, process: Process, inner: OpenLanes): OpenLanes => ({
  waitingSince: (beforeMs, limit) => twice(deps, process, 'H.sweep', () => inner.waitingSince(beforeMs, limit)),
});

export const conversationsFor = (deps: RemoteDeps, process: Process, inner: ConversationStore): ConversationStore => ({
  open: (id, turnId, fence) => twice(deps, process, 'V.open', () => inner.open(id, turnId, fence)),
  save: (id, turn) => twice(deps, process, 'V.save', () => inner.save(id, turn)),
  isCurrent: (id, fence) => twice(deps, process, 'V.current', () => inner.isCurrent(id, fence)),
  find: (id, turnId) => twice(deps, process, 'V.find', () => inner.find(id, turnId)),
  evict: (id, turnIds) => twice(deps, process, 'V.save', () => inner.evict(id, turnIds)),
});

/** S3 with its conditions, and the adapter's own answer to a put whose answer was lost: it reads the file again. */
export const workspaceFor = (
  deps: RemoteDeps,
  process: Process,
  inner: WorkspaceStore,
  who: 'S' | 'H',
  otherWriter: (path: string) => Promise<void>,
): WorkspaceStore => {
  const { faults, random } = deps;
  return {
    read: (path) => {
      const isSlow = faults.on('S5.slow_get');
      if (isSlow) faults.fire('S5.slow_get');
      const options = isSlow ? { latencyMs: [1_000, 5_000] as const } : {};
      return remote(deps, process, `${who}.read`, () => inner.read(path), {
        ...options,
        afterLost: () => inner.read(path),
      });
    },
    write: (path, content, condition) => {
      const effect = async (): Promise<WriteOutcome> => {
        if (faults.on('S2.conflict')) {
          faults.fire('S2.conflict');
          return { kind: 'conflict' };
        }
        if (faults.on('S1.other_writer')) {
          faults.fire('S1.other_writer');
          await otherWriter(path);
        }
        const outcome = await inner.write(path, content, condition);
        // It stood still since it read the file; only its version keeps it from undoing what was written since.
        if (process.wasFrozen()) faults.fire('S4.zombie_put');
        return outcome;
      };
      const reread = async (): Promise<WriteOutcome> => {
        if (random.chance(0.3)) await otherWriter(path);
        const stored = await inner.read(path);
        return stored?.content === content ? { kind: 'written', version: stored.version } : { kind: 'conflict' };
      };
      return remote(deps, process, 'S.write', effect, {
        afterLost: (first) => (first.kind === 'written' ? reread() : effect()),
      });
    },
    readBytes: (path, maxBytes) => inner.readBytes(path, maxBytes),
    remove: (path, version) => twice(deps, process, 'S.write', () => inner.remove(path, version)),
    list: (prefix, limit) => inner.list(prefix, limit),
  };
};
