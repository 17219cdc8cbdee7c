import { isAside, upkeepOf } from './commands.ts';
import { decisionOf } from './decision.ts';
import type { EntryId } from './ids.ts';
import { turnIdOf } from './ids.ts';
import { ALBUM_QUIET_MS, entryBytes, PARKED_KEPT, PARKED_MAX_BYTES } from './lane-limits.ts';
import { inOrder } from './lane.ts';
import type { ActiveTurn, InboxEntry, Lane } from './lane.ts';
import type { LaneChange } from './ports/lane-store.ts';

export type NextTurn =
  | { readonly kind: 'nothing' }
  /** More parts of an album may be on their way: look again at `untilMs`. */
  | { readonly kind: 'hold'; readonly untilMs: number }
  /** A leg before this one began the turn: go on with it. */
  | { readonly kind: 'attach'; readonly turn: ActiveTurn }
  /** `change` belongs into the write that begins the turn. */
  | { readonly kind: 'start'; readonly turn: ActiveTurn; readonly change?: LaneChange };

/** The longest run of plain messages at the head of the inbox: a burst becomes one turn. */
const burst = (waiting: readonly InboxEntry[]): readonly InboxEntry[] => {
  const end = waiting.findIndex((entry) => entry.kind !== 'message');
  return end === -1 ? waiting : waiting.slice(0, end);
};

/** When the album of the newest part may be taken for complete. The channel's dates are whole seconds, rounded down. */
const completeAtMs = (entries: readonly InboxEntry[]): number =>
  Math.max(
    0,
    ...entries
      .filter(({ albumId }) => albumId !== undefined)
      .map(({ sentAtEpochS }) => (sentAtEpochS + 1) * 1000 + ALBUM_QUIET_MS),
  );

const IS_OUR_OWN: ReadonlySet<InboxEntry['kind']> = new Set(['heartbeat', 'notice']);

/**
 * True for what a stop reaches: what was accepted before it; for a button's stop, which is about its turn, nothing but
 * itself. A heartbeat's sequence counts minutes and compares with nothing; a notice is nothing that anybody asked for.
 */
const reaches = (stop: InboxEntry, entry: InboxEntry): boolean =>
  stop.stopsTurn === undefined ? !IS_OUR_OWN.has(entry.kind) && entry.sequence <= stop.sequence : entry.id === stop.id;

/** Whether the entry is dealt with beside the running turn. A decision about a call is not: the agent goes on with it. */
const standsAside = (lane: Lane, entry: InboxEntry, nowMs: number): boolean =>
  isAside(entry) && decisionOf(lane, entry, nowMs) === null;

/** What the next turn takes, and as what. A stop takes everything that it reaches, and is answered without a model. */
const taking = (
  lane: Lane,
  nowMs: number,
): { readonly kind: ActiveTurn['kind']; readonly entries: readonly InboxEntry[] } | null => {
  const waiting = inOrder(lane.inbox);
  const reached = stoppedBy(
    waiting,
    waiting.filter(({ kind }) => kind === 'stop'),
  );
  if (reached.length > 0) return { kind: 'command', entries: reached };
  const [head] = waiting;
  if (head === undefined) return null;
  switch (head.kind) {
    case 'message':
      return { kind: 'message', entries: burst(waiting.filter((entry) => !standsAside(lane, entry, nowMs))) };
    case 'heartbeat':
      return { kind: 'heartbeat', entries: [head] };
    case 'command':
      return { kind: upkeepOf(head) === null ? 'command' : 'upkeep', entries: [head] };
    case 'button':
      return { kind: decisionOf(lane, head, nowMs) === null ? 'command' : 'message', entries: [head] };
    case 'notice':
    case 'stop':
      return { kind: 'command', entries: [head] };
  }
};

/** Commands and presses that are answered beside the running turn. */
export const asidesIn = (lane: Lane, nowMs: number): readonly InboxEntry[] =>
  inOrder(lane.inbox).filter(
    (entry) => standsAside(lane, entry, nowMs) && lane.turn?.taken.includes(entry.id) !== true,
  );

