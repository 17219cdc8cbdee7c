import { LEASE_MS, LEASE_SKEW_MARGIN_MS, RetryableError, surplusSeen } from '@agent-claw/core';
import type { AcquireOutcome, LaneChange, LaneId, LaneStore, Lease, LeasedWrite } from '@agent-claw/core';
import { finishLane, LEASE_END } from './finish-lane.ts';
import { laneOf, readLane, updateLane } from './lane-item.ts';
import type { LaneTable, LaneWrite } from './lane-item.ts';
import { leaseIsMine, leaseValues } from './lease-condition.ts';
import { noteHeard } from './note-heard.ts';

const noLease = 'attribute_not_exists(leaseHolder)';
const leaseIsOver = 'leaseUntilMs < :overBefore';

/** A lease that ends or is released between the write and the read is asked for again. */
const MAX_ROUNDS = 4;

export interface DynamoLaneStoreOptions extends LaneTable {
  /** How long a lease lasts after its last renewal; `LEASE_MS` unless a local system shortens it. */
  readonly leaseMs?: number;
}

/** The working side of a lane. Every method is one conditional write; a condition that fails costs one consistent read where the reason matters. */
export const dynamoLaneStore = ({ leaseMs = LEASE_MS, ...table }: DynamoLaneStoreOptions): LaneStore => {
  // Ids that the finish of a lease may forget, known from the item that its acquire returned.
  const surplus = new Map<LaneId, { readonly fence: number; readonly ids: readonly string[] }>();

  const leased = async (lease: Lease, write: LaneWrite): Promise<LeasedWrite> => {
    const item = await updateLane(table, lease.laneId, {
      ...write,
      conditions: [leaseIsMine, ...write.conditions],
      values: { ...leaseValues(lease), ...write.values },
    });
    return item === null ? { kind: 'lease_lost' } : { kind: 'done', lane: laneOf(lease.laneId, item) };
  };

  return {
    acquire: async (laneId, holder, nowMs) => {
      const { outcome, seen } = await acquire(table, laneId, holder, nowMs, leaseMs);
      surplus.delete(laneId);
      if (outcome.kind === 'acquired') {
        const ids = surplusSeen(seen, outcome.lane.inbox);
        if (ids.length > 0) surplus.set(laneId, { fence: outcome.lease.fence, ids });
      }
      return outcome;
    },
    renew: (lease, nowMs) =>
      leased(lease, {
        attempted: 'Renewal of the lease on lane',
        conditions: [],
        set: ['leaseUntilMs = :until'],
        values: { ':until': nowMs + leaseMs },
      }),
    saveTurn: (lease, turn, session, change = {}) =>
      leased(lease, {
        attempted: `Save of turn ${turn.id} on lane`,
        conditions: [],
        // The count is the turn's own number, so that repeating the write does not raise it again.
        set: [
          'turn = :turn',
          'turnCount = :count',
          ...(session === undefined ? [] : ['runtimeSession = :session']),
          ...changed(change).set,
        ],
        // Each by its id: what was said since the turn was made up stays for the next one.
        remove: Object.keys(turn.overheard ?? {}).map((_, index) => `context.#c${index}`),
        names: Object.fromEntries(Object.keys(turn.overheard ?? {}).map((id, index) => [`#c${index}`, id])),
        values: {
          ':turn': turn,
          ':count': Number(turn.id.slice(1)),
          ...(session === undefined ? {} : { ':session': session }),
          ...changed(change).values,
        },
      }),
    countStart: (lease, starts, session) =>
      leased(lease, {
        attempted: `Count of start ${starts} on lane`,
        conditions: [],
        set: ['turn.starts = :starts', ...(session === undefined ? [] : ['runtimeSession = :session'])],
        values: { ':starts': starts, ...(session === undefined ? {} : { ':session': session }) },
      }),
    noteTaken: (lease, taken) =>
      leased(lease, {
        attempted: 'Note of what the turn answers on lane',
        conditions: [],
        set: ['turn.taken = :taken'],
        values: { ':taken': taken },
      }),
    notePart: (lease, part, state, change = {}) =>
      leased(lease, {
        attempted: `Note of part ${part} on lane`,
        conditions: [],
        set: ['turn.ledger.#part = :state', ...changed(change).set],
        names: { '#part': part },
        values: { ':state': state, ...changed(change).values },
      }),
    noteHeard: (lease, before, heard, session) => noteHeard(table, lease, before, heard, session),
    finish: (lease, request) => {
      const known = surplus.get(lease.laneId);
      return finishLane(table, lease, request, known?.fence === lease.fence ? known.ids : []);
    },
    handOver: async (lease, { crashes = 'reset', notBeforeMs, outage } = {}) => {
      const written = await leased(lease, {
        attempted: 'Hand-over of lane',
        conditions: [],
        set: [
          'unreleased = :zero',
          ...{ reset: ['crashes = :zero'], add: ['crashes = crashes + :one'], keep: [] }[crashes],
          'releasedFence = :fence',
          ...(notBeforeMs === undefined ? [] : ['notBeforeMs = :notBefore']),
          ...(outage === undefined ? [] : ['outage = :outage']),
        ],
        remove: [
          ...LEASE_END,
          ...(notBeforeMs === undefined ? ['notBeforeMs'] : []),
          ...(outage === undefined ? ['outage'] : []),
        ],
        values: {
          ':zero': 0,
          ...(crashes === 'add' ? { ':one': 1 } : {}),
          ...(notBeforeMs === undefined ? {} : { ':notBefore': notBeforeMs }),
          ...(outage === undefined ? {} : { ':outage': outage }),
        },
      });
      if (written.kind === 'done') return written;
      // Given back by this very lease: the answer to an earlier try was lost.
      const item = await readLane(table, lease.laneId);
      return item?.releasedFence === lease.fence ? { kind: 'done', lane: laneOf(lease.laneId, item) } : written;
    },
  };
};

