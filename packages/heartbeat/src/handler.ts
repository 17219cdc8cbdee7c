import { CLIENT_LIMITS } from '@agent-claw/aws/aws-clients';
import { dynamoAccessStore } from '@agent-claw/aws/dynamo-access-store';
import { dynamoMailbox } from '@agent-claw/aws/dynamo-mailbox';
import { dynamoOpenLanes } from '@agent-claw/aws/dynamo-open-lanes';
import { s3WorkspaceStore } from '@agent-claw/aws/s3-workspace-store';
import { sqsWakeQueue } from '@agent-claw/aws/sqs-wake-queue';
import { accessListOf, laneIdOf } from '@agent-claw/core';
import type { LaneId } from '@agent-claw/core';
import { createLog } from '@agent-claw/observability/log';
import { emfMetrics } from '@agent-claw/observability/metrics';
import { stdoutWriter } from '@agent-claw/observability/stdout';
import { systemClock } from '@agent-claw/observability/system-clock';
import { scheduleTickSchema } from '@agent-claw/protocol';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { parseConfig } from './config.ts';
import { createSendHeartbeat } from './send-heartbeat.ts';
import type { HeartbeatOutcome } from './send-heartbeat.ts';
import { createSweep } from './sweep.ts';
import type { SweepOutcome } from './sweep.ts';

const config = parseConfig(process.env);
const service = 'heartbeat';
const log = createLog({ service, write: stdoutWriter });
const metrics = emfMetrics({ service, write: stdoutWriter });

const table = { client: new DynamoDBClient(CLIENT_LIMITS), tableName: config.stateTable };
const wakes = sqsWakeQueue({ client: new SQSClient(CLIENT_LIMITS), queueUrl: config.wakeQueueUrl });

const sweep = createSweep({ openLanes: dynamoOpenLanes(table), wakes, log, metrics });
const access = dynamoAccessStore({ ...table, clock: systemClock });

/** The deployment's owner costs no read. One who claimed the bot is known when the tick comes, and not when the function starts. */
const ownersLane = async (): Promise<LaneId | null> => {
  if (config.botId === '0') return null;
  const place = config.ownerId === '' ? accessListOf(await access.read(0), '').ownerId : config.ownerId;
  return place === '' ? null : laneIdOf({ channel: 'tg', account: config.botId, place });
};

const heartbeatDeps = {
  mailbox: dynamoMailbox(table),
  wakes,
  workspace: s3WorkspaceStore({
    client: new S3Client(CLIENT_LIMITS),
    bucket: config.workspaceBucket,
    prefix: 'workspace/',
  }),
  timeZone: config.timeZone,
  activeHours: config.activeHours,
  clock: systemClock,
};
const sendHeartbeat = async (scheduledAtMs: number): Promise<HeartbeatOutcome> =>
  createSendHeartbeat({ ...heartbeatDeps, laneId: await ownersLane() })(scheduledAtMs);

/**
 * One tick of EventBridge Scheduler, which ignores the answer; whoever invokes by hand sees the outcome. Throws on a
 * failure of ours, so that the scheduler tries again.
 */
export const handler = async (event: unknown): Promise<HeartbeatOutcome | SweepOutcome> => {
  const startedAtMs = systemClock.now();
  try {
    const { kind, scheduledAt } = scheduleTickSchema.parse(event);
    const outcome = kind === 'sweep' ? await sweep(startedAtMs) : await sendHeartbeat(Date.parse(scheduledAt));
    const { kind: ending, ...facts } = outcome;
    const ms = systemClock.now() - startedAtMs;
    log.info(`${kind}_finished`, { outcome: ending, ...facts, ms, scheduledAt });
    return outcome;
  } catch (error) {
    log.error('heartbeat_failed', error);
    metrics.count('heartbeat_failed');
    throw error;
  }
};
