import type { HeartbeatEnvironment } from '@agent-claw/heartbeat/config';
import type { ScheduleTick } from '@agent-claw/protocol';
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

interface Tick {
  readonly kind: ScheduleTick['kind'];
  readonly description: string;
  readonly scheduleExpression: string;
  readonly scheduleExpressionTimezone?: string;
}

/**
 * Looks every 30 minutes whether there is anything to do, without a model; if so, it puts a message into the owner's
 * lane. Every minute the same function sweeps: it rings the lanes where something waits and nobody works.
 */
export class Heartbeat extends ServiceFunction {
  constructor(scope: Construct, id: string, props: HeartbeatProps) {
    super(scope, id, {
      service: 'heartbeat',
      description: 'Checks whether a heartbeat is due, and rings forgotten lanes',
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
    // The index holds keys only; what a lane found there looks like is read from the table.
    this.allow('OpenLanes', ['dynamodb:Query'], [`${props.tables.state.tableArn}/index/open`]);
    this.allow('Ring', ['sqs:SendMessage'], [props.wakes.queue.queueArn]);
    this.allow('HeartbeatFile', ['s3:GetObject'], [bucket.arnForObjects('workspace/HEARTBEAT.md')]);
    // So that a missing HEARTBEAT.md is "not found" and not "forbidden".
    this.allow('KnowMissingFile', ['s3:ListBucket'], [bucket.bucketArn]);
    const scheduler = this.schedulerRole();
    this.tick(scheduler, 'Schedule', {
      kind: 'heartbeat',
      description: 'agent-claw heartbeat',
      scheduleExpression: 'rate(30 minutes)',
      scheduleExpressionTimezone: props.parameters.timeZone,
    });
    this.tick(scheduler, 'Sweep', {
      kind: 'sweep',
      description: 'agent-claw sweep: rings lanes that wait for nobody',
      scheduleExpression: 'rate(1 minute)',
    });
    alarmOnErrors(this, 'Heartbeats or sweeps fail. Look at the log of heartbeat.');
  }

  private schedulerRole(): Role {
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ sid: 'Tick', actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
    );
    return role;
  }

  private tick(role: Role, id: string, { kind, ...when }: Tick): void {
    const schedule = new CfnSchedule(this, id, {
      ...when,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.function.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ v: 1, kind, scheduledAt: '<aws.scheduler.scheduled-time>' } satisfies ScheduleTick),
        // A late tick is worthless: the next one comes. So it is dropped, not parked.
        retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: Duration.minutes(10).toSeconds() },
      },
    });
    schedule.node.addDependency(role);
  }
}
