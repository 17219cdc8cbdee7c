import type { OpenLane, OpenLanes } from '@agent-claw/core';
import type { LaneRecord, LaneRecords } from './lane-record.ts';

/** What the sweep sees of `memoryLanes`. */
export const memoryOpenLanes = (records: LaneRecords): OpenLanes => ({
  waitingSince: async (beforeMs, limit) =>
    [...records.values()]
      .flatMap(openLane)
      .filter(({ openSinceMs }) => openSinceMs < beforeMs)
      .sort((a, b) => a.openSinceMs - b.openSinceMs)
      .slice(0, limit),
});

const openLane = ({ lane, openSinceMs }: LaneRecord): readonly OpenLane[] => {
  if (openSinceMs === undefined) return [];
  const { laneId, lease, notBeforeMs, outage } = lane;
  return [
    {
      laneId,
      openSinceMs,
      ...(lease === undefined ? {} : { leaseUntilMs: lease.expiresAtMs }),
      ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
      ...(outage === undefined ? {} : { retryAtMs: outage.retryAtMs }),
    },
  ];
};
