import { conversationIdOf, laneIdOf, turnIdOf } from '@agent-claw/core';
import { aSavedTurn, manualClock } from '@agent-claw/testkit';
import { conversationStoreContract } from '@agent-claw/testkit/contracts';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const aPlace = () => {
  const lane = laneIdOf({ channel: 'tg', account: '7000', place: String(++places) });
  const warnings: object[] = [];
  const log = { warn: (event: string, fields: object = {}) => void warnings.push({ event, ...fields }) };
  const store = dynamoConversationStore({ client, tableName, clock: manualClock(), log });
  return { store, conversationId: conversationIdOf(lane, 0), warnings };
};

describe('dynamoConversationStore', () => {
  conversationStoreContract(async () => aPlace());

  it.each(['{"reply":"my secr', '"my secret"', '{"turnId":"t0000000001"}'])(
    'counts a turn that it cannot read as absent, and logs its id and nothing of it: %s',
    async (body) => {
      const { store, conversationId, warnings } = aPlace();
      await store.open(conversationId, turnIdOf(1), 1);
      for (const count of [1, 2]) await store.save(conversationId, aSavedTurn(count));
      await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: { pk: { S: conversationId }, sk: { S: `turn#${turnIdOf(1)}` } },
          UpdateExpression: 'SET body = :body',
          ExpressionAttributeValues: { ':body': { S: body } },
        }),
      );
      expect(await store.find(conversationId, turnIdOf(1))).toBeNull();
      expect(await store.open(conversationId, turnIdOf(3), 1)).toEqual({
        kind: 'opened',
        conversation: { turns: [aSavedTurn(2)] },
      });
      const warning = { event: 'stored_turn_unreadable', conversationId, turnId: turnIdOf(1) };
      expect(warnings).toEqual([warning, warning]);
    },
  );
});
