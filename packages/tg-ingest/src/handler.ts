import { CLIENT_LIMITS } from '@agent-claw/aws/aws-clients';
import { dynamoAccessStore } from '@agent-claw/aws/dynamo-access-store';
import { dynamoIntake } from '@agent-claw/aws/dynamo-mailbox';
import { sqsWakeQueue } from '@agent-claw/aws/sqs-wake-queue';
import { createLog } from '@agent-claw/observability/log';
import { stdoutWriter } from '@agent-claw/observability/stdout';
import { systemClock } from '@agent-claw/observability/system-clock';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createAnswerWebhook } from './answer-webhook.ts';
import { parseConfig } from './config.ts';
import { createIngestUpdate } from './ingest-update.ts';

const config = parseConfig(process.env);
const log = createLog({ service: 'tg-ingest', write: stdoutWriter });
const table = { client: new DynamoDBClient(CLIENT_LIMITS), tableName: config.stateTable };

const answerWebhook = createAnswerWebhook({
  ingest: createIngestUpdate({
    mailbox: dynamoIntake(table),
    wakes: sqsWakeQueue({ client: new SQSClient(CLIENT_LIMITS), queueUrl: config.wakeQueueUrl }),
    access: dynamoAccessStore({ ...table, clock: systemClock }),
    ownerId: config.ownerId,
    bot: config.bot,
    clock: systemClock,
  }),
  secretDigests: config.secretDigests,
  log,
});

/** `POST /telegram/webhook`, API Gateway payload 2.0. */
export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> =>
  answerWebhook({
    method: event.requestContext.http.method,
    path: event.rawPath,
    headers: event.headers ?? {},
    body: event.body,
    isBase64Encoded: event.isBase64Encoded,
  });
