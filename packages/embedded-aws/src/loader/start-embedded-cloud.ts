import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgentCoreService } from '../agentcore/agentcore-service.ts';
import { systemClock, type EmbeddedClock } from '../clock.ts';
import { createDynamoDbService } from '../dynamodb/dynamodb-service.ts';
import { createFaultSwitches, type FaultSwitches } from '../faults.ts';
import { createAccessKeys, OWNER_CREDENTIALS } from '../iam/access-keys.ts';
import { createEventInvoke } from '../lambda/event-invoke.ts';
import { createFunctionLogs, type LogLine, type MetricTotal } from '../lambda/function-log.ts';
import { createLambdaService, functionName } from '../lambda/lambda-service.ts';
import { createProcessGuard } from '../lambda/process-guard.ts';
import { createObjectStore } from '../s3/object-store.ts';
import { createS3Service } from '../s3/s3-service.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import { createSchedulerService } from '../scheduler/scheduler-service.ts';
import { openScheduleStore, type ScheduleTarget } from '../scheduler/schedule-store.ts';
import { createSecretsService } from '../secrets/secrets-service.ts';
import { openSecretStore } from '../secrets/secret-store.ts';
import { startEmbeddedAws } from '../server.ts';
import { createPollyService } from '../polly/polly-service.ts';
import { createTranscribeService } from '../transcribe/transcribe-service.ts';
import { createQueues } from '../sqs/queues.ts';
import { createSqsService } from '../sqs/sqs-service.ts';
import { ACCOUNT_ID, REGION } from '../service.ts';
import { readAssembly } from './assembly.ts';
import { createAwsCaller, type AwsCaller } from './aws-call.ts';
import { createCustomResources } from './custom-resource.ts';
import { emptyParts, loadCloudAssembly } from './load-cloud-assembly.ts';
import { roleNameOf, type MakeContext, type ProgramName } from './make.ts';
import { openStackState } from './stack-state.ts';

/** What the embedded cloud is started with. */
export interface EmbeddedCloudOptions {
  readonly cdkOut: string;
  /** Needed only when the app has several stacks. */
  readonly stackName?: string;
  /** Absent: everything is in memory and gone at the end. */
  readonly dataDir?: string;
  /** Port of the AWS endpoint; 0 picks a free one. */
  readonly awsPort: number;
  /** Base URL the HTTP API is reachable at, which the template sees as its address. */
  readonly publicUrl: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Secret values, by logical id or name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Variables for a function or container on top of the template's. */
  readonly extraEnv?: (program: ProgramName) => Readonly<Record<string, string>>;
  /** Ends the sessions of containers earlier than the template says. */
  readonly sessionLifeMs?: number;
  readonly clock?: EmbeddedClock;
  readonly log?: (line: LogLine) => void;
  readonly faults?: FaultSwitches;
}

