import type { ActiveTurn, InboxEntry, Lane, Lease, LedgerPart } from '../lane.ts';
import type { EntryId, LaneId } from '../ids.ts';
import type { LaneSettings } from '../lane-settings.ts';

type RuntimeSession = NonNullable<Lane['runtimeSession']>;

export type AcquireOutcome =
  | { readonly kind: 'acquired'; readonly lease: Lease; readonly lane: Lane }
  /** Another live lease stands. `holder` tells whether it is the same wake (a redelivery) or another one. */
  | { readonly kind: 'held'; readonly holder: string; readonly expiresAtMs: number };

/** A write under a lease either counts, or the lease is no longer mine: then stop, send nothing, acknowledge nothing. */
export type LeasedWrite = { readonly kind: 'done'; readonly lane: Lane } | { readonly kind: 'lease_lost' };

export interface FinishRequest {
  /** Entries the turn has answered: taken and consumed ones. They leave the inbox in this write and no other. */
  readonly answered: readonly EntryId[];
  /** Starts a new, empty conversation. */
  readonly newConversation?: boolean;
  /** Replaces the lane's, when there is something to say. */
  readonly lastMessageId?: NonNullable<Lane['lastMessageId']>;
  /** All messages that the lane keeps as put aside from here on. */
  readonly parked?: NonNullable<Lane['parked']>;
  /** The lane's usage from here on, this turn included. */
  readonly usage?: NonNullable<Lane['usage']>;
  /** These go back into the inbox in the same write, to be worked on once more. */
  readonly requeued?: Lane['inbox'];
}

/** What a part of a reply, or the begin of a turn, changes in the lane in the same write: each replaces the lane's as a whole. */
export interface LaneChange {
  readonly settings?: LaneSettings;
  readonly menus?: NonNullable<Lane['menus']>;
}

export interface HandOver {
  /**
   * What becomes of the lane's count: `reset` (the default) after a leg that did its share, `add` after one that failed,
   * `keep` when the leg was about the failures themselves.
   */
  readonly crashes?: 'reset' | 'add' | 'keep';
  readonly notBeforeMs?: number;
  readonly outage?: NonNullable<Lane['outage']>;
}

export type FinishOutcome =
  /** Nothing else waits: the same write released the lease. */
  | { readonly kind: 'released' }
  /** More waits: the lease is kept, go on with the next turn. */
  | { readonly kind: 'more'; readonly lane: Lane }
  | { readonly kind: 'lease_lost' };

/**
 * The working side of a lane: at most one live lease, by expiry with a margin for clock skew, and every write fenced.
 * Each method is one conditional write, and repeating a write whose answer was lost is safe.
 * All throw RetryableError when the store refuses or does not answer.
 */
export interface LaneStore {
  /** Raises the fence. Taking over a lease that expired instead of being released adds one to `crashes`. */
  acquire(laneId: LaneId, holder: string, nowMs: number): Promise<AcquireOutcome>;
  /** Moves the lease's end; the returned lane shows what arrived meanwhile. */
  renew(lease: Lease, nowMs: number): Promise<LeasedWrite>;
  /**
   * Writes a new turn, the lane's runtime session if it runs in that, and what its begin changes. What it has of the lane's
   * context leaves the lane.
   */
  saveTurn(lease: Lease, turn: ActiveTurn, session?: RuntimeSession, change?: LaneChange): Promise<LeasedWrite>;
  /** Notes that the turn is started once more, and where, if that is the lane's session. Leaves the ledger alone: a part may be under way. */
  countStart(lease: Lease, starts: number, session?: RuntimeSession): Promise<LeasedWrite>;
  /**
   * Notes which entries the running turn answers, once it is known that it has read more than it was begun with. Written
   * before that answer goes out: a leg that finds it out, and nothing else, ends the turn for all of them.
   */
  noteTaken(lease: Lease, taken: readonly EntryId[]): Promise<LeasedWrite>;
  /** Notes one part of the reply; a part is written before it is sent and again when its message id is known. */
  notePart(lease: Lease, part: string, state: LedgerPart, change?: LaneChange): Promise<LeasedWrite>;
  /**
   * Gives a waiting recording (of a message, or of what it answers to) its words, once, and the lane the session that they
   * were heard in. Nothing changes when the entry has been heard, edited or taken since it was read as `before`; the lane
   * that comes back shows it.
   */
  noteHeard(lease: Lease, before: InboxEntry, heard: InboxEntry, session?: RuntimeSession): Promise<LeasedWrite>;
  /** Ends the turn. */
  finish(lease: Lease, request: FinishRequest, nowMs: number): Promise<FinishOutcome>;
  /**
   * Gives the lease back with the work undone. `notBeforeMs` and `outage` stay until the next
   * hand-over; the end of the turn is the end of an outage. Ring afterwards, never before.
   */
  handOver(lease: Lease, how?: HandOver): Promise<LeasedWrite>;
}
