import type { ActiveTurn, LaneStore, LedgerPart } from '@agent-claw/core';
import type { LeaseKeeper } from './lease-keeper.ts';

/** What was sent for one turn, kept in the lane item: the reason that a crash does not make a second copy. */
export interface Ledger {
  get(part: string): LedgerPart | undefined;
  /** @returns false when the lease is gone. */
  note(part: string, state: LedgerPart): Promise<boolean>;
  parts(): readonly string[];
}

export const openLedger = (lanes: LaneStore, keeper: LeaseKeeper, turn: ActiveTurn): Ledger => {
  const noted = new Map(Object.entries(turn.ledger));
  return {
    get: (part) => noted.get(part),
    parts: () => [...noted.keys()],
    async note(part, state) {
      // An id is known whatever becomes of the write: without it the message could not be edited or removed any more.
      if (state.messageId !== undefined) noted.set(part, state);
      if (!keeper.accept(await lanes.notePart(keeper.lease, part, state))) return false;
      noted.set(part, state);
      return true;
    },
  };
};