/** The stack, running. */
export interface EmbeddedCloud {
  /** `AWS_ENDPOINT_URL` for the `aws` CLI and every SDK. */
  readonly endpoint: string;
  readonly region: string;
  /** May do everything. */
  readonly ownerCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The HTTP API, to be mounted on a public port; answers 404 when the template has none. */
  readonly handleHttp: RequestListener;
  readonly outputs: Readonly<Record<string, string>>;
  /** What `Ref` gives, by logical id. */
  readonly refs: Readonly<Record<string, string>>;
  readonly faults: FaultSwitches;
  readonly logs: { metrics(): readonly MetricTotal[] };
  /** Invokes a function as the owner, by logical id or name; for tests and drills. */
  invoke(functionId: string, event: unknown): Promise<string>;
  /** Ends every process and frees the port. Data stays. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

const RESPONSES = '/_custom-resource/';

/**
 * Starts every embedded service on one port and the stack of `cdk.out` in it. When it resolves, everything is ready.
 * @throws Error in one line when the port is in use or the template does not fit together; nothing keeps running then.
 */
export const startEmbeddedCloud = async (options: EmbeddedCloudOptions): Promise<EmbeddedCloud> => {
  const { clock = systemClock, faults = createFaultSwitches(), log = () => undefined } = options;
  const dataDir = options.dataDir ?? null;
  const dataOption = dataDir === null ? {} : { dataDir };
  const inData = (file: string): string | null => (dataDir === null ? null : join(dataDir, file));
  const assembly = readAssembly(options.cdkOut, options.stackName);
  const scratch = await mkdtemp(join(tmpdir(), 'embedded-cloud-'));
  const guard = createProcessGuard();
  const logs = createFunctionLogs(dataDir, log);
  const platformLog = (line: string): void => logs.write('platform', line);
  const accounts = createAccessKeys();
  const parts = emptyParts();
  const memory = openStackState(inData('stack.json'));
  const schedules = openScheduleStore(inData('schedules.json'));

  // The port is known only once the server listens, and the server needs the services first.
  const address = { endpoint: '' };
  const endpoint = (): string => address.endpoint;
  const owner = createAwsCaller(endpoint, OWNER_CREDENTIALS.accessKeyId);
  const callerOf = (roleName: string): AwsCaller => {
    const role = parts.roles.get(roleName);
    if (role === undefined) throw new Error(`${roleName} is no role of the template.`);
    return createAwsCaller(endpoint, role.accessKeyId);
  };
  const queueUrl = (queueArn: string): string => `${endpoint()}/${ACCOUNT_ID}/${queueArn.split(':').at(-1)}`;
  const send = (caller: AwsCaller, queueArn: string, body: string): Promise<unknown> =>
    caller.call('sqs', 'AmazonSQS.SendMessage', { QueueUrl: queueUrl(queueArn), MessageBody: body });
  const deliver = async ({ Arn, RoleArn }: ScheduleTarget, input: string): Promise<void> => {
    const caller = callerOf(roleNameOf(RoleArn));
    if (Arn.startsWith('arn:aws:sqs:')) return void (await send(caller, Arn, input));
    const path = `/2015-03-31/functions/${functionName(Arn)}/invocations`;
    await caller.rest('lambda', 'POST', path, input, { 'x-amz-invocation-type': 'Event' });
  };
  const scheduler = createScheduler({ clock, store: schedules, deliver, log: platformLog });
  const invokeEvent = createEventInvoke({
    clock,
    configOf: (name) => parts.eventInvoke.get(name) ?? { maximumRetryAttempts: 2, onFailureQueueArn: null },
    sendToQueue: async (queueArn, body) => void (await send(owner, queueArn, body)),
    log: platformLog,
  });
  const findFunction = (name: string) => parts.functions.get(functionName(name))?.host;
  const customResources = createCustomResources({
    stackName: assembly.stackName,
    memory,
    findFunction,
    responseUrl: () => `${endpoint()}${RESPONSES.slice(0, -1)}`,
    log: platformLog,
  });
  const objects = createObjectStore({ ...dataOption, clock });
  const aws = await startEmbeddedAws({
    port: options.awsPort,
    clock,
    services: [
      createDynamoDbService({ ...dataOption, clock }),
      createSqsService({ queues: createQueues({ ...dataOption, clock }), faults }),
      createS3Service({ objects }),
      createTranscribeService({ objects, clock }),
      createPollyService(),
      createSecretsService({ secrets: openSecretStore(options.dataDir, clock), clock }),
      createLambdaService({ find: findFunction, invokeEvent }),
      createSchedulerService({ scheduler, store: schedules, clock }),
      createAgentCoreService((arn) => parts.runtimes.get(arn)),
    ],
    accounts,
    faults,
    routes: new Map([[RESPONSES, customResources.responses]]),
    onInternalError: (error) => platformLog(`Embedded service failed: ${String(error)}`),
  }).catch((error: unknown) => {
    rmSync(scratch, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const message = `Starting the AWS endpoint failed: port ${options.awsPort} is in use. Free it or choose another one.`;
    throw new Error(message, { cause: error });
  });
  address.endpoint = aws.endpoint;
  const stopPrograms = async (): Promise<void> => {
    await Promise.all([...parts.runtimes.values()].map((host) => host.close()));
    await Promise.all([...parts.functions.values()].map(({ host }) => host.close()));
    await guard.close();
    await aws.close();
    await logs.close();
    rmSync(scratch, { recursive: true, force: true });
  };
  const context: MakeContext = {
    stackName: assembly.stackName,
    assembly,
    codeDir: scratch,
    owner,
    callerOf,
    accounts,
    programs: {
      guard,
      logs,
      clock,
      ...(options.sessionLifeMs === undefined ? {} : { maxLifetimeMs: options.sessionLifeMs }),
    },
    clock,
    endpoint,
    publicUrl: options.publicUrl.replace(/\/$/, ''),
    secrets: options.secrets ?? {},
    extraEnv: options.extraEnv ?? (() => ({})),
    customResources,
    scheduler,
    schedules,
    memory,
    parts,
    log: platformLog,
  };
  const stack = await loadCloudAssembly(context, { parameters: options.parameters ?? {} }).catch(
    async (error: unknown) => {
      await stopPrograms();
      throw error;
    },
  );
  stack.start();
  const stopped: { promise?: Promise<void> } = {};
  return {
    endpoint: aws.endpoint,
    region: REGION,
    ownerCredentials: OWNER_CREDENTIALS,
    handleHttp: stack.handleHttp ?? ((_, response) => void response.writeHead(404).end()),
    outputs: stack.outputs,
    refs: Object.fromEntries([...stack.resources].map(([id, { ref }]) => [id, ref])),
    faults,
    logs: { metrics: () => logs.metrics() },
    async invoke(functionId, event) {
      const host = findFunction(stack.resources.get(functionId)?.ref ?? functionId);
      if (host === undefined) throw new Error(`Invoking ${functionId} failed: it is no function of the template.`);
      const result = await host.invoke(JSON.stringify(event));
      if (result.kind === 'answered') return result.payload;
      throw new Error(`${functionId} failed: ${result.kind === 'failed' ? result.payload : result.kind}`);
    },
    stop: () => (stopped.promise ??= stack.stop().then(stopPrograms)),
  };
};
