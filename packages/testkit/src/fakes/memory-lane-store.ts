import { LEASE_MS, LEASE_SKEW_MARGIN_MS, surplusSeen } from '@agent-claw/core';
import type { ActiveTurn, FinishRequest, Lane, LaneStore, Lease, LeasedWrite } from '@agent-claw/core';
import { emptyRecord } from './lane-record.ts';
import type { LaneRecord, LaneRecords } from './lane-record.ts';

/** The working side of `memoryLanes`. */
export const memoryLaneStore = (records: LaneRecords): LaneStore => {
  const mine = (lease: Lease): LaneRecord | null => {
    const record = records.get(lease.laneId);
    return record?.lane.fence === lease.fence && record.lane.lease?.holder === lease.holder ? record : null;
  };
  const leased = async (lease: Lease, change: (lane: Lane) => Lane): Promise<LeasedWrite> => {
    const record = mine(lease);
    if (record === null) return { kind: 'lease_lost' };
    const lane = change(record.lane);
    records.set(lease.laneId, { ...record, lane });
    return { kind: 'done', lane };
  };
  return {
    acquire: async (laneId, holder, nowMs) => {
      const record = records.get(laneId) ?? emptyRecord(laneId);
      const held = record.lane.lease;
      if (held !== undefined && held.expiresAtMs + LEASE_SKEW_MARGIN_MS >= nowMs) {
        if (held.holder !== holder) return { kind: 'held', holder: held.holder, expiresAtMs: held.expiresAtMs };
        return { kind: 'acquired', lease: { laneId, fence: record.lane.fence, ...held }, lane: record.lane };
      }
      const lane: Lane = {
        ...record.lane,
        fence: record.lane.fence + 1,
        crashes: record.lane.crashes + (record.unreleased ? 1 : 0),
        lease: { holder, expiresAtMs: nowMs + LEASE_MS },
      };
      records.set(laneId, { ...record, lane, unreleased: true });
      return { kind: 'acquired', lease: { laneId, holder, fence: lane.fence, expiresAtMs: nowMs + LEASE_MS }, lane };
    },
    renew: (lease, nowMs) =>
      leased(lease, (lane) => ({ ...lane, lease: { holder: lease.holder, expiresAtMs: nowMs + LEASE_MS } })),
    saveTurn: (lease, turn, session, change = {}) =>
      leased(lease, (lane) => ({
        ...lane,
        ...change,
        turn,
        turnCount: Number(turn.id.slice(1)),
        ...(lane.context === undefined ? {} : { context: withoutTaken(lane.context, turn) }),
        ...(session === undefined ? {} : { runtimeSession: session }),
      })),
    countStart: (lease, starts, session) =>
      leased(lease, (lane) => {
        if (lane.turn === undefined) throw new Error('A start was counted without a turn. Save the turn first.');
        return {
          ...lane,
          turn: { ...lane.turn, starts },
          ...(session === undefined ? {} : { runtimeSession: session }),
        };
      }),
    noteTaken: (lease, taken) =>
      leased(lease, (lane) => {
        if (lane.turn === undefined) throw new Error('Entries were noted without a turn. Save the turn first.');
        return { ...lane, turn: { ...lane.turn, taken } };
      }),
    notePart: (lease, part, state, change = {}) =>
      leased(lease, (lane) => {
        if (lane.turn === undefined) throw new Error(`Part ${part} was noted without a turn. Save the turn first.`);
        return { ...lane, ...change, turn: { ...lane.turn, ledger: { ...lane.turn.ledger, [part]: state } } };
      }),
    noteHeard: (lease, before, heard, session) =>
      leased(lease, (lane) => {
        const waiting = lane.inbox[before.id];
        const isAsRead =
          (before.heard !== undefined || waiting?.heard === undefined) &&
          waiting?.replyTo?.heard === undefined &&
          waiting?.editSequence === before.editSequence;
        if (waiting === undefined || !isAsRead || lane.turn?.taken.includes(before.id) === true) return lane;
        return {
          ...lane,
          inbox: { ...lane.inbox, [before.id]: { ...heard, id: before.id } },
          ...(session === undefined ? {} : { runtimeSession: session }),
        };
      }),
    finish: async (lease, request) => {
      const record = mine(lease);
      if (record === null)
        return records.get(lease.laneId)?.releasedFence === lease.fence ? { kind: 'released' } : { kind: 'lease_lost' };
      const rest = afterFinish(record.lane, request);
      const seen = new Set(record.seen);
      for (const id of surplusSeen(seen, record.lane.inbox)) seen.delete(id);
      if (Object.keys(rest.inbox).length > 0) {
        records.set(lease.laneId, { ...record, lane: rest, seen });
        return { kind: 'more', lane: rest };
      }
      records.set(lease.laneId, { lane: withoutLease(rest), seen, unreleased: false, releasedFence: lease.fence });
      return { kind: 'released' };
    },
    handOver: async (lease, { crashes = 'reset', notBeforeMs, outage } = {}) => {
      const record = mine(lease);
      if (record === null) {
        const after = records.get(lease.laneId);
        return after?.releasedFence === lease.fence ? { kind: 'done', lane: after.lane } : { kind: 'lease_lost' };
      }
      const { notBeforeMs: _silence, outage: _outage, ...rest } = withoutLease(record.lane);
      const lane: Lane = {
        ...rest,
        crashes: { reset: 0, add: rest.crashes + 1, keep: rest.crashes }[crashes],
        ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
        ...(outage === undefined ? {} : { outage }),
      };
      records.set(lease.laneId, { ...record, unreleased: false, lane, releasedFence: lease.fence });
      return { kind: 'done', lane };
    },
  };
};

const withoutTaken = (context: NonNullable<Lane['context']>, { overheard = {} }: ActiveTurn) =>
  Object.fromEntries(Object.entries(context).filter(([id]) => !Object.hasOwn(overheard, id)));

const withoutLease = ({ lease: _given, ...lane }: Lane): Lane => lane;

/** The lane without the turn and what it has answered. */
const afterFinish = ({ turn, outage: _outage, ...lane }: Lane, request: FinishRequest): Lane => {
  const answered = new Set<string>(request.answered);
  const left = Object.entries(lane.inbox).filter(([id]) => !answered.has(id));
  return {
    ...lane,
    inbox: { ...(Object.fromEntries(left) as Lane['inbox']), ...request.requeued },
    crashes: 0,
    conversationCount: lane.conversationCount + (request.newConversation === true && turn !== undefined ? 1 : 0),
    ...(request.lastMessageId === undefined ? {} : { lastMessageId: request.lastMessageId }),
    ...(request.usage === undefined ? {} : { usage: request.usage }),
    ...(request.parked === undefined ? {} : { parked: request.parked }),
  };
};
