import type { Lane, LaneId } from '@agent-claw/core';
import { ConditionalCheckFailedException, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromItem, toItem } from './dynamo-json.ts';
import { laneKey } from './table.ts';
import { translated } from './vendor-error.ts';

export interface LaneTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

/** A lane item as stored. Anything may be absent: an append creates less than a lease does. */
export interface LaneItem {
  readonly inbox?: Lane['inbox'];
  readonly inboxBytes?: number;
  readonly seen?: ReadonlySet<string>;
  readonly turn?: NonNullable<Lane['turn']>;
  readonly leaseHolder?: string;
  readonly leaseUntilMs?: number;
  readonly fence?: number;
  readonly crashes?: number;
  readonly turnCount?: number;
  readonly conversationCount?: number;
  readonly notBeforeMs?: number;
  readonly outage?: NonNullable<Lane['outage']>;
  readonly lastMessageId?: NonNullable<Lane['lastMessageId']>;
  readonly parked?: NonNullable<Lane['parked']>;
  readonly context?: NonNullable<Lane['context']>;
  readonly settings?: NonNullable<Lane['settings']>;
  readonly laneUsage?: NonNullable<Lane['usage']>;
  readonly menus?: NonNullable<Lane['menus']>;
  readonly runtimeSession?: NonNullable<Lane['runtimeSession']>;
  readonly releasedFence?: number;
  readonly openSince?: number;
}

export const laneOf = (laneId: LaneId, item: LaneItem): Lane => ({
  laneId,
  inbox: item.inbox ?? {},
  ...(item.turn === undefined ? {} : { turn: item.turn }),
  ...(item.leaseHolder === undefined || item.leaseUntilMs === undefined
    ? {}
    : { lease: { holder: item.leaseHolder, expiresAtMs: item.leaseUntilMs } }),
  fence: item.fence ?? 0,
  crashes: item.crashes ?? 0,
  turnCount: item.turnCount ?? 0,
  conversationCount: item.conversationCount ?? 0,
  ...(item.runtimeSession === undefined ? {} : { runtimeSession: item.runtimeSession }),
  ...(item.notBeforeMs === undefined ? {} : { notBeforeMs: item.notBeforeMs }),
  ...(item.outage === undefined ? {} : { outage: item.outage }),
  ...(item.lastMessageId === undefined ? {} : { lastMessageId: item.lastMessageId }),
  ...(item.parked === undefined ? {} : { parked: item.parked }),
  ...(item.context === undefined ? {} : { context: item.context }),
  ...(item.settings === undefined ? {} : { settings: item.settings }),
  ...(item.laneUsage === undefined ? {} : { usage: item.laneUsage }),
  ...(item.menus === undefined ? {} : { menus: item.menus }),
});

/** One conditional write. The conditions are sentences that must all hold; every action is one clause. */
export interface LaneWrite {
  readonly attempted: string;
  readonly conditions: readonly string[];
  readonly set?: readonly string[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly deleteFrom?: readonly string[];
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

const clause = (word: string, parts: readonly string[] = []): string =>
  parts.length === 0 ? '' : `${word} ${parts.join(', ')} `;

/** @returns the whole item after the write, or null when a condition did not hold: then nothing changed. */
export const updateLane = async (table: LaneTable, laneId: LaneId, write: LaneWrite): Promise<LaneItem | null> => {
  const names = write.names ?? {};
  const values = toItem(write.values ?? {});
  try {
    const { Attributes } = await table.client.send(
      new UpdateItemCommand({
        TableName: table.tableName,
        Key: laneKey(laneId),
        UpdateExpression: [
          clause('SET', write.set),
          clause('REMOVE', write.remove),
          clause('ADD', write.add),
          clause('DELETE', write.deleteFrom),
        ].join(''),
        ConditionExpression: write.conditions.map((condition) => `(${condition})`).join(' AND '),
        ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
        ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
        ReturnValues: 'ALL_NEW',
      }),
    );
    return itemOf(Attributes);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return null;
    throw translated(`${write.attempted} ${laneId}`, error);
  }
};

/** Learns why a condition did not hold: one consistent read. Null when the lane was never written. */
export const readLane = async (table: LaneTable, laneId: LaneId): Promise<LaneItem | null> => {
  try {
    const { Item } = await table.client.send(
      new GetItemCommand({ TableName: table.tableName, Key: laneKey(laneId), ConsistentRead: true }),
    );
    return Item === undefined ? null : itemOf(Item);
  } catch (error) {
    throw translated(`Read of lane ${laneId}`, error);
  }
};

const itemOf = (attributes: Record<string, AttributeValue> | undefined): LaneItem => fromItem(attributes ?? {});
