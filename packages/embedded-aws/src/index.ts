export { manualClock, systemClock, wait, type EmbeddedClock, type ManualClock } from './clock.ts';
export {
  createFaultSwitches,
  type ActiveFault,
  type CallCount,
  type Fault,
  type FaultMatch,
  type FaultSubject,
  type FaultSwitches,
} from './faults.ts';
export { createAccessKeys, OWNER_CREDENTIALS, type AccessKeys, type RoleSession } from './iam/access-keys.ts';
export { isAllowed, type PolicyDocument, type PolicyStatement } from './iam/evaluate.ts';
export { startEmbeddedAws, type EmbeddedAws, type EmbeddedAwsOptions } from './server.ts';
export {
  ACCOUNT_ID,
  AwsError,
  jsonBody,
  jsonResponse,
  notImplemented,
  REGION,
  targetOperation,
  type AwsProtocol,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type IamCheck,
  type Principal,
} from './service.ts';
export { createDynamoDbService, type DynamoDbService } from './dynamodb/dynamodb-service.ts';
export { createQueues, queueArn, type Queues, type ReceivedMessage, type ReceiveOptions } from './sqs/queues.ts';
export { createSqsService } from './sqs/sqs-service.ts';
export {
  openSecretStore,
  type Secret,
  type SecretStore,
  type SecretValue,
  type SecretVersion,
} from './secrets/secret-store.ts';
export { createSecretsService, randomPassword } from './secrets/secrets-service.ts';
export { createAgentCoreService } from './agentcore/agentcore-service.ts';
export { readImageCommand } from './agentcore/dockerfile.ts';
export { createRuntimeHost, type RuntimeHost } from './agentcore/runtime-host.ts';
export { createFunctionLogs, type LogLine, type MetricTotal } from './lambda/function-log.ts';
export { createProcessGuard } from './lambda/process-guard.ts';
export type { ProgramName } from './loader/make.ts';
export { startEmbeddedCloud, type EmbeddedCloud, type EmbeddedCloudOptions } from './loader/start-embedded-cloud.ts';
export { createObjectStore, type ObjectStore } from './s3/object-store.ts';
export { createS3Service } from './s3/s3-service.ts';
export { createPollyService } from './polly/polly-service.ts';
export { createTranscribeService } from './transcribe/transcribe-service.ts';
