import { turnIdOf } from './ids.ts';
import type { EntryId } from './ids.ts';
import { inOrder } from './lane.ts';
import type { ActiveTurn, InboxEntry, Lane } from './lane.ts';

export type NextTurn =
  | { readonly kind: 'nothing' }
  /** A leg before this one began the turn: go on with it. */
  | { readonly kind: 'attach'; readonly turn: ActiveTurn }
  | { readonly kind: 'start'; readonly turn: ActiveTurn; readonly entries: readonly InboxEntry[] }
  /** Answered without a turn: everything that a stop reached before any turn took it, and the stop itself. */
  | { readonly kind: 'stopped_before_start'; readonly entries: readonly InboxEntry[]; readonly stopped: number };

/** The longest run of plain messages at the head of the inbox: a burst becomes one turn. */
const burst = (waiting: readonly InboxEntry[]): readonly InboxEntry[] => {
  const end = waiting.findIndex((entry) => entry.kind !== 'message');
  return end === -1 ? waiting : waiting.slice(0, end);
};

/** Decides what a leg that holds the lease does next. Commands and heartbeats are taken alone, messages all together. */
export const nextTurn = (lane: Lane, nowMs: number): NextTurn => {
  if (lane.turn !== undefined) return { kind: 'attach', turn: lane.turn };
  const waiting = inOrder(lane.inbox);
  const stop = waiting.findLast((entry) => entry.kind === 'stop');
  if (stop !== undefined) {
    const reached = waiting.filter((entry) => entry.sequence <= stop.sequence);
    return {
      kind: 'stopped_before_start',
      entries: reached,
      stopped: reached.filter((entry) => entry.kind !== 'stop').length,
    };
  }
  const [head] = waiting;
  if (head === undefined) return { kind: 'nothing' };
  const entries = head.kind === 'message' ? burst(waiting) : [head];
  const kind = head.kind === 'message' || head.kind === 'stop' ? 'message' : head.kind;
  const turn: ActiveTurn = {
    id: turnIdOf(lane.turnCount + 1),
    kind,
    taken: entries.map((entry) => entry.id),
    startedAtMs: nowMs,
    starts: 1,
    ledger: {},
  };
  return { kind: 'start', turn, entries };
};

/** Messages that came while the turn runs and that it has not been offered yet. */
export const toSteer = (lane: Lane, taken: readonly EntryId[], offered: ReadonlySet<EntryId>): readonly InboxEntry[] =>
  inOrder(lane.inbox).filter(
    (entry) => entry.kind === 'message' && !taken.includes(entry.id) && !offered.has(entry.id),
  );

/** The stop entries that reach this turn: a stop reaches what was accepted before it and nothing newer. */
export const stopsFor = (lane: Lane, turn: ActiveTurn): readonly InboxEntry[] => {
  const oldest = Math.min(...turn.taken.map((id) => lane.inbox[id]?.sequence ?? Number.POSITIVE_INFINITY));
  return inOrder(lane.inbox).filter((entry) => entry.kind === 'stop' && entry.sequence > oldest);
};
