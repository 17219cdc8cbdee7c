import { entryBytes, RetryableError } from '@agent-claw/core';
import type { FinishOutcome, FinishRequest, InboxEntry, Lease } from '@agent-claw/core';
import { laneOf, readLane, updateLane } from './lane-item.ts';
import type { LaneItem, LaneTable, LaneWrite } from './lane-item.ts';
import { leaseIsMine, leaseValues } from './lease-condition.ts';

/** What a lease leaves behind when it ends. */
export const LEASE_END = ['leaseHolder', 'leaseUntilMs'] as const;
/** A lane without work is not in the sparse index. */
const AT_REST = [...LEASE_END, 'openSince', 'openShard'] as const;

const inboxHoldsOnlyThese = 'size(inbox) = :entries';
const turnExists = 'attribute_exists(turn)';
const turnIsAsRead = 'turn.id = :turnId';
const noTurn = 'attribute_not_exists(turn)';

/** Appends between the read and the write fail its conditions; each is one message more, and the inbox is bounded. */
const MAX_ROUNDS = 12;

/**
 * Ends the turn. Tries the ordinary case first and blindly: the answered entries are all that waits, so the same write
 * releases the lease. When more waits, the second write is made from what a consistent read shows.
 */
export const finishLane = async (
  table: LaneTable,
  lease: Lease,
  request: FinishRequest,
  forget: readonly string[],
): Promise<FinishOutcome> => {
  const answered = [...new Set<string>(request.answered)];
  const raises = request.newConversation === true;
  const requeued = Object.entries<InboxEntry>(request.requeued ?? {});
  const everything = release(lease, answered, raises ? [turnExists] : [], extras(raises, request), forget);
  if (requeued.length === 0 && (await updateLane(table, lease.laneId, everything)) !== null)
    return { kind: 'released' };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const item = await readLane(table, lease.laneId);
    if (item?.fence !== lease.fence || item.leaseHolder !== lease.holder)
      return item?.releasedFence === lease.fence ? { kind: 'released' } : { kind: 'lease_lost' };
    const waiting: Readonly<Record<string, InboxEntry>> = item.inbox ?? {};
    const present = answered.filter((id) => Object.hasOwn(waiting, id));
    const isAsRead = item.turn === undefined ? noTurn : turnIsAsRead;
    // The conversation count goes up with the turn's removal and never without it: a repeated finish finds no turn.
    const raisesNow = raises && item.turn !== undefined;
    const extra = extras(raisesNow, request);
    // Those that are back already are from a write whose answer was lost.
    const back = requeued.filter(([id]) => !Object.hasOwn(waiting, id));
    const releases = requeued.length === 0 && present.length === Object.keys(waiting).length;
    const write = releases
      ? release(lease, present, [isAsRead], extra, forget)
      : removal(lease, item, present, back, [isAsRead], extra, forget);
    const turnValue = item.turn === undefined ? {} : { ':turnId': item.turn.id };
    const after = await updateLane(table, lease.laneId, { ...write, values: { ...write.values, ...turnValue } });
    if (after === null) continue;
    return releases ? { kind: 'released' } : { kind: 'more', lane: laneOf(lease.laneId, after) };
  }
  throw new RetryableError(`Finish on lane ${lease.laneId} met other writers ${MAX_ROUNDS} times. Try again.`);
};

const namesOf = (ids: readonly string[]) => Object.fromEntries(ids.map((id, index) => [`#e${index}`, id]));
const allWait = (ids: readonly string[]) => ids.map((_, index) => `attribute_exists(inbox.#e${index})`);

const forgetting = (forget: readonly string[]) => ({
  deleteFrom: forget.length === 0 ? [] : ['seen :forget'],
  values: forget.length === 0 ? {} : { ':forget': new Set(forget) },
});

/** What a finish changes beside the inbox. */
const extras = (raises: boolean, { parked, lastMessageId, usage }: FinishRequest) => ({
  set: [
    ...(raises ? ['conversationCount = if_not_exists(conversationCount, :zero) + :one'] : []),
    ...(parked === undefined ? [] : ['parked = :parked']),
    ...(lastMessageId === undefined ? [] : ['lastMessageId = :lastMessage']),
    ...(usage === undefined ? [] : ['laneUsage = :usage']),
  ],
  values: {
    ...(raises ? { ':one': 1 } : {}),
    ...(parked === undefined ? {} : { ':parked': parked }),
    ...(lastMessageId === undefined ? {} : { ':lastMessage': lastMessageId }),
    ...(usage === undefined ? {} : { ':usage': usage }),
  },
});

/** Everything that waits is answered: the lane comes to rest. */
const release = (
  lease: Lease,
  ids: readonly string[],
  conditions: readonly string[],
  extra: ReturnType<typeof extras>,
  forget: readonly string[],
): LaneWrite => ({
  attempted: 'Finish and release of lane',
  conditions: [leaseIsMine, inboxHoldsOnlyThese, ...allWait(ids), ...conditions],
  set: [
    'inbox = :empty',
    'inboxBytes = :zero',
    'unreleased = :zero',
    'crashes = :zero',
    'releasedFence = :fence',
    ...extra.set,
  ],
  remove: ['turn', 'outage', ...AT_REST],
  deleteFrom: forgetting(forget).deleteFrom,
  names: namesOf(ids),
  values: {
    ...leaseValues(lease),
    ...extra.values,
    ...forgetting(forget).values,
    ':entries': ids.length,
    ':empty': {},
    ':zero': 0,
  },
});

/** More waits: only the answered entries go, those to be worked on once more come back, and the lease stays. */
const removal = (
  lease: Lease,
  item: LaneItem,
  ids: readonly string[],
  back: readonly (readonly [string, InboxEntry])[],
  conditions: readonly string[],
  extra: ReturnType<typeof extras>,
  forget: readonly string[],
): LaneWrite => {
  const waiting = Object.entries(item.inbox ?? {});
  const gone = waiting.filter(([id]) => ids.includes(id));
  const bytesOf = (entries: readonly (readonly [string, InboxEntry])[]): number =>
    entries.reduce((sum, [, entry]) => sum + entryBytes(entry), 0);
  return {
    attempted: 'Finish on lane',
    conditions: [
      leaseIsMine,
      ...allWait(ids),
      ...back.map((_, index) => `attribute_not_exists(inbox.#b${index})`),
      ...conditions,
    ],
    set: [
      'crashes = :zero',
      'inboxBytes = inboxBytes + :growth',
      ...back.map((_, index) => `inbox.#b${index} = :b${index}`),
      ...extra.set,
    ],
    remove: ['turn', 'outage', ...ids.map((_, index) => `inbox.#e${index}`)],
    deleteFrom: forgetting(forget).deleteFrom,
    names: { ...namesOf(ids), ...Object.fromEntries(back.map(([id], index) => [`#b${index}`, id])) },
    values: {
      ...Object.fromEntries(back.map(([, entry], index) => [`:b${index}`, entry])),
      ...leaseValues(lease),
      ...extra.values,
      ...forgetting(forget).values,
      ':zero': 0,
      ':growth': bytesOf(back) - bytesOf(gone),
    },
  };
};
