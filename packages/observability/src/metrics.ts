import type { Metrics } from '@agent-claw/core';
import { systemClock } from './system-clock.ts';

export interface MetricEntry {
  readonly unit: 'Count' | 'Milliseconds';
  /** What it means that it moves, and what to do. */
  readonly whenItMoves: string;
}

/** Every metric of the product. Alarms refer to these names, so none can be renamed alone. */
export const METRICS = {
  turn_parked: {
    unit: 'Count',
    whenItMoves:
      'A message crashed its runner three times and was put aside. Read the turn_parked log line and the errors before it.',
  },
  reply_in_doubt: {
    unit: 'Count',
    whenItMoves:
      'A reply may have arrived twice, after a crash between sending and noting it. Look for timeouts of agent-runner.',
  },
  reply_undeliverable: {
    unit: 'Count',
    whenItMoves:
      'The channel refuses messages to a chat for good. The owner has blocked the bot or removed it from a group.',
  },
  typing_failed: {
    unit: 'Count',
    whenItMoves: 'The typing sign is not shown. Harmless alone; with other errors the channel is down.',
  },
  heartbeat_failed: {
    unit: 'Count',
    whenItMoves: 'A proactive check or a sweep could not be made. Read the heartbeat_failed log line.',
  },
  lane_swept: {
    unit: 'Count',
    whenItMoves:
      'A message waited with no wake on its way, and its lane was rung again. Once: nothing to do. Again and again: the lane does not come forward; the lane_swept log line names it, the log of agent-runner says why.',
  },
} as const satisfies Readonly<Record<string, MetricEntry>>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMESPACE = 'AgentClaw';

export interface EmfOptions {
  readonly service: string;
  readonly write: (line: string) => void;
  readonly now?: () => number;
}

/** Writes each count as one line in CloudWatch's embedded metric format: no call, no agent, no wait. */
export const emfMetrics = (options: EmfOptions): Metrics => ({
  count: (name, value = 1) => {
    const unit = Object.hasOwn(METRICS, name) ? METRICS[name as MetricName].unit : 'Count';
    options.write(
      JSON.stringify({
        _aws: {
          Timestamp: options.now?.() ?? systemClock.now(),
          CloudWatchMetrics: [
            { Namespace: METRIC_NAMESPACE, Dimensions: [['service']], Metrics: [{ Name: name, Unit: unit }] },
          ],
        },
        service: options.service,
        [name]: value,
      }),
    );
  },
});
