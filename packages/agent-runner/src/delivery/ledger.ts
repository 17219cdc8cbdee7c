import type { ActiveTurn, EntryId, LaneChange, LaneStore, LedgerPart } from '@agent-claw/core';
import type { LeaseKeeper } from '../leg/lease-keeper.ts';

/** What was sent for one turn, kept in the lane item: the reason that a crash does not make a second copy. */
export interface Ledger {
  get(part: string): LedgerPart | undefined;
  /** `change` happens to the lane in the same write. @returns false when the lease is gone. */
  note(part: string, state: LedgerPart, change?: LaneChange): Promise<boolean>;
  /**
   * Says of a part to be sent which menu stands under it: each note of the part names it, and the one that learns the
   * message's number makes the change.
   */
  prepare(part: string, nonce: string, changeFor: (messageId: number) => LaneChange): void;
  /** Writes once more what a failed write left in this leg's memory alone. @returns false when the lease is gone. */
  confirm(part: string): Promise<boolean>;
  parts(): readonly string[];
  /** Notes that the answer is for these entries, before any of it goes out. @returns false when the lease is gone. */
  cover(entries: readonly EntryId[]): Promise<boolean>;
}

export const openLedger = (lanes: LaneStore, keeper: LeaseKeeper, turn: ActiveTurn): Ledger => {
  const noted = new Map(Object.entries(turn.ledger));
  const unconfirmed = new Set<string>();
  const prepared = new Map<string, { readonly nonce: string; readonly changeFor: (id: number) => LaneChange }>();
  const note = async (part: string, given: LedgerPart, change?: LaneChange): Promise<boolean> => {
    const plan = prepared.get(part);
    const state = plan === undefined ? given : { ...given, nonce: plan.nonce };
    // An id is known whatever becomes of the write: without it the message could not be edited or removed any more.
    if (state.messageId !== undefined) {
      noted.set(part, state);
      unconfirmed.add(part);
    }
    const changed = change ?? (state.messageId === undefined ? undefined : plan?.changeFor(state.messageId));
    if (!keeper.accept(await lanes.notePart(keeper.lease, part, state, changed))) return false;
    noted.set(part, state);
    unconfirmed.delete(part);
    return true;
  };
  return {
    get: (part) => noted.get(part),
    parts: () => [...noted.keys()],
    note,
    cover: async (entries) => keeper.accept(await lanes.noteTaken(keeper.lease, entries)),
    prepare: (part, nonce, changeFor) => void prepared.set(part, { nonce, changeFor }),
    confirm: async (part) => {
      const state = noted.get(part);
      return state === undefined || !unconfirmed.has(part) || (await note(part, state));
    },
  };
};
