import { expect, it } from 'vitest';
import { emfMetrics } from './metrics.ts';

it('writes a count as one embedded-metric line', () => {
  const lines: string[] = [];
  emfMetrics({ service: 'agent-runner', write: (line) => void lines.push(line), now: () => 7 }).count('turn_parked', 2);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      _aws: {
        Timestamp: 7,
        CloudWatchMetrics: [
          { Namespace: 'AgentClaw', Dimensions: [['service']], Metrics: [{ Name: 'turn_parked', Unit: 'Count' }] },
        ],
      },
      service: 'agent-runner',
      turn_parked: 2,
    },
  ]);
});
