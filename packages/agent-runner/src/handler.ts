import { randomBytes } from 'node:crypto';
import { agentcoreRuntime, agentcoreTranscriber } from '@agent-claw/aws/agentcore-runtime';
import { agentCoreClient, CLIENT_LIMITS } from '@agent-claw/aws/aws-clients';
import { dynamoAccessStore } from '@agent-claw/aws/dynamo-access-store';
import { dynamoLaneStore } from '@agent-claw/aws/dynamo-lane-store';
import { dynamoAppender } from '@agent-claw/aws/dynamo-mailbox';
import { secretsManagerBotSecret } from '@agent-claw/aws/secrets-manager-bot-secret';
import { sqsWakeQueue } from '@agent-claw/aws/sqs-wake-queue';
import { sqsWakeReceipt } from '@agent-claw/aws/sqs-wake-receipt';
import type { MediaStore } from '@agent-claw/core';
import { createLog } from '@agent-claw/observability/log';
import { emfMetrics } from '@agent-claw/observability/metrics';
import { stdoutWriter } from '@agent-claw/observability/stdout';
import { systemClock } from '@agent-claw/observability/system-clock';
import { telegramFiles } from '@agent-claw/telegram/telegram-files';
import { telegramReplyRenderer } from '@agent-claw/telegram/reply-renderer';
import { telegramMessenger } from '@agent-claw/telegram/telegram-messenger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createAccessDesk } from './access/access-desk.ts';
import { openAccessView } from './access/access-view.ts';
import { createAnswerWake } from './answer-wake.ts';
import { parseConfig } from './config.ts';
import { lazyMediaStore } from './media/lazy-media-store.ts';
import { chatPaces } from './delivery/pace.ts';
import { createRunLeg } from './run-leg.ts';

const config = parseConfig(process.env);
const service = 'agent-runner';
const log = createLog({ service, write: stdoutWriter });
const sqs = new SQSClient(CLIENT_LIMITS);
const queue = { client: sqs, queueUrl: config.wakeQueueUrl };
const secret = secretsManagerBotSecret({
  client: new SecretsManagerClient(CLIENT_LIMITS),
  secretId: config.telegramSecretId,
  clock: systemClock,
});

const table = { client: new DynamoDBClient(CLIENT_LIMITS), tableName: config.stateTable };
const wakes = sqsWakeQueue(queue);
const access = { store: dynamoAccessStore({ ...table, clock: systemClock }), clock: systemClock };

const telegram = { secret, apiRoot: config.telegramApiRoot, log };
const runtime = { client: agentCoreClient(), runtimeArn: config.runtimeArn, clock: systemClock };

const openMediaStore = async (): Promise<MediaStore> => {
  const { openS3MediaStore } = await import('@agent-claw/aws/open-s3-stores');
  return openS3MediaStore(config.workspaceBucket);
};

const { botId, botUsername, ownerId } = config;
const mediaStore = lazyMediaStore(openMediaStore);
const messenger = telegramMessenger({ ...telegram, outgoing: mediaStore });
const legDeps = {
  lanes: dynamoLaneStore({ ...table, leaseMs: config.leaseMs }),
  wakes,
  accessDesk: createAccessDesk({
    ...access,
    mailbox: dynamoAppender(table),
    wakes,
    messenger,
    random: randomBytes,
    botId,
    botUsername,
  }),
  runtime: agentcoreRuntime(runtime),
  media: {
    source: telegramFiles({ ...telegram, clock: systemClock }),
    store: mediaStore,
    transcriber: agentcoreTranscriber(runtime),
  },
  messenger,
  paces: chatPaces(systemClock),
  renderer: telegramReplyRenderer,
  botId,
  runtimeEpoch: config.runtimeEpoch,
  clock: systemClock,
  log,
  metrics: emfMetrics({ service, write: stdoutWriter }),
  openFiles: async (prefix: string) => {
    const { openS3WorkspaceStore } = await import('@agent-claw/aws/open-s3-stores');
    return openS3WorkspaceStore(config.workspaceBucket, prefix);
  },
  version: config.version,
  newNonce: () => randomBytes(16).toString('base64url'),
  limits: { wakeHiddenS: config.wakeHiddenS, sessionLifeMs: config.sessionLifeMs },
};

const answerWake = createAnswerWake({
  runLeg: (request, receipt) =>
    createRunLeg({ ...legDeps, access: openAccessView({ ...access, ownerId }, request.laneId) })(request, receipt),
  log,
});

/** Time kept back from the function's own limit, for the hand-over. */
const MARGIN_MS = 15_000;

/** Wakes from the queue, one at a time; a wake that is not answered is reported back and stays in the queue. */
export const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const record of event.Records) {
    const message = {
      id: record.messageId,
      body: record.body,
      receiveCount: Number(record.attributes.ApproximateReceiveCount),
    };
    const endsInMs = Math.min(config.legMs, context.getRemainingTimeInMillis() - MARGIN_MS);
    const invocation = { id: context.awsRequestId, endsAtMs: systemClock.now() + endsInMs };
    const isAnswered = await answerWake(
      message,
      sqsWakeReceipt({ ...queue, receiptHandle: record.receiptHandle }),
      invocation,
    );
    if (!isAnswered) batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
};
