import type { ActiveTurn, EntryId, LaneStore, LedgerPart } from '@agent-claw/core';
import type { LeaseKeeper } from './lease-keeper.ts';

/** What was sent for one turn, kept in the lane item: the reason that a crash does not make a second copy. */
export interface Ledger {
  get(part: string): LedgerPart | undefined;
  /** @returns false when the lease is gone. */
  note(part: string, state: LedgerPart): Promise<boolean>;
  /** Writes once more what a failed write left in this leg's memory alone. @returns false when the lease is gone. */
  confirm(part: string): Promise<boolean>;
  parts(): readonly string[];
  /** Notes that the answer is for these entries, before any of it goes out. @returns false when the lease is gone. */
  cover(entries: readonly EntryId[]): Promise<boolean>;
}

export const openLedger = (lanes: LaneStore, keeper: LeaseKeeper, turn: ActiveTurn): Ledger => {
  const noted = new Map(Object.entries(turn.ledger));
  const unconfirmed = new Set<string>();
  const note = async (part: string, state: LedgerPart): Promise<boolean> => {
    // An id is known whatever becomes of the write: without it the message could not be edited or removed any more.
    if (state.messageId !== undefined) {
      noted.set(part, state);
      unconfirmed.add(part);
    }
    if (!keeper.accept(await lanes.notePart(keeper.lease, part, state))) return false;
    noted.set(part, state);
    unconfirmed.delete(part);
    return true;
  };
  return {
    get: (part) => noted.get(part),
    parts: () => [...noted.keys()],
    note,
    cover: async (entries) => keeper.accept(await lanes.noteTaken(keeper.lease, entries)),
    confirm: async (part) => {
      const state = noted.get(part);
      return state === undefined || !unconfirmed.has(part) || (await note(part, state));
    },
  };
};
