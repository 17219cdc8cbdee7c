import { entryBytes, INBOX_MAX_BYTES, RetryableError } from '@agent-claw/core';
import type { AmendOutcome, AmendRequest } from '@agent-claw/core';
import { readLane, updateLane } from './lane-item.ts';
import type { LaneTable } from './lane-item.ts';

const entryWaits = 'attribute_exists(inbox.#id)';
const noTurnHasIt = 'attribute_not_exists(turn) OR NOT contains(turn.taken, :id)';
const neverEdited = 'attribute_not_exists(inbox.#id.editSequence)';
const editedAsRead = 'inbox.#id.editSequence = :was';

/** Each failed condition means that the turn, the finish or another edit came in between. */
const MAX_ROUNDS = 4;

/** See `Mailbox.amend`. Read first: an edit names the channel's message, and the inbox is keyed by update. */
export const amendInbox = async (table: LaneTable, { laneId, entry }: AmendRequest): Promise<AmendOutcome> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const item = await readLane(table, laneId);
    const waiting = Object.values(item?.inbox ?? {}).find(({ messageId }) => messageId === entry.messageId);
    if (waiting?.kind !== 'message' || item?.turn?.taken.includes(waiting.id) === true) return { kind: 'not_waiting' };
    const { id, sequence, sentAtEpochS, editSequence } = waiting;
    if (editSequence !== undefined && editSequence >= entry.sequence) return { kind: 'not_waiting' };
    const amended = { ...entry, id, sequence, sentAtEpochS, editSequence: entry.sequence };
    const growth = entryBytes(amended) - entryBytes(waiting);
    // Asked of what was read: two edits at once may pass the bound by one message, which the item has room for.
    const isAlone = Object.keys(item?.inbox ?? {}).length === 1;
    if (growth > 0 && !isAlone && (item?.inboxBytes ?? 0) + growth > INBOX_MAX_BYTES) return { kind: 'full' };
    const written = await updateLane(table, laneId, {
      attempted: 'Edit of a waiting message on lane',
      conditions: [entryWaits, noTurnHasIt, editSequence === undefined ? neverEdited : editedAsRead],
      set: ['inbox.#id = :entry', 'inboxBytes = inboxBytes + :growth'],
      names: { '#id': id },
      values: {
        ':id': id,
        ':entry': amended,
        ':growth': growth,
        ...(editSequence === undefined ? {} : { ':was': editSequence }),
      },
    });
    if (written !== null) return { kind: 'amended' };
  }
  throw new RetryableError(`Edit on lane ${laneId} met other writers ${MAX_ROUNDS} times. Try again.`);
};
