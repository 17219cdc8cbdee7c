import { entryBytes } from '@agent-claw/core';
import type { InboxEntry, Lane, Lease, LeasedWrite } from '@agent-claw/core';
import { laneOf, readLane, updateLane } from './lane-item.ts';
import type { LaneTable } from './lane-item.ts';
import { leaseIsMine, leaseValues } from './lease-condition.ts';

const entryWaits = 'attribute_exists(inbox.#id)';
const neverHeard = 'attribute_not_exists(inbox.#id.heard)';
const whatItAnswersToNeverHeard = 'attribute_not_exists(inbox.#id.replyTo.heard)';
const neverEdited = 'attribute_not_exists(inbox.#id.editSequence)';
const editedAsRead = 'inbox.#id.editSequence = :was';
const noTurnHasIt = 'attribute_not_exists(turn) OR NOT contains(turn.taken, :id)';

/** See `LaneStore.noteHeard`. */
export const noteHeard = async (
  table: LaneTable,
  lease: Lease,
  before: InboxEntry,
  heard: InboxEntry,
  session: NonNullable<Lane['runtimeSession']> | undefined,
): Promise<LeasedWrite> => {
  const { id, editSequence } = before;
  const entry: InboxEntry = { ...heard, id };
  const written = await updateLane(table, lease.laneId, {
    attempted: `Note of what was heard in ${id} on lane`,
    conditions: [
      leaseIsMine,
      entryWaits,
      ...(before.heard === undefined ? [neverHeard] : []),
      whatItAnswersToNeverHeard,
      editSequence === undefined ? neverEdited : editedAsRead,
      noTurnHasIt,
    ],
    set: [
      'inbox.#id = :entry',
      'inboxBytes = inboxBytes + :growth',
      ...(session === undefined ? [] : ['runtimeSession = :session']),
    ],
    names: { '#id': id },
    values: {
      ...leaseValues(lease),
      ':id': id,
      ':entry': entry,
      ':growth': entryBytes(entry) - entryBytes(before),
      ...(editSequence === undefined ? {} : { ':was': editSequence }),
      ...(session === undefined ? {} : { ':session': session }),
    },
  });
  const item = written ?? (await readLane(table, lease.laneId));
  const isMine = item?.fence === lease.fence && item.leaseHolder === lease.holder;
  return isMine ? { kind: 'done', lane: laneOf(lease.laneId, item) } : { kind: 'lease_lost' };
};