/** Decides what a leg that holds the lease does next. Commands and heartbeats are taken alone, messages all together. */
export const nextTurn = (lane: Lane, nowMs: number): NextTurn => {
  if (lane.turn !== undefined) return { kind: 'attach', turn: lane.turn };
  const taken = taking(lane, nowMs);
  if (taken === null) return { kind: 'nothing' };
  const untilMs = taken.kind === 'message' ? completeAtMs(taken.entries) : 0;
  if (nowMs < untilMs) return { kind: 'hold', untilMs };
  const [head] = taken.entries;
  const decision = head === undefined ? null : decisionOf(lane, head, nowMs);
  const turn: ActiveTurn = {
    id: turnIdOf(lane.turnCount + 1),
    kind: taken.kind,
    taken: taken.entries.map((entry) => entry.id),
    startedAtMs: nowMs,
    starts: 1,
    ledger: {},
    ...(decision === null ? overheardBy(lane, taken.kind) : { consent: decision.consent }),
  };
  return { kind: 'start', turn, ...(decision === null ? {} : { change: decision.change }) };
};

const overheardBy = ({ context = {} }: Lane, kind: ActiveTurn['kind']): Pick<ActiveTurn, 'overheard'> =>
  kind === 'message' && Object.keys(context).length > 0 ? { overheard: context } : {};

/** The entries that a turn has taken, in order. */
export const takenBy = (lane: Lane, turn: ActiveTurn): readonly InboxEntry[] =>
  inOrder(lane.inbox).filter((entry) => turn.taken.includes(entry.id));

/** What people said to a turn, in order: a press says nothing. */
export const saidTo = (lane: Lane, turn: ActiveTurn): readonly InboxEntry[] =>
  takenBy(lane, turn).filter(({ kind }) => kind !== 'button');

/**
 * Messages that came while the turn runs and that it has not been offered yet. A command or a stop ends the list: what was
 * said after /new belongs to the next conversation. An album waits until it is complete. Nothing is put into a heartbeat.
 */
export const toSteer = (
  lane: Lane,
  turn: ActiveTurn,
  offered: ReadonlySet<EntryId>,
  nowMs: number,
): readonly InboxEntry[] => {
  if (turn.kind === 'heartbeat' || turn.kind === 'upkeep') return [];
  const waiting = inOrder(lane.inbox).filter(
    (entry) => entry.kind !== 'heartbeat' && !standsAside(lane, entry, nowMs) && !turn.taken.includes(entry.id),
  );
  const news = burst(waiting).filter(({ id }) => !offered.has(id));
  return nowMs < completeAtMs(news) ? [] : news;
};

/** The stop entries that end this turn: said after its first message was, or pressed on its own button. */
export const stopsFor = (lane: Lane, turn: ActiveTurn): readonly InboxEntry[] => {
  const all = inOrder(lane.inbox).filter((entry) => entry.kind === 'stop');
  const stops = all.filter(({ stopsTurn = turn.id }) => stopsTurn === turn.id);
  // While a heartbeat runs every stop in the inbox is newer: an older one would have been taken first.
  if (turn.kind === 'heartbeat') return stops;
  const oldest = Math.min(...turn.taken.map((id) => lane.inbox[id]?.sequence ?? Number.POSITIVE_INFINITY));
  return stops.filter((stop) => stop.stopsTurn !== undefined || stop.sequence > oldest);
};

/** Everything among `waiting` that one of the stops reaches, the stops included. */
export const stoppedBy = (waiting: readonly InboxEntry[], stops: readonly InboxEntry[]): readonly InboxEntry[] =>
  waiting.filter((entry) => stops.some((stop) => reaches(stop, entry)));

/**
 * What a lane keeps as put aside once `ids` join it: the newest 20 messages up to 64 KiB, and at least the newest one.
 * A stop, a command or a heartbeat is stale by then.
 */
export const parkedWith = (lane: Lane, ids: readonly EntryId[]): NonNullable<Lane['parked']> => {
  const joining = ids.flatMap((id) => lane.inbox[id] ?? []).filter(({ kind }) => kind === 'message');
  const all = inOrder({ ...lane.parked, ...Object.fromEntries(joining.map((entry) => [entry.id, entry])) });
  const newest = all.slice(-PARKED_KEPT);
  let bytes = 0;
  const tooOld = newest.findLastIndex((entry) => (bytes += entryBytes(entry)) > PARKED_MAX_BYTES);
  const kept = newest.slice(Math.min(tooOld + 1, newest.length - 1));
  return Object.fromEntries(kept.map((entry) => [entry.id, entry]));
};
