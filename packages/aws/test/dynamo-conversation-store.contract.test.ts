import { conversationIdOf, laneIdOf } from '@agent-claw/core';
import { manualClock } from '@agent-claw/testkit';
import { conversationStoreContract } from '@agent-claw/testkit/contracts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoConversationStore } from '../src/dynamo-conversation-store.ts';
import { createTestTable, openEndpoint } from './endpoint.ts';
import type { TestEndpoint } from './endpoint.ts';

let endpoint: TestEndpoint;
let client: DynamoDBClient;
let tableName: string;
let places = 0;

beforeAll(async () => {
  endpoint = await openEndpoint();
  client = new DynamoDBClient(endpoint.clientConfig);
  tableName = await createTestTable(client);
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
});

describe('dynamoConversationStore', () =>
  conversationStoreContract(async () => ({
    store: dynamoConversationStore({ client, tableName, clock: manualClock() }),
    conversationId: conversationIdOf(laneIdOf({ channel: 'tg', account: '7000', place: String(++places) }), 0),
  })));
