import { LEASE_MS, LEASE_SKEW_MARGIN_MS, updateEntryId } from '@agent-claw/core';
import type { EntryId, LaneId, LaneStore, Lease, Mailbox } from '@agent-claw/core';
import { anEntry } from '../builders.ts';

/** Both sides of the same lanes, and a lane that nobody else uses. */
export interface LaneWorld {
  readonly lanes: LaneStore;
  readonly mailbox: Mailbox;
  readonly laneId: LaneId;
}

export const NOW = 1_790_000_000_000;
/** When a lease that was taken at `NOW` may be taken over. */
export const AFTER_LEASE = NOW + LEASE_MS + LEASE_SKEW_MARGIN_MS + 1;

/** @throws when somebody else holds the lane. */
export const leaseOf = async ({ lanes, laneId }: LaneWorld, holder = 'wake-1/a', nowMs = NOW): Promise<Lease> => {
  const acquired = await lanes.acquire(laneId, holder, nowMs);
  if (acquired.kind !== 'acquired') throw new Error(`Expected a lease for ${holder}, found it ${acquired.kind}.`);
  return acquired.lease;
};
export const put = async ({ mailbox, laneId }: LaneWorld, ...sequences: readonly number[]): Promise<void> => {
  for (const sequence of sequences) await mailbox.append({ laneId, entry: anEntry(sequence), nowMs: NOW });
};
export const aSession = { id: 'session-of-33-characters-or-longer-x' as never, startedAtMs: NOW };
export const ids = (...sequences: readonly number[]): readonly EntryId[] => sequences.map(updateEntryId);
