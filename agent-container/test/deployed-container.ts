import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ACCOUNT_ID,
  createAccessKeys,
  createAgentCoreService,
  createDynamoDbService,
  createFaultSwitches,
  createFunctionLogs,
  createObjectStore,
  createProcessGuard,
  createRuntimeHost,
  createS3Service,
  OWNER_CREDENTIALS,
  readImageCommand,
  REGION,
  startEmbeddedAws,
  systemClock,
} from '@agent-claw/embedded-aws';
import type { RuntimeHost } from '@agent-claw/embedded-aws';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { buildContainer } from '../build.ts';

const RUNTIME_ARN = `arn:aws:bedrock-agentcore:${REGION}:${ACCOUNT_ID}:runtime/agent-contract`;

/** The container's bundle behind the embedded AgentCore, one process per session, with the stores it needs. */
export const deployContainer = async (imageDir: string, model: string) => {
  await buildContainer(imageDir);
  const clock = systemClock;
  const guard = createProcessGuard();
  const hosts = new Map<string, RuntimeHost>();
  const aws = await startEmbeddedAws({
    port: 0,
    services: [
      createDynamoDbService({ clock }),
      createS3Service({ objects: createObjectStore({ clock }) }),
      createAgentCoreService((arn) => hosts.get(arn)),
    ],
    accounts: createAccessKeys(),
    faults: createFaultSwitches(),
  });
  const config = { endpoint: aws.endpoint, region: REGION, credentials: OWNER_CREDENTIALS };
  await createStores(config);
  const image = readImageCommand(imageDir);
  const environment = {
    ...image.environment,
    CONVERSATIONS_TABLE: 'conversations',
    WORKSPACE_BUCKET: 'workspace',
    MODEL: model,
    OPENAI_API_KEY: 'key',
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: OWNER_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: OWNER_CREDENTIALS.secretAccessKey,
  };
  const host = createRuntimeHost(
    { name: 'agent', arn: RUNTIME_ARN, imageDir, args: image.args, environment, ...LIFE },
    { guard, logs: createFunctionLogs(null, () => undefined), clock },
  );
  hosts.set(RUNTIME_ARN, host);
  const line = await openLine(Number(new URL(aws.endpoint).port));
  return {
    runtimeArn: RUNTIME_ARN,
    /** For a client whose connections `cut` ends. */
    clientConfig: { ...config, endpoint: line.endpoint },
    cut: line.cut,
    close: async () => {
      line.close();
      await guard.close();
      await aws.close();
    },
  };
};

const LIFE = { idleTimeoutMs: 600_000, maxLifetimeMs: 3_600_000 };

interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: typeof OWNER_CREDENTIALS;
}

/** What the container finds there once it is deployed: the bucket and the table of conversations. */
export const createStores = async (config: ClientConfig): Promise<void> => {
  await new S3Client({ ...config, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: 'workspace' }));
  await new DynamoDBClient(config).send(
    new CreateTableCommand({
      TableName: 'conversations',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
};

/** The network between a client and a local port. */
const openLine = async (toPort: number) => {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      // An end that is gone takes the other one with it; the error that says so is told by the close.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    close: () => {
      cut();
      server.close();
    },
  };
};
