import {
  accessStoreContract,
  botSecretContract,
  mediaStoreContract,
  wakeQueueContract,
  workspaceStoreContract,
} from '@agent-claw/testkit/contracts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { wakeSchema } from '@agent-claw/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoAccessStore } from '../src/dynamo-access-store.ts';
import { s3MediaStore } from '../src/s3-media-store.ts';
import { s3WorkspaceStore } from '../src/s3-workspace-store.ts';
import { secretsManagerBotSecret } from '../src/secrets-manager-bot-secret.ts';
import { sqsWakeQueue } from '../src/sqs-wake-queue.ts';
import { sqsWakeReceipt } from '../src/sqs-wake-receipt.ts';
import { createTestTable, openEndpoint } from './endpoint.ts';
import type { TestEndpoint } from './endpoint.ts';

let endpoint: TestEndpoint;
let count = 0;
const freshName = (): string => `contract-${Date.now().toString(36)}-${process.pid}-${++count}`;

beforeAll(async () => {
  endpoint = await openEndpoint();
});
afterAll(() => endpoint.close());

describe('s3WorkspaceStore', () =>
  workspaceStoreContract(async () => {
    const client = new S3Client(endpoint.clientConfig);
    const bucket = freshName();
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return s3WorkspaceStore({ client, bucket, prefix: 'workspace/' });
  }));

describe('s3MediaStore', () =>
  mediaStoreContract(async () => {
    const client = new S3Client(endpoint.clientConfig);
    const bucket = freshName();
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return s3MediaStore({ client, bucket });
  }));

describe('dynamoAccessStore', () =>
  accessStoreContract(async (clock) => {
    const client = new DynamoDBClient(endpoint.clientConfig);
    const table = { client, tableName: await createTestTable(client), clock };
    return { one: dynamoAccessStore(table), other: dynamoAccessStore(table) };
  }));

describe('secretsManagerBotSecret', () =>
  botSecretContract(async (clock) => {
    const client = new SecretsManagerClient(endpoint.clientConfig);
    const secretId = freshName();
    await client.send(new CreateSecretCommand({ Name: secretId, SecretString: '{"botToken":"1:first"}' }));
    const put = (botToken: string) => ({
      SecretId: secretId,
      SecretString: JSON.stringify({ botToken, webhookSecret: 'x' }),
    });
    return {
      source: secretsManagerBotSecret({ client, secretId, clock }),
      rotate: async (botToken) => void (await client.send(new PutSecretValueCommand(put(botToken)))),
    };
  }));

const aQueue = async () => {
  const client = new SQSClient(endpoint.clientConfig);
  const { QueueUrl: queueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: freshName() }));
  const receive = async () => {
    const request = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 30 };
    return (await client.send(new ReceiveMessageCommand(request))).Messages ?? [];
  };
  return { client, queueUrl, receive };
};

describe('sqsWakeQueue', () => {
  wakeQueueContract(async () => {
    const { client, queueUrl, receive } = await aQueue();
    const received = async () => {
      const lanes: string[] = [];
      // A queue may answer with a part of what it holds.
      for (let empty = 0; empty < 2;) {
        const messages = await receive();
        if (messages.length === 0) empty += 1;
        lanes.push(...messages.map(({ Body }) => wakeSchema.parse(JSON.parse(Body ?? '')).laneId));
      }
      return lanes;
    };
    return { queue: sqsWakeQueue({ client, queueUrl }), received };
  });

  it('shows a wake again once it is no longer hidden', async () => {
    const { client, queueUrl, receive } = await aQueue();
    await sqsWakeQueue({ client, queueUrl }).ring('tg:1:2' as never);
    const [message] = await receive();
    expect(await receive()).toEqual([]);
    await sqsWakeReceipt({ client, queueUrl, receiptHandle: message?.ReceiptHandle ?? '' }).hideFor(0);
    expect((await receive()).map(({ MessageId }) => MessageId)).toEqual([message?.MessageId]);
  });
});
