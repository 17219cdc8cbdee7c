import {
  entryBytes,
  INBOX_MAX_BYTES,
  INBOX_MAX_ENTRIES,
  INBOX_STOP_HEADROOM,
  LEASE_SKEW_MARGIN_MS,
  RetryableError,
} from '@agent-claw/core';
import type { AppendOutcome, AppendRequest, Mailbox } from '@agent-claw/core';
import { amendInbox } from './amend-inbox.ts';
import { overhear } from './overhear.ts';
import { readLane, updateLane } from './lane-item.ts';
import type { LaneItem, LaneTable, LaneWrite } from './lane-item.ts';
import { OPEN_SHARD } from './table.ts';

const laneHasInbox = 'attribute_exists(inbox)';
const laneHasNoInbox = 'attribute_not_exists(inbox)';
const entryIsNew = 'NOT contains(seen, :id)';
const inboxHasPlace = 'size(inbox) < :maxEntries';
// An entry over the byte bound is let into an empty inbox: it would never fit better, and the sender would ask for ever.
const inboxHasBytes = 'inboxBytes <= :bytesLeft OR size(inbox) = :zero';

/** Writers that meet at one lane may each fail another's condition; each failure means that one of them went on. */
const MAX_ROUNDS = 8;

// In parts, so that each function starts with no more than it needs.

/** For who only puts entries into lanes. */
export const dynamoAppender = (table: LaneTable): Pick<Mailbox, 'append'> => ({
  append: (request) => append(table, request),
});

/** What of a mailbox the channel needs. */
export const dynamoIntake = (table: LaneTable): Omit<Mailbox, 'glance'> => ({
  ...dynamoAppender(table),
  amend: (request) => amendInbox(table, request),
  overhear: (request) => overhear(table, request),
});

/** The receiving side of a lane: one conditional write in the ordinary case, one more read to learn why it did not hold. */
export const dynamoMailbox = (table: LaneTable): Mailbox => ({
  ...dynamoIntake(table),
  glance: async (laneId, nowMs) => {
    const item = await readLane(table, laneId);
    if (item === null) return { isIdle: true, settings: {} };
    const isLeased = item.leaseUntilMs !== undefined && item.leaseUntilMs + LEASE_SKEW_MARGIN_MS >= nowMs;
    const isIdle = item.turn === undefined && !isLeased && Object.keys(item.inbox ?? {}).length === 0;
    return { isIdle, settings: item.settings ?? {} };
  },
});

const append = async (table: LaneTable, request: AppendRequest): Promise<AppendOutcome> => {
  const { laneId, entry } = request;
  let hasInbox = true;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const write = hasInbox ? addition(request) : creation(request);
    if ((await updateLane(table, laneId, write)) !== null) return { kind: 'appended' };
    const item = await readLane(table, laneId);
    if (item?.seen?.has(entry.id) === true) return { kind: 'duplicate' };
    if (item !== null && isFull(item, request)) return { kind: 'full' };
    hasInbox = item?.inbox !== undefined;
  }
  throw new RetryableError(`Append of ${entry.id} to lane ${laneId} met other writers ${MAX_ROUNDS} times. Try again.`);
};

const boundsFor = ({ entry }: AppendRequest) => {
  const extra = entry.kind === 'stop' ? INBOX_STOP_HEADROOM : { entries: 0, bytes: 0 };
  return {
    maxEntries: INBOX_MAX_ENTRIES + extra.entries,
    bytesLeft: INBOX_MAX_BYTES + extra.bytes - entryBytes(entry),
  };
};

const isFull = (item: LaneItem, request: AppendRequest): boolean => {
  const { maxEntries, bytesLeft } = boundsFor(request);
  const waiting = Object.keys(item.inbox ?? {}).length;
  return waiting >= maxEntries || (waiting > 0 && (item.inboxBytes ?? 0) > bytesLeft);
};

const addition = (request: AppendRequest): LaneWrite => {
  const { entry, nowMs } = request;
  return {
    attempted: 'Append to lane',
    conditions: [laneHasInbox, entryIsNew, inboxHasPlace, inboxHasBytes],
    set: [
      'inbox.#id = :entry',
      'inboxBytes = inboxBytes + :bytes',
      'openSince = if_not_exists(openSince, :now)',
      'openShard = :open',
    ],
    add: ['seen :ids'],
    names: { '#id': entry.id },
    values: {
      ':id': entry.id,
      ':ids': new Set([entry.id]),
      ':entry': entry,
      ':bytes': entryBytes(entry),
      ':now': nowMs,
      ':open': OPEN_SHARD,
      ':zero': 0,
      ':maxEntries': boundsFor(request).maxEntries,
      ':bytesLeft': boundsFor(request).bytesLeft,
    },
  };
};

/** The lane's first entry ever. A nested value cannot be set into a map that is not there. */
const creation = ({ entry, nowMs }: AppendRequest): LaneWrite => ({
  attempted: 'First append to lane',
  conditions: [laneHasNoInbox],
  set: ['inbox = :inbox', 'inboxBytes = :bytes', 'openSince = if_not_exists(openSince, :now)', 'openShard = :open'],
  add: ['seen :ids'],
  values: {
    ':inbox': { [entry.id]: entry },
    ':ids': new Set([entry.id]),
    ':bytes': entryBytes(entry),
    ':now': nowMs,
    ':open': OPEN_SHARD,
  },
});
