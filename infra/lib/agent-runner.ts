import type { AgentRunnerEnvironment } from '@agent-claw/agent-runner/config';
import { Duration, Validations } from 'aws-cdk-lib';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { APP_VERSION } from './app-version.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import { alarmOnErrors } from './function-alarms.ts';
import type { Parameters } from './parameters.ts';
import { ServiceFunction } from './service-function.ts';
import type { StateTables } from './state-tables.ts';
import type { TelegramSecret } from './telegram-secret.ts';
import type { WakeQueue } from './wake-queue.ts';
import type { Bot } from './webhook-registrar.ts';
import { MEDIA_PREFIX, WORKSPACE_PREFIXES } from './workspace-bucket.ts';
import type { WorkspaceBucket } from './workspace-bucket.ts';

const LEG_LIMIT = Duration.minutes(5);
/** The leg's limit and half a minute to hand over. */
export const AGENT_RUNNER_TIMEOUT = LEG_LIMIT.plus(Duration.seconds(30));

export interface AgentRunnerProps {
  readonly tables: StateTables;
  readonly wakes: WakeQueue;
  readonly telegram: TelegramSecret;
  readonly workspace: WorkspaceBucket;
  readonly runtime: AgentRuntime;
  readonly bot: Bot;
  readonly parameters: Parameters;
}

/** Runs one leg of a turn for each wake, at most five at a time. */
export class AgentRunner extends ServiceFunction {
  constructor(scope: Construct, id: string, props: AgentRunnerProps) {
    super(scope, id, {
      service: 'agent-runner',
      description: 'Runs one leg of a turn',
      timeout: AGENT_RUNNER_TIMEOUT,
      memoryMiB: 512,
      // A leg hands over by ringing its own queue. Lambda takes that for a loop and stops it at about the 16th leg: the turn would hang.
      recursiveLoop: RecursiveLoop.ALLOW,
      environment: {
        STATE_TABLE: props.tables.state.tableName,
        WAKE_QUEUE_URL: props.wakes.queue.queueUrl,
        TELEGRAM_SECRET_ID: props.telegram.secret.secretArn,
        RUNTIME_ARN: props.runtime.arn,
        RUNTIME_EPOCH: props.runtime.epoch,
        WORKSPACE_BUCKET: props.workspace.bucket.bucketName,
        BOT_ID: props.bot.id,
        BOT_USERNAME: props.bot.username,
        OWNER_ID: props.parameters.ownerId,
        APP_VERSION,
        LEG_LIMIT_MS: String(LEG_LIMIT.toMilliseconds()),
      } satisfies Record<keyof AgentRunnerEnvironment, string>,
    });
    this.allow('Lanes', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [props.tables.state.tableArn]);
    this.allow('Ring', ['sqs:SendMessage'], [props.wakes.queue.queueArn]);
    this.allow('BotToken', ['secretsmanager:GetSecretValue'], [props.telegram.secret.secretArn]);
    // From Telegram into the bucket; looking whether a file is there already is a read.
    this.allow('Media', ['s3:GetObject', 's3:PutObject'], [props.workspace.bucket.arnForObjects(`${MEDIA_PREFIX}*`)]);
    Validations.of(this).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<WorkspaceBucket1A82A213.Arn>/${MEDIA_PREFIX}*]`,
      reason: 'Files of messages: their names follow from the messages, the folder is fixed.',
    });
    // What /memory and /files show; nothing is written there. Listing is not bound to the prefixes: a missing file would be a 403.
    this.allow(
      'Files',
      ['s3:GetObject'],
      WORKSPACE_PREFIXES.map((prefix) => props.workspace.bucket.arnForObjects(`${prefix}*`)),
    );
    this.allow('FileListing', ['s3:ListBucket'], [props.workspace.bucket.bucketArn]);
    for (const prefix of WORKSPACE_PREFIXES)
      Validations.of(this).acknowledge({
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::<WorkspaceBucket1A82A213.Arn>/${prefix}*]`,
        reason: 'The files of a lane: their names are chosen in conversation, the folder is fixed.',
      });
    props.runtime.allowInvoke(this);
    // Lambda takes and deletes the wakes with this role; the runner itself moves a wake's visibility.
    this.allow(
      'Wakes',
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      [props.wakes.queue.queueArn],
    );
    const wakes = this.function.addEventSourceMapping('Wakes', {
      eventSourceArn: props.wakes.queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency: 5,
    });
    // Lambda checks the permissions when the mapping is made.
    wakes.node.addDependency(this.role);
    alarmOnErrors(
      this,
      'Turns fail. Messages wait in their lanes and are tried again; look at the log of agent-runner.',
    );
  }
}
