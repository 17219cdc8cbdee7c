import type { Lane, LaneId } from '@agent-claw/core';

/** What is kept of a lane beside the lane itself. Replaced as a whole, so that a lane handed out never changes. */
export interface LaneRecord {
  readonly lane: Lane;
  readonly seen: ReadonlySet<string>;
  /** A lease was granted and not given back. */
  readonly unreleased: boolean;
  /** Which lease's finish released the lane last. */
  readonly releasedFence?: number;
  /** Since when something waits; absent on a lane at rest. */
  readonly openSinceMs?: number;
}
export type LaneRecords = Map<LaneId, LaneRecord>;

export const emptyRecord = (laneId: LaneId): LaneRecord => ({
  lane: { laneId, inbox: {}, fence: 0, crashes: 0, turnCount: 0, conversationCount: 0 },
  seen: new Set(),
  unreleased: false,
});
