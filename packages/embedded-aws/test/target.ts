import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createAccessKeys,
  createDynamoDbService,
  createFaultSwitches,
  createObjectStore,
  createQueues,
  createS3Service,
  createSecretsService,
  createSqsService,
  openSecretStore,
  OWNER_CREDENTIALS,
  startEmbeddedAws,
  systemClock,
} from '../src/index.ts';

/** Where the conformance checks run: `AGENT_CLAW_CONFORMANCE_ENDPOINT`, or an embedded server of their own. */
export const startTarget = async () => {
  const given = process.env['AGENT_CLAW_CONFORMANCE_ENDPOINT'];
  const dataDir = mkdtempSync(join(tmpdir(), 'embedded-aws-'));
  const local = given === undefined ? await startLocal(dataDir) : undefined;
  const environment = process.env['AWS_ACCESS_KEY_ID'];
  return {
    dataDir,
    /** Null when the target is somebody else's: then faults, files and roles are out of reach. */
    local: local ?? null,
    client: {
      region: 'us-east-1',
      endpoint: given ?? local?.endpoint ?? '',
      ...(given !== undefined && environment !== undefined ? {} : { credentials: OWNER_CREDENTIALS }),
    },
    unique: (name: string) => `${name}-${Date.now().toString(36)}-${Math.floor(Math.random() * 1e6).toString(36)}`,
    async close() {
      await local?.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

/** Every service of the package over one data directory. */
export const startLocal = async (dataDir: string, port = 0) => {
  const clock = systemClock;
  const faults = createFaultSwitches();
  const accounts = createAccessKeys();
  const objects = createObjectStore({ dataDir, clock });
  const internalErrors: unknown[] = [];
  const aws = await startEmbeddedAws({
    port,
    accounts,
    faults,
    clock,
    services: [
      createDynamoDbService({ dataDir, clock }),
      createS3Service({ objects }),
      createSqsService({ queues: createQueues({ dataDir, clock }), faults }),
      createSecretsService({ secrets: openSecretStore(dataDir, clock), clock }),
    ],
    onInternalError: (error) => internalErrors.push(error),
  });
  return { ...aws, faults, accounts, objects, internalErrors };
};
