import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** What Lambda may need beyond the function's limit to see that an invocation has ended and to delete its wake. */
const VISIBILITY_MARGIN = Duration.seconds(30);

export interface WakeQueueProps {
  readonly runnerTimeout: Duration;
}

/** Carries "ring lane L". Doubled and late wakes are harmless, so a standard queue does. */
export class WakeQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: WakeQueueProps) {
    super(scope, id);
    const parked = new Queue(this, 'Parked', {
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.queue = new Queue(this, 'Queue', {
      // Lambda refuses less than the function's limit, and recommends six times as much, so that a batch does not show again
      // while invocations are throttled. A wake that shows again does no harm: the lane's lease decides. One that stays hidden
      // does: after a crash before the first statement nobody shortens it, and only the sweep rings the lane.
      visibilityTimeout: props.runnerTimeout.plus(VISIBILITY_MARGIN),
      retentionPeriod: Duration.days(4),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Giving a wake back raises its receive count, so the limit is far above the three attempts of a turn.
      deadLetterQueue: { queue: parked, maxReceiveCount: 20 },
    });
    new Alarm(this, 'ParkedWakes', {
      alarmDescription:
        "A wake was given up. Look at agent-runner's log for its lane; the message is safe in the lane item.",
      metric: parked.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    new Alarm(this, 'OldWakes', {
      alarmDescription: 'A wake has waited for 15 minutes. agent-runner is failing or throttled: look at its log.',
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: Duration.minutes(15).toSeconds(),
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
