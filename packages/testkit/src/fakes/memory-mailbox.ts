import {
  entryBytes,
  INBOX_MAX_BYTES,
  INBOX_MAX_ENTRIES,
  INBOX_STOP_HEADROOM,
  LEASE_SKEW_MARGIN_MS,
  surplusContext,
} from '@agent-claw/core';
import type { InboxEntry, Lane, Mailbox, Overheard } from '@agent-claw/core';
import { emptyRecord } from './lane-record.ts';
import type { LaneRecords } from './lane-record.ts';

/** The receiving side of `memoryLanes`. */
export const memoryMailbox = (records: LaneRecords): Mailbox => ({
  append: async ({ laneId, entry, nowMs }) => {
    const record = records.get(laneId) ?? emptyRecord(laneId);
    if (record.seen.has(entry.id)) return { kind: 'duplicate' };
    if (!hasRoom(record.lane, entry)) return { kind: 'full' };
    records.set(laneId, {
      ...record,
      seen: new Set([...record.seen, entry.id]),
      openSinceMs: record.openSinceMs ?? nowMs,
      lane: { ...record.lane, inbox: { ...record.lane.inbox, [entry.id]: entry } },
    });
    return { kind: 'appended' };
  },
  amend: async ({ laneId, entry }) => {
    const record = records.get(laneId);
    const waiting = Object.values(record?.lane.inbox ?? {}).find(({ messageId }) => messageId === entry.messageId);
    if (record === undefined || waiting?.kind !== 'message') return { kind: 'not_waiting' };
    const isTaken = record.lane.turn?.taken.includes(waiting.id) === true;
    if (isTaken || (waiting.editSequence ?? 0) >= entry.sequence) return { kind: 'not_waiting' };
    const { id, sequence, sentAtEpochS } = waiting;
    const amended = { ...entry, id, sequence, sentAtEpochS, editSequence: entry.sequence };
    const inbox = { ...record.lane.inbox, [id]: amended };
    const isLonger = entryBytes(amended) > entryBytes(waiting);
    if (isLonger && Object.keys(inbox).length > 1 && bytesOf(inbox) > INBOX_MAX_BYTES) return { kind: 'full' };
    records.set(laneId, { ...record, lane: { ...record.lane, inbox } });
    return { kind: 'amended' };
  },
  overhear: async ({ laneId, overheard }) => {
    const record = records.get(laneId) ?? emptyRecord(laneId);
    const context = { ...record.lane.context, [overheard.id]: overheard };
    const gone = new Set<string>(surplusContext(context));
    const kept = Object.fromEntries(
      Object.values<Overheard>(context).flatMap((one) => (gone.has(one.id) ? [] : [[one.id, one]])),
    );
    records.set(laneId, { ...record, lane: { ...record.lane, context: kept } });
  },
  glance: async (laneId, nowMs) => {
    const lane = records.get(laneId)?.lane;
    if (lane === undefined) return { isIdle: true, settings: {} };
    const isLeased = lane.lease !== undefined && lane.lease.expiresAtMs + LEASE_SKEW_MARGIN_MS >= nowMs;
    const isIdle = lane.turn === undefined && !isLeased && Object.keys(lane.inbox).length === 0;
    return { isIdle, settings: lane.settings ?? {} };
  },
});

const bytesOf = (inbox: Lane['inbox']): number => Object.values(inbox).reduce((sum, each) => sum + entryBytes(each), 0);

const hasRoom = (lane: Lane, entry: InboxEntry): boolean => {
  const waiting = Object.values(lane.inbox);
  const extra = entry.kind === 'stop' ? INBOX_STOP_HEADROOM : { entries: 0, bytes: 0 };
  const fits = bytesOf(lane.inbox) + entryBytes(entry) <= INBOX_MAX_BYTES + extra.bytes;
  return waiting.length < INBOX_MAX_ENTRIES + extra.entries && (fits || waiting.length === 0);
};
