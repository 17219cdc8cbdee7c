import { EMPTY_ACCESS, RetryableError } from '@agent-claw/core';
import type { AccessRecord, AccessStore, Clock } from '@agent-claw/core';
import { ConditionalCheckFailedException, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromItem, toItem } from './dynamo-json.ts';
import { ACCESS_KEY } from './table.ts';
import { translated } from './vendor-error.ts';

export interface DynamoAccessStoreOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Pick<Clock, 'now'>;
}

interface Stored {
  readonly record: AccessRecord;
  /** 0 while nobody has written the item; one more with each write. */
  readonly version: number;
}

const neverWritten = 'attribute_not_exists(version)';
const asRead = 'version = :was';

/** Each failed condition means that somebody else has changed the record. People do that by hand, one command at a time. */
const MAX_ROUNDS = 8;

/** One item, replaced as a whole on condition that nobody else has replaced it. */
export const dynamoAccessStore = (options: DynamoAccessStoreOptions): AccessStore => {
  const { clock } = options;
  const cache: { stored?: Stored; asOfMs: number } = { asOfMs: 0 };
  /** An answer that was long on its way may be older than what is known by now. */
  const keep = (stored: Stored, asOfMs: number): Stored => {
    if (cache.stored === undefined || stored.version >= cache.stored.version) {
      cache.stored = stored;
      cache.asOfMs = Math.max(cache.asOfMs, asOfMs);
    }
    return cache.stored;
  };
  const read = async (): Promise<Stored> => {
    const asOfMs = clock.now();
    return keep(await readItem(options), asOfMs);
  };
  return {
    read: async (maxAgeMs) => {
      const isRecent = clock.now() - cache.asOfMs < maxAgeMs;
      return (cache.stored !== undefined && isRecent ? cache.stored : await read()).record;
    },
    update: async (rule) => {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const before = await read();
        const { record, outcome } = rule(before.record);
        if (record === undefined) return outcome;
        const asOfMs = clock.now();
        if (!(await replaceItem(options, before.version, record))) continue;
        keep({ record, version: before.version + 1 }, asOfMs);
        return outcome;
      }
      throw new RetryableError(`Change of the access record met other writers ${MAX_ROUNDS} times. Try again.`);
    },
  };
};

const readItem = async ({ client, tableName }: DynamoAccessStoreOptions): Promise<Stored> => {
  try {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: ACCESS_KEY, ConsistentRead: true }),
    );
    if (Item === undefined) return { record: EMPTY_ACCESS, version: 0 };
    const { accessRecord, version } = fromItem(Item) as { accessRecord: AccessRecord; version: number };
    return { record: accessRecord, version };
  } catch (error) {
    throw translated('Read of the access record', error);
  }
};

/** @returns false when somebody else has replaced it since it was read. */
const replaceItem = async (
  { client, tableName }: DynamoAccessStoreOptions,
  was: number,
  record: AccessRecord,
): Promise<boolean> => {
  const isFirst = was === 0;
  try {
    await client.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: ACCESS_KEY,
        UpdateExpression: 'SET accessRecord = :record, version = :next',
        ConditionExpression: isFirst ? neverWritten : asRead,
        ExpressionAttributeValues: toItem({ ':record': record, ':next': was + 1, ...(isFirst ? {} : { ':was': was }) }),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw translated('Change of the access record', error);
  }
};