const changed = ({ settings, menus }: LaneChange) => ({
  set: [
    ...(settings === undefined ? [] : ['settings = :settings']),
    ...(menus === undefined ? [] : ['menus = :menus']),
  ],
  values: {
    ...(settings === undefined ? {} : { ':settings': settings }),
    ...(menus === undefined ? {} : { ':menus': menus }),
  },
});

const acquire = async (
  table: LaneTable,
  laneId: LaneId,
  holder: string,
  nowMs: number,
  leaseMs: number,
): Promise<{ readonly outcome: AcquireOutcome; readonly seen: ReadonlySet<string> }> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const taken = await updateLane(table, laneId, {
      attempted: 'Lease of lane',
      conditions: [`${noLease} OR ${leaseIsOver}`],
      set: [
        'leaseHolder = :holder',
        'leaseUntilMs = :until',
        'fence = if_not_exists(fence, :zero) + :one',
        // The right side reads the item before the write: a lease still marked as unreleased has ended by expiry.
        'crashes = if_not_exists(crashes, :zero) + if_not_exists(unreleased, :zero)',
        'unreleased = :one',
        'inbox = if_not_exists(inbox, :empty)',
        'inboxBytes = if_not_exists(inboxBytes, :zero)',
      ],
      values: {
        ':holder': holder,
        ':until': nowMs + leaseMs,
        ':overBefore': nowMs - LEASE_SKEW_MARGIN_MS,
        ':zero': 0,
        ':one': 1,
        ':empty': {},
      },
    });
    const item = taken ?? (await readLane(table, laneId));
    const { fence, leaseHolder, leaseUntilMs: expiresAtMs } = item ?? {};
    if (item === null || fence === undefined || leaseHolder === undefined || expiresAtMs === undefined) continue;
    const seen = item.seen ?? new Set<string>();
    // A lease in my name that this call did not take is mine all the same: the answer to an earlier try was lost.
    if (leaseHolder === holder) {
      const lease: Lease = { laneId, holder, fence, expiresAtMs };
      return { outcome: { kind: 'acquired', lease, lane: laneOf(laneId, item) }, seen };
    }
    return { outcome: { kind: 'held', holder: leaseHolder, expiresAtMs }, seen };
  }
  throw new RetryableError(`Lease of lane ${laneId} changed hands ${MAX_ROUNDS} times while asking. Try again.`);
};
