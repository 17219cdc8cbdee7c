import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  CreateQueueCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it } from 'vitest';
import { AwsError, OWNER_CREDENTIALS } from '../src/index.ts';
import { startLocal } from './target.ts';

// These checks need the embedded endpoint itself: its roles, its faults, its process.
const dataDir = mkdtempSync(join(tmpdir(), 'embedded-aws-'));
const local = await startLocal(dataDir);
afterAll(async () => {
  await local.close();
  rmSync(dataDir, { recursive: true, force: true });
});
const as = (accessKeyId: string, endpoint = local.endpoint) => ({
  region: 'us-east-1',
  endpoint,
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: 'any' },
});
const owner = OWNER_CREDENTIALS.accessKeyId;
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: Error & { $metadata?: { httpStatusCode?: number } }) => `${error.$metadata?.httpStatusCode} ${error.name}`,
  );
const aTable = (TableName: string) =>
  new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  });

// Rests on:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
describe('permissions', () => {
  local.accounts.add({
    accessKeyId: 'AKFN',
    roleName: 'fn-role',
    sessionName: 'fn',
    policies: () => [
      {
        Statement: [
          { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::allowed/workspace/*' },
          {
            Effect: 'Allow',
            Action: 'dynamodb:GetItem',
            Resource: '*',
            Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['mine'] } },
          },
        ],
      },
    ],
  });

  it('denies what the role does not allow, in the words of each service', async () => {
    const fn = new S3Client(as('AKFN'));
    const admin = new S3Client(as(owner));
    await admin.send(new CreateBucketCommand({ Bucket: 'allowed' }));
    await fn.send(new PutObjectCommand({ Bucket: 'allowed', Key: 'workspace/a', Body: 'a' }));
    expect(await failure(fn.send(new PutObjectCommand({ Bucket: 'allowed', Key: 'other', Body: 'a' })))).toBe(
      '403 AccessDenied',
    );
    expect(await failure(fn.send(new ListObjectsV2Command({ Bucket: 'allowed' })))).toBe('403 AccessDenied');
    expect(await failure(fn.send(new GetObjectCommand({ Bucket: 'allowed', Key: 'workspace/missing' })))).toBe(
      '403 AccessDenied',
    );
    expect(await failure(fn.send(new HeadObjectCommand({ Bucket: 'allowed', Key: 'workspace/missing' })))).toMatch(
      /^403 /,
    );
    expect(await failure(admin.send(new HeadObjectCommand({ Bucket: 'allowed', Key: 'workspace/missing' })))).toBe(
      '404 NotFound',
    );
    expect(await failure(new SQSClient(as('AKFN')).send(new CreateQueueCommand({ QueueName: 'q' })))).toMatch(
      /AccessDenied/,
    );
    expect(await failure(new SecretsManagerClient(as('AKFN')).send(new GetSecretValueCommand({ SecretId: 's' })))).toBe(
      '400 AccessDeniedException',
    );
  });

  it('holds a role to its partition keys', async () => {
    await new DynamoDBClient(as(owner)).send(aTable('keyed'));
    const get = (pk: string) =>
      new DynamoDBClient(as('AKFN')).send(new GetItemCommand({ TableName: 'keyed', Key: { pk: { S: pk } } }));
    expect([await failure(get('mine')), await failure(get('yours'))]).toEqual([
      'no error',
      '400 AccessDeniedException',
    ]);
  });

  it('does not know a key that nobody made', async () => {
    expect(await failure(new S3Client(as('AKNOBODY')).send(new ListObjectsV2Command({ Bucket: 'allowed' })))).toBe(
      '403 InvalidAccessKeyId',
    );
    expect(await failure(new DynamoDBClient(as('AKNOBODY')).send(aTable('nobody')))).toBe(
      '400 UnrecognizedClientException',
    );
  });
});

// Rests on:
// https://docs.aws.amazon.com/general/latest/gr/api-retries.html
describe('faults', () => {
  it('fails before or after the effect, loses answers, throttles, and counts every call', async () => {
    const dynamo = new DynamoDBClient(as(owner));
    await dynamo.send(aTable('faulty'));
    const add = () =>
      dynamo.send(
        new UpdateItemCommand({
          TableName: 'faulty',
          Key: { pk: { S: 'n' } },
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
    const error = new AwsError('InternalServerError', 500, 'planted');
    local.faults.resetCalls();
    const seen: string[] = [];
    for (const fault of [
      { kind: 'throttle' },
      { kind: 'error_before', error },
      { kind: 'error_after', error },
      { kind: 'lost_answer' },
    ] as const) {
      const active = local.faults.inject({ action: 'dynamodb:UpdateItem' }, fault, 1);
      seen.push(await failure(add()));
      expect(active.fired()).toBe(1);
    }
    expect(seen.slice(0, 3)).toEqual(['400 ThrottlingException', '500 InternalServerError', '500 InternalServerError']);
    expect(seen[3]).not.toBe('no error');
    expect((await add()).Attributes).toEqual({ n: { N: '3' } });
    const counted = { principal: 'owner', action: 'dynamodb:UpdateItem', detail: 'ADD n :one' };
    expect(local.faults.calls()).toEqual([{ ...counted, count: 5 }]);
  });

  it('tells writes to one table apart by their update expression', async () => {
    const dynamo = new DynamoDBClient(as(owner));
    await dynamo.send(aTable('apart'));
    const update = (UpdateExpression: string) =>
      dynamo.send(
        new UpdateItemCommand({
          TableName: 'apart',
          Key: { pk: { S: 'n' } },
          UpdateExpression,
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      );
    local.faults.resetCalls();
    using active = new DisposableStack();
    const error = new AwsError('AccessDeniedException', 400, 'planted');
    active.defer(local.faults.inject({ detail: 'SET b' }, { kind: 'error_before', error }).off);
    expect([await failure(update('SET a = :one')), await failure(update('SET b = :one '))]).toEqual([
      'no error',
      '400 AccessDeniedException',
    ]);
    const counted = { principal: 'owner', action: 'dynamodb:UpdateItem', count: 1 };
    expect(local.faults.calls()).toEqual([
      { ...counted, detail: 'SET a = :one' },
      { ...counted, detail: 'SET b = :one' },
    ]);
  });
});

describe('kill -9', () => {
  it('keeps everything that was acknowledged', async () => {
    const home = mkdtempSync(join(tmpdir(), 'embedded-aws-'));
    const child = fork(join(import.meta.dirname, 'serve.ts'), [home], {
      execArgv: ['--conditions=@app/source'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const endpoint = await new Promise<string>((resolve) =>
      child.once('message', (message) => resolve(message as string)),
    );
    await new DynamoDBClient(as(owner, endpoint)).send(aTable('kept'));
    await new S3Client(as(owner, endpoint)).send(new CreateBucketCommand({ Bucket: 'kept' }));
    const { QueueUrl } = await new SQSClient(as(owner, endpoint)).send(new CreateQueueCommand({ QueueName: 'kept' }));
    await new SecretsManagerClient(as(owner, endpoint)).send(
      new CreateSecretCommand({ Name: 'kept', SecretString: 'token' }),
    );
    const acknowledged: string[] = [];
    const dynamo = new DynamoDBClient(as(owner, endpoint));
    const s3 = new S3Client(as(owner, endpoint));
    const sqs = new SQSClient(as(owner, endpoint));
    for (let n = 0; n < 20; n += 1) {
      const id = `item-${n}`;
      await dynamo.send(new PutItemCommand({ TableName: 'kept', Item: { pk: { S: id } } }));
      await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: `dir/${id}`, Body: id }));
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: id }));
      acknowledged.push(id);
    }
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const again = await startLocal(home);
    const after = as(owner, again.endpoint);
    const objects = await new S3Client(after).send(new ListObjectsV2Command({ Bucket: 'kept' }));
    expect(objects.Contents?.map(({ Key }) => Key).sort()).toEqual(acknowledged.map((id) => `dir/${id}`).sort());
    for (const id of acknowledged) {
      const { Item } = await new DynamoDBClient(after).send(
        new GetItemCommand({ TableName: 'kept', Key: { pk: { S: id } } }),
      );
      expect(Item).toEqual({ pk: { S: id } });
    }
    const urls = await new SQSClient(after).send(new ListQueuesCommand({}));
    expect(urls.QueueUrls).toEqual([`${again.endpoint}/000000000000/kept`]);
    const bodies: (string | undefined)[] = [];
    for (let n = 0; n < 2; n += 1) {
      const { Messages } = await new SQSClient(after).send(
        new ReceiveMessageCommand({ QueueUrl: urls.QueueUrls?.[0], MaxNumberOfMessages: 10 }),
      );
      bodies.push(...(Messages ?? []).map(({ Body }) => Body));
    }
    expect(new Set(bodies)).toEqual(new Set(acknowledged));
    expect(bodies).toHaveLength(acknowledged.length);
    const secret = await new SecretsManagerClient(after).send(new GetSecretValueCommand({ SecretId: 'kept' }));
    expect(secret.SecretString).toBe('token');
    await again.close();
    rmSync(home, { recursive: true, force: true });
  });
});
