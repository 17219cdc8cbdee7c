// Bundled and run by infra/test/slim-clients.test.ts: what each AWS client does, as one JSON line.
import { BedrockAgentCoreClient, InvokeAgentRuntimeCommand } from '@aws-sdk/client-bedrock-agentcore';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const isOffline = process.env['AWS_ENDPOINT_URL'] === undefined;
const config = { maxAttempts: 1 };
const Key = { pk: { S: 'lane' } };
const dynamo = new DynamoDBClient(config);
const sqs = new SQSClient(config);
const secrets = new SecretsManagerClient(config);
const s3 = new S3Client(config);
const agentcore = new BedrockAgentCoreClient(config);
const QueueUrl = `${process.env['AWS_ENDPOINT_URL'] ?? process.env['SQS_URL']}/000000000000/wakes`;
const arn = 'arn:aws:bedrock-agentcore:eu-west-1:000000000000:runtime/agent-0123456789';

const calls: Readonly<Record<string, () => Promise<object>>> = {
  getItem: () => dynamo.send(new GetItemCommand({ TableName: 'state', Key })),
  updateItem: () => dynamo.send(new UpdateItemCommand({ TableName: 'state', Key })),
  query: () => dynamo.send(new QueryCommand({ TableName: 'state', IndexName: 'open' })),
  throttledItem: () => dynamo.send(new GetItemCommand({ TableName: 'throttled', Key })),
  sendMessage: () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' })),
  sendToNobody: () => sqs.send(new SendMessageCommand({ QueueUrl: `${QueueUrl}-gone`, MessageBody: '{}' })),
  getSecret: () => secrets.send(new GetSecretValueCommand({ SecretId: 'telegram' })),
  getObject: async () => {
    const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: 'files', Key: 'workspace/SOUL.md' }));
    return { text: await Body?.transformToString(), ETag };
  },
  getMissing: () => s3.send(new GetObjectCommand({ Bucket: 'files', Key: 'workspace/missing.md' })),
  getForbidden: () => s3.send(new GetObjectCommand({ Bucket: 'files', Key: 'workspace/forbidden.md' })),
  invoke: async () => {
    const command = new InvokeAgentRuntimeCommand({ agentRuntimeArn: arn, payload: Buffer.from('{}') });
    const { response, runtimeSessionId } = await agentcore.send(command);
    return { text: await response?.transformToString(), runtimeSessionId };
  },
  invokeBusy: () =>
    agentcore.send(
      new InvokeAgentRuntimeCommand({ agentRuntimeArn: arn, qualifier: 'busy', payload: Buffer.from('{}') }),
    ),
};

class Stopped extends Error {
  override readonly name = 'Stopped';
}

const addresses = new Set<string>();
const note = (request: unknown): Promise<never> => {
  const { protocol, hostname, path } = request as { protocol: string; hostname: string; path: string };
  addresses.add(`${protocol}//${hostname}${path}`);
  return Promise.reject(new Stopped('Nothing is sent.'));
};
const last = { step: 'finalizeRequest', priority: 'low' } as const;
if (isOffline) {
  dynamo.middlewareStack.add(
    () =>
      ({ request }) =>
        note(request),
    last,
  );
  sqs.middlewareStack.add(
    () =>
      ({ request }) =>
        note(request),
    last,
  );
  s3.middlewareStack.add(
    () =>
      ({ request }) =>
        note(request),
    last,
  );
  secrets.middlewareStack.add(
    () =>
      ({ request }) =>
        note(request),
    last,
  );
  agentcore.middlewareStack.add(
    () =>
      ({ request }) =>
        note(request),
    last,
  );
}

const report = async (): Promise<void> => {
  const answers: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(calls))
    try {
      const { $metadata: _, ...answer } = (await call()) as Record<string, unknown>;
      answers[name] = answer;
    } catch (error) {
      const { message, $metadata, $fault } = error as Error & {
        $metadata?: { httpStatusCode?: number };
        $fault?: string;
      };
      const classes = [ConditionalCheckFailedException, NoSuchKey, ResourceNotFoundException];
      const isRecognised = classes.some((recognised) => error instanceof recognised);
      answers[name] = { name: (error as Error).name, message, status: $metadata?.httpStatusCode, $fault, isRecognised };
    }
  process.stdout.write(JSON.stringify({ addresses: [...addresses], answers }));
};
void report();
