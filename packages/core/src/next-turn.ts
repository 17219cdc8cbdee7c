import { turnIdOf } from './ids.ts';
import type { EntryId } from './ids.ts';
import { inOrder } from './lane.ts';
import type { ActiveTurn, InboxEntry, Lane } from './lane.ts';

export type NextTurn =
  | { readonly kind: 'nothing' }
  /** A leg before this one began the turn: go on with it. */
  | { readonly kind: 'attach'; readonly turn: ActiveTurn }
  | { readonly kind: 'start'; readonly turn: ActiveTurn };

/** The longest run of plain messages at the head of the inbox: a burst becomes one turn. */
const burst = (waiting: readonly InboxEntry[]): readonly InboxEntry[] => {
  const end = waiting.findIndex((entry) => entry.kind !== 'message');
  return end === -1 ? waiting : waiting.slice(0, end);
};

/** What the next turn takes, and as what. A stop takes everything that it reaches, and is answered without a model. */
const taking = (
  waiting: readonly InboxEntry[],
): { readonly kind: ActiveTurn['kind']; readonly entries: readonly InboxEntry[] } | null => {
  const stop = waiting.findLast((entry) => entry.kind === 'stop');
  if (stop !== undefined)
    return { kind: 'command', entries: waiting.filter((entry) => entry.sequence <= stop.sequence) };
  const [head] = waiting;
  if (head === undefined) return null;
  switch (head.kind) {
    case 'message':
      return { kind: 'message', entries: burst(waiting) };
    case 'heartbeat':
      return { kind: 'heartbeat', entries: [head] };
    case 'command':
    case 'stop':
      return { kind: 'command', entries: [head] };
  }
};

/** Decides what a leg that holds the lease does next. Commands and heartbeats are taken alone, messages all together. */
export const nextTurn = (lane: Lane, nowMs: number): NextTurn => {
  if (lane.turn !== undefined) return { kind: 'attach', turn: lane.turn };
  const taken = taking(inOrder(lane.inbox));
  if (taken === null) return { kind: 'nothing' };
  const turn: ActiveTurn = {
    id: turnIdOf(lane.turnCount + 1),
    kind: taken.kind,
    taken: taken.entries.map((entry) => entry.id),
    startedAtMs: nowMs,
    starts: 1,
    ledger: {},
  };
  return { kind: 'start', turn };
};

/** The entries that a turn has taken, in order. */
export const takenBy = (lane: Lane, turn: ActiveTurn): readonly InboxEntry[] =>
  inOrder(lane.inbox).filter((entry) => turn.taken.includes(entry.id));

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
