import type { METRIC_NAMESPACE, MetricName } from '@agent-claw/observability/metrics';
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';

interface MetricAlarm {
  /** Who counts it: the metric's one dimension. */
  readonly service: 'agent-runner' | 'heartbeat';
  readonly whatToDo: string;
  /** Rings at this many within `minutes`. */
  readonly atLeast: number;
  readonly minutes: number;
}

/** Which of the product's own metrics ring. The names are the catalogue's, so none can be renamed alone. */
const ALARMS = {
  turn_parked: {
    service: 'agent-runner',
    whatToDo: 'A message was put aside after three attempts. Look for turn_parked in the log of agent-runner.',
    atLeast: 1,
    minutes: 5,
  },
  reply_in_doubt: {
    service: 'agent-runner',
    whatToDo: 'A reply may have arrived twice. Look for errors and timeouts in the log of agent-runner.',
    atLeast: 1,
    minutes: 5,
  },
  reply_undeliverable: {
    service: 'agent-runner',
    whatToDo: 'Telegram refuses messages to a chat: the bot was blocked, or removed from a group.',
    atLeast: 1,
    minutes: 5,
  },
  // The scheduler tries each tick three times; the first failures of a tick that then worked are no reason to ring.
  heartbeat_failed: {
    service: 'heartbeat',
    whatToDo: 'Proactive checks or sweeps fail. Look for heartbeat_failed in the log of heartbeat.',
    atLeast: 3,
    minutes: 15,
  },
  // There are ten sweeps in this time. One lost wake is healed by the first; a lane that needs five is stuck.
  lane_swept: {
    service: 'heartbeat',
    whatToDo:
      'A message waits and its lane does not come forward. The log of heartbeat (lane_swept) names it, the log of agent-runner says why.',
    atLeast: 5,
    minutes: 10,
  },
} as const satisfies Partial<Record<MetricName, MetricAlarm>>;

const NAMESPACE: typeof METRIC_NAMESPACE = 'AgentClaw';

/** An alarm for each metric that somebody has to know of. A metric that was never counted is silence, and silence is good. */
export class MetricAlarms extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    for (const [name, { service, whatToDo, atLeast, minutes }] of Object.entries<MetricAlarm>(ALARMS)) {
      new Alarm(this, name, {
        alarmDescription: whatToDo,
        metric: new Metric({
          namespace: NAMESPACE,
          metricName: name,
          dimensionsMap: { service },
          statistic: 'Sum',
          period: Duration.minutes(minutes),
        }),
        threshold: atLeast,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    }
  }
}
