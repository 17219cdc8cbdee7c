import { dynamoConversationStore } from '@agent-claw/aws/dynamo-conversation-store';
import { s3MediaStore } from '@agent-claw/aws/s3-media-store';
import { s3WorkspaceStore } from '@agent-claw/aws/s3-workspace-store';
import { pollyClient, pollySpeaker } from '@agent-claw/aws/polly-speaker';
import { transcribeTranscriber } from '@agent-claw/aws/transcribe-transcriber';
import { workspacePrefix } from '@agent-claw/core';
import type { Log, WorkspaceStore } from '@agent-claw/core';
import { createLog } from '@agent-claw/observability/log';
import { stdoutWriter } from '@agent-claw/observability/stdout';
import { systemClock } from '@agent-claw/observability/system-clock';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { TranscribeClient } from '@aws-sdk/client-transcribe';
import { configureLogging } from '@strands-agents/sdk';
import { createAgentRun } from './agent/run-turn.ts';
import { createAnswerTurn } from './answer-turn.ts';
import { parseConfig } from './config.ts';
import type { ContainerConfig } from './config.ts';
import { modelFor } from './models/model-for.ts';
import type { ModelOptions } from './models/model-for.ts';
import { createContainerServer } from './server.ts';
import { createTurnTable } from './turn-table.ts';

/** AgentCore ends a session within 15 s; runs that need longer are run again from their beginning elsewhere. */
const DRAIN_MS = 8_000;

/** A store that hangs, before its answer or in the middle of it, fails within seconds, while somebody still waits. */
const clientLimits = {
  maxAttempts: 4,
  requestHandler: {
    connectionTimeout: 2_000,
    requestTimeout: 8_000,
    socketTimeout: 10_000,
    throwOnRequestTimeout: true,
  },
};

const modelOptions = (config: ContainerConfig): ModelOptions => {
  const {
    BEDROCK_ACCESS_KEY_ID: accessKeyId,
    BEDROCK_SECRET_ACCESS_KEY: secretAccessKey,
    BEDROCK_SESSION_TOKEN: sessionToken,
  } = config;
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
  return {
    ...(config.ANTHROPIC_API_KEY === undefined ? {} : { anthropicKey: config.ANTHROPIC_API_KEY }),
    ...(config.OPENAI_API_KEY === undefined ? {} : { openaiKey: config.OPENAI_API_KEY }),
    bedrock: {
      ...(config.BEDROCK_REGION === undefined ? {} : { region: config.BEDROCK_REGION }),
      ...(config.BEDROCK_ENDPOINT === undefined ? {} : { endpoint: config.BEDROCK_ENDPOINT }),
      ...credentials,
    },
  };
};

/** The library's own lines name values and may quote content; only the fixed text at their end is kept. */
const logLibraryAs = (log: Log): void => {
  const fixedText = (args: readonly unknown[]): string => String(args[0]).split('|').at(-1)?.trim().slice(0, 120) ?? '';
  configureLogging({
    debug: () => undefined,
    info: () => undefined,
    warn: (...args: readonly unknown[]) => log.warn('library_warning', { text: fixedText(args) }),
    error: (...args: readonly unknown[]) => log.warn('library_error', { text: fixedText(args) }),
  });
};

/** Builds everything before listening: a snapshot of the process is taken at the first healthy ping. */
const start = async (): Promise<void> => {
  const config = parseConfig(process.env);
  const log = createLog({ service: 'agent-container', write: stdoutWriter });
  logLibraryAs(log);
  const clock = systemClock;
  const s3 = new S3Client({ ...clientLimits, forcePathStyle: true });
  const dynamo = new DynamoDBClient(clientLimits);
  const workspaceFor = (call: Parameters<typeof workspacePrefix>[0]): WorkspaceStore =>
    s3WorkspaceStore({ client: s3, bucket: config.WORKSPACE_BUCKET, prefix: workspacePrefix(call) });
  const options = modelOptions(config);
  const model = await modelFor(config.MODEL, options, clock);
  const heartbeatModel =
    config.HEARTBEAT_MODEL === undefined ? model : await modelFor(config.HEARTBEAT_MODEL, options, clock);
  const answer = createAnswerTurn({
    run: createAgentRun({ clock }),
    model,
    heartbeatModel,
    modelSpec: config.MODEL,
    heartbeatModelSpec: config.HEARTBEAT_MODEL ?? config.MODEL,
    media: s3MediaStore({ client: s3, bucket: config.WORKSPACE_BUCKET }),
    speaker: pollySpeaker({ client: pollyClient(clientLimits), voice: config.VOICE }),
    workspaceFor,
    timeZone: config.TIME_ZONE,
    clock,
    log,
  });
  const conversations = dynamoConversationStore({ client: dynamo, tableName: config.CONVERSATIONS_TABLE, clock, log });
  const transcriber = transcribeTranscriber({
    client: new TranscribeClient(clientLimits),
    s3,
    bucket: config.WORKSPACE_BUCKET,
    clock,
    log,
  });
  const table = createTurnTable({ conversations, answer, clock, log });
  const server = createContainerServer({ table, transcriber, clock, log });
  const port = await server.listen(config.PORT, '0.0.0.0');
  log.info('container_listening', { port, model: config.MODEL.split('@')[0] });
  process.once('SIGTERM', () => {
    server
      .close(DRAIN_MS)
      .then(() => log.info('container_drained'))
      .catch((error: unknown) => log.error('drain_failed', error))
      .finally(() => process.exit(0));
  });
};

start().catch((error: unknown) => {
  // The message says what to set; without it the platform shows nothing but an exit code.
  process.stderr.write(`agent-container cannot start. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
