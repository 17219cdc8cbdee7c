import type { LaneId, OpenLane, OpenLanes } from '@agent-claw/core';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { readLane } from './lane-item.ts';
import type { LaneTable } from './lane-item.ts';
import { laneIdIn, OPEN_INDEX, OPEN_SHARD } from './table.ts';
import { translated } from './vendor-error.ts';

const isOpenSinceBefore = 'openShard = :open AND openSince < :before';

/**
 * One query of the sparse index, which is empty while nobody waits, and one consistent read for each lane found: the
 * index follows the table with a delay and knows no leases.
 */
export const dynamoOpenLanes = (table: LaneTable): OpenLanes => ({
  waitingSince: async (beforeMs, limit) => {
    const found = await Promise.all((await indexed(table, beforeMs, limit)).map((laneId) => openLane(table, laneId)));
    return found
      .filter((lane) => lane !== null)
      .filter(({ openSinceMs }) => openSinceMs < beforeMs)
      .sort((a, b) => a.openSinceMs - b.openSinceMs);
  },
});

const indexed = async (table: LaneTable, beforeMs: number, limit: number): Promise<readonly LaneId[]> => {
  try {
    const { Items = [] } = await table.client.send(
      new QueryCommand({
        TableName: table.tableName,
        IndexName: OPEN_INDEX,
        KeyConditionExpression: isOpenSinceBefore,
        ExpressionAttributeValues: { ':open': { S: OPEN_SHARD }, ':before': { N: String(beforeMs) } },
        Limit: limit,
      }),
    );
    return Items.map(({ pk }) => laneIdIn(pk?.S ?? '') as LaneId);
  } catch (error) {
    throw translated('Query of the open lanes', error);
  }
};

const openLane = async (table: LaneTable, laneId: LaneId): Promise<OpenLane | null> => {
  const { openSince, leaseUntilMs, notBeforeMs, outage } = (await readLane(table, laneId)) ?? {};
  if (openSince === undefined) return null;
  return {
    laneId,
    openSinceMs: openSince,
    ...(leaseUntilMs === undefined ? {} : { leaseUntilMs }),
    ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
    ...(outage === undefined ? {} : { retryAtMs: outage.retryAtMs }),
  };
};
