import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTarget } from './target.ts';

// Each describe names the page of docs.aws.amazon.com/amazondynamodb/latest that its checks rest on.
const target = await startTarget();
const dynamo = new DynamoDBClient({ ...target.client, maxAttempts: 1 });
const TableName = target.unique('contract');
const key = (pk: string, sk = '0') => ({ pk: { S: pk }, sk: { S: sk } });
const update = (pk: string, more: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>) =>
  dynamo.send(new UpdateItemCommand({ TableName, Key: key(pk), ReturnValues: 'ALL_NEW', ...more }));
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: Error) => error.name,
  );

beforeAll(async () => {
  await dynamo.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  await waitUntilTableExists({ client: dynamo, maxWaitTime: 60, minDelay: 1 }, { TableName });
});
afterAll(async () => {
  await dynamo.send(new DeleteTableCommand({ TableName }));
  await target.close();
});

describe('condition expressions (developerguide/Expressions.ConditionExpressions.html)', () => {
  it('let one of many concurrent creators through', async () => {
    const create = () =>
      dynamo.send(
        new PutItemCommand({ TableName, Item: key('once'), ConditionExpression: 'attribute_not_exists(pk)' }),
      );
    const results = await Promise.all(Array.from({ length: 20 }, () => failure(create())));
    expect(results.filter((result) => result === 'no error')).toHaveLength(1);
    expect(new Set(results)).toEqual(new Set(['no error', 'ConditionalCheckFailedException']));
  });
});

describe('update expressions (developerguide/Expressions.UpdateExpressions.html)', () => {
  it('change a map by key, a set and a counter in one step', async () => {
    await dynamo.send(
      new PutItemCommand({
        TableName,
        Item: { ...key('lane'), inbox: { M: { '1': { S: 'old' } } }, fence: { N: '4' } },
      }),
    );
    const { Attributes } = await update('lane', {
      UpdateExpression:
        'SET inbox.#new = :text, fence = if_not_exists(fence, :zero) + :one REMOVE inbox.#old ADD seen :ids',
      ConditionExpression: 'NOT contains(seen, :id) AND size(inbox) < :max',
      ExpressionAttributeNames: { '#new': '2', '#old': '1' },
      ExpressionAttributeValues: {
        ':text': { S: 'hi' },
        ':zero': { N: '0' },
        ':one': { N: '1' },
        ':ids': { SS: ['2'] },
        ':id': { S: '2' },
        ':max': { N: '20' },
      },
    });
    expect(Attributes).toEqual({
      ...key('lane'),
      inbox: { M: { '2': { S: 'hi' } } },
      fence: { N: '5' },
      seen: { SS: ['2'] },
    });
  });
});

describe('queries (developerguide/Query.html)', () => {
  it('give the items of one key in sort order, newest first when asked', async () => {
    for (const sk of ['a1', 'a2', 'b1']) await dynamo.send(new PutItemCommand({ TableName, Item: key('sorted', sk) }));
    const { Items } = await dynamo.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :a)',
        ExpressionAttributeValues: { ':pk': { S: 'sorted' }, ':a': { S: 'a' } },
        ScanIndexForward: false,
      }),
    );
    expect(Items).toEqual([key('sorted', 'a2'), key('sorted', 'a1')]);
  });
});

describe('time to live (developerguide/TTL.html)', () => {
  it('is switched on and read back', async () => {
    await dynamo.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { AttributeName: 'expiresAtEpochS', Enabled: true },
      }),
    );
    const { TimeToLiveDescription } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription?.AttributeName).toBe('expiresAtEpochS');
    expect(TimeToLiveDescription?.TimeToLiveStatus).toMatch(/^ENABL/);
  });
});

describe('errors (developerguide/Programming.Errors.html)', () => {
  it('names a table that is not there and an update that is not valid', async () => {
    expect(await failure(dynamo.send(new GetItemCommand({ TableName: target.unique('none'), Key: key('x') })))).toBe(
      'ResourceNotFoundException',
    );
    expect(await failure(update('x', { UpdateExpression: 'SET a = :missing' }))).toBe('ValidationException');
  });

  it.skipIf(target.local === null)('refuses by name what the embedded DynamoDB would get wrong', async () => {
    expect(await failure(update('x', { UpdateExpression: 'REMOVE list[0], list[1]' }))).toBe('NotImplemented');
  });
});
