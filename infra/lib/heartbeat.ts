import type { HeartbeatEnvironment } from '@agent-claw/heartbeat/config';
import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { alarmOnErrors } from './function-alarms.ts';
import type { Parameters } from './parameters.ts';
import { ServiceFunction } from './service-function.ts';
import type { StateTables } from './state-tables.ts';
import type { WakeQueue } from './wake-queue.ts';
import type { Bot } from './webhook-registrar.ts';
import type { WorkspaceBucket } from './workspace-bucket.ts';

export interface HeartbeatProps {
  readonly tables: StateTables;
  readonly wakes: WakeQueue;
  readonly workspace: WorkspaceBucket;
  readonly bot: Bot;
  readonly parameters: Parameters;
}

/** Looks every 30 minutes whether there is anything to do, without a model; if so, it puts a message into the owner's lane. */
export class Heartbeat extends ServiceFunction {
  constructor(scope: Construct, id: string, props: HeartbeatProps) {
    super(scope, id, {
      service: 'heartbeat',
      description: 'Checks whether a heartbeat is due',
      timeout: Duration.seconds(30),
      memoryMiB: 256,
      environment: {
        STATE_TABLE: props.tables.state.tableName,
        WAKE_QUEUE_URL: props.wakes.queue.queueUrl,
        WORKSPACE_BUCKET: props.workspace.bucket.bucketName,
        BOT_ID: props.bot.id,
        OWNER_ID: props.parameters.ownerId,
        TIME_ZONE: props.parameters.timeZone,
        HEARTBEAT_ACTIVE_HOURS: props.parameters.heartbeatActiveHours,
      } satisfies Record<keyof HeartbeatEnvironment, string>,
    });
    const { bucket } = props.workspace;
    this.allow('Inbox', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [props.tables.state.tableArn]);
    this.allow('Ring', ['sqs:SendMessage'], [props.wakes.queue.queueArn]);
    this.allow('HeartbeatFile', ['s3:GetObject'], [bucket.arnForObjects('workspace/HEARTBEAT.md')]);
    // So that a missing HEARTBEAT.md is "not found" and not "forbidden".
    this.allow('KnowMissingFile', ['s3:ListBucket'], [bucket.bucketArn]);
    this.tickEvery30Minutes(props.parameters.timeZone);
    alarmOnErrors(this, 'Heartbeats fail. Look at the log of heartbeat.');
  }

  private tickEvery30Minutes(timeZone: string): void {
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ sid: 'Tick', actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
    );
    const schedule = new CfnSchedule(this, 'Schedule', {
      description: 'agent-claw heartbeat',
      scheduleExpression: 'rate(30 minutes)',
      scheduleExpressionTimezone: timeZone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.function.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ v: 1, kind: 'heartbeat', scheduledAt: '<aws.scheduler.scheduled-time>' }),
        // A late tick is worthless: the next one comes. So it is dropped, not parked.
        retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: Duration.minutes(10).toSeconds() },
      },
    });
    schedule.node.addDependency(role);
  }
}
