import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { dynamoAccessStore } from '@agent-claw/aws/dynamo-access-store';
import type { AccessChange, AccessRecord } from '@agent-claw/core';
import { createLog } from '@agent-claw/observability/log';
import { stdoutWriter } from '@agent-claw/observability/stdout';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { answerCloudFormation } from './answer-cloudformation.ts';
import { createAnswerRequest } from './answer-request.ts';
import { botApi } from './bot-api.ts';
import { parseConfig } from './config.ts';
import { createRegisterWebhook, createUnregisterWebhook } from './register-webhook.ts';
import { secretsManagerSecretStore } from './secret-store.ts';
import { untilAllowed } from './until-allowed.ts';

/** Kept free for the answer to CloudFormation: three attempts of three seconds. */
const ANSWER_MARGIN_MS = 12_000;

const config = parseConfig(process.env);
const log = createLog({ service: 'webhook-registrar', write: stdoutWriter, now: Date.now });
const patience = { now: Date.now, sleep: (ms: number) => sleep(ms) };
const access = dynamoAccessStore({
  client: new DynamoDBClient({ maxAttempts: 3 }),
  tableName: config.stateTable,
  clock: patience,
});
const deps = {
  secrets: secretsManagerSecretStore(new SecretsManagerClient({ maxAttempts: 3 }), config.secretId, patience),
  botApi: (token: string, signal: AbortSignal) => botApi(config.apiRoot, token, signal),
  access: {
    update: <Outcome>(rule: (record: AccessRecord) => AccessChange<Outcome>) =>
      untilAllowed(patience, () => access.update(rule)),
  },
  newClaimCode: () => randomBytes(16).toString('base64url'),
  now: Date.now,
  newWebhookSecret: () => randomBytes(32).toString('base64url'),
  sleep: patience.sleep,
  log,
};
const answerRequest = createAnswerRequest({
  register: createRegisterWebhook(deps),
  unregister: createUnregisterWebhook(deps),
  answer: answerCloudFormation,
  log,
});

/** CloudFormation's custom resource: one event, one answer to its ResponseURL. */
export const handler = async (event: unknown, context: Context): Promise<void> =>
  answerRequest(event, AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - ANSWER_MARGIN_MS)));
