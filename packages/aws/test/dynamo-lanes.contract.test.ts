import { laneIdOf } from '@agent-claw/core';
import type { LaneId } from '@agent-claw/core';
import { laneStoreContract, mailboxContract, openLanesContract } from '@agent-claw/testkit/contracts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
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

describe('dynamoLaneStore', () => laneStoreContract(create));
describe('dynamoMailbox', () => mailboxContract(create));

describe('dynamoOpenLanes', () =>
  openLanesContract(async () => {
    const table = { client, tableName: await createTestTable(client) };
    return { lanes: dynamoLaneStore(table), mailbox: dynamoMailbox(table), openLanes: dynamoOpenLanes(table) };
  }));
