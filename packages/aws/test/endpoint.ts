import { randomUUID } from 'node:crypto';
import {
  createAccessKeys,
  createDynamoDbService,
  createFaultSwitches,
  createObjectStore,
  createPollyService,
  createQueues,
  createS3Service,
  createSecretsService,
  createSqsService,
  createTranscribeService,
  openSecretStore,
  OWNER_CREDENTIALS,
  REGION,
  startEmbeddedAws,
  systemClock,
} from '@agent-claw/embedded-aws';
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface TestEndpoint {
  /** For the constructor of any AWS client. */
  readonly clientConfig: {
    readonly region: string;
    readonly endpoint?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  close(): Promise<void>;
}

/** The embedded services, or whatever `AGENT_CLAW_CONFORMANCE_ENDPOINT` names (with the caller's own credentials). */
export const openEndpoint = async (): Promise<TestEndpoint> => {
  const given = process.env['AGENT_CLAW_CONFORMANCE_ENDPOINT'];
  if (given !== undefined && given !== '')
    return { clientConfig: { region: process.env['AWS_REGION'] ?? REGION, endpoint: given }, close: async () => {} };
  const clock = systemClock;
  const faults = createFaultSwitches();
  const objects = createObjectStore({ clock });
  const server = await startEmbeddedAws({
    port: 0,
    services: [
      createDynamoDbService({ clock }),
      createS3Service({ objects }),
      createTranscribeService({ objects, clock }),
      createPollyService(),
      createSqsService({ queues: createQueues({ clock }), faults }),
      createSecretsService({ secrets: openSecretStore(undefined, clock), clock }),
    ],
    accounts: createAccessKeys(),
    faults,
  });
  return {
    clientConfig: { region: REGION, endpoint: server.endpoint, credentials: OWNER_CREDENTIALS },
    close: () => server.close(),
  };
};

/** A fresh table with the keys that both of ours have, and the sparse index of `state`. */
export const createTestTable = async (client: DynamoDBClient): Promise<string> => {
  const TableName = `contract-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'openShard', AttributeType: 'S' },
        { AttributeName: 'openSince', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'open',
          KeySchema: [
            { AttributeName: 'openShard', KeyType: 'HASH' },
            { AttributeName: 'openSince', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName });
  return TableName;
};
