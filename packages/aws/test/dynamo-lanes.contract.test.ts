import { laneIdOf } from '@agent-claw/core';
import type { LaneId } from '@agent-claw/core';
import { aLaneId, anEntry } from '@agent-claw/testkit';
import { laneStoreContract, mailboxContract, openLanesContract } from '@agent-claw/testkit/contracts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoLaneStore } from '../src/dynamo-lane-store.ts';
import { dynamoMailbox } from '../src/dynamo-mailbox.ts';
import { dynamoOpenLanes } from '../src/dynamo-open-lanes.ts';
import { createTestTable, openEndpoint } from './endpoint.ts';
import type { TestEndpoint } from './endpoint.ts';

let endpoint: TestEndpoint;
let client: DynamoDBClient;
let tableName: string;
let lanes = 0;

beforeAll(async () => {
  endpoint = await openEndpoint();
  client = new DynamoDBClient(endpoint.clientConfig);
  tableName = await createTestTable(client);
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
});

const create = async () => {
  const laneId: LaneId = laneIdOf({ channel: 'tg', account: '7000', place: String(++lanes) });
  return { laneId, lanes: dynamoLaneStore({ client, tableName }), mailbox: dynamoMailbox({ client, tableName }) };
};

describe('dynamoLaneStore', () => {
  laneStoreContract(create);

  it('grants and renews for as long as it was told to', async () => {
    const { laneId } = await create();
    const store = dynamoLaneStore({ client, tableName, leaseMs: 8_000 });
    const acquired = await store.acquire(laneId, 'wake-1/a', 1_000);
    expect(acquired).toMatchObject({ kind: 'acquired', lease: { expiresAtMs: 9_000 } });
    if (acquired.kind !== 'acquired') return;
    expect(await store.renew(acquired.lease, 3_000)).toMatchObject({
      kind: 'done',
      lane: { lease: { expiresAtMs: 11_000 } },
    });
  });
});
describe('dynamoMailbox', () => mailboxContract(create));

describe('dynamoOpenLanes', () => {
  openLanesContract(async () => {
    const table = { client, tableName: await createTestTable(client) };
    return { lanes: dynamoLaneStore(table), mailbox: dynamoMailbox(table), openLanes: dynamoOpenLanes(table) };
  });

  it('costs one query while nothing waits, and one read more for each lane that does', async () => {
    const table = { client: new DynamoDBClient(endpoint.clientConfig), tableName: await createTestTable(client) };
    const calls: (string | undefined)[] = [];
    table.client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          calls.push(commandName);
          return next(args);
        },
      { step: 'build' },
    );
    const openLanes = dynamoOpenLanes(table);
    expect(await openLanes.waitingSince(1_000, 10)).toEqual([]);
    expect(calls.splice(0)).toEqual(['QueryCommand']);
    for (const place of ['1', '2'])
      await dynamoMailbox({ ...table, client }).append({ laneId: aLaneId(place), entry: anEntry(1), nowMs: 500 });
    await expect.poll(() => openLanes.waitingSince(1_000, 10).then(({ length }) => length)).toBe(2);
    expect(calls.slice(-3)).toEqual(['QueryCommand', 'GetItemCommand', 'GetItemCommand']);
    table.client.destroy();
  });
});
