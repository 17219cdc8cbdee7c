import type { Lane, LaneId, LaneStore, Mailbox, OpenLanes } from '@agent-claw/core';
import type { LaneRecords } from './lane-record.ts';
import { memoryLaneStore } from './memory-lane-store.ts';
import { memoryMailbox } from './memory-mailbox.ts';
import { memoryOpenLanes } from './memory-open-lanes.ts';

/** One world of lanes with its two sides, and the sweep's view of it. */
export interface MemoryLanes {
  readonly mailbox: Mailbox;
  readonly lanes: LaneStore;
  readonly openLanes: OpenLanes;
  /** The lane as it is stored; undefined before anything was written. */
  readonly peek: (laneId: LaneId) => Lane | undefined;
  /** The ids that the lane remembers. */
  readonly seen: (laneId: LaneId) => readonly string[];
}

export const memoryLanes = (): MemoryLanes => {
  const records: LaneRecords = new Map();
  return {
    mailbox: memoryMailbox(records),
    lanes: memoryLaneStore(records),
    openLanes: memoryOpenLanes(records),
    peek: (laneId) => records.get(laneId)?.lane,
    seen: (laneId) => [...(records.get(laneId)?.seen ?? [])],
  };
};
