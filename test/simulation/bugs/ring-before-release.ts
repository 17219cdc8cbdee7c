import type { PlantedBug } from '../driver/planted-bug.ts';

export const ringBeforeRelease: PlantedBug = {
  name: 'ring-before-release',
  breaks:
    'At a hand-over the next wake is rung after the release: else it finds the lease held and goes away for good.',
  shows: /^not drained/u,
  patches: [
    {
      file: 'packages/agent-runner/src/run-leg.ts',
      find: 'const released = await deps.lanes.handOver(lease, {',
      replace: `await deps.wakes.ring(lease.laneId);
  const released = await deps.lanes.handOver(lease, {`,
    },
    {
      file: 'packages/agent-runner/src/run-leg.ts',
      find: `  await deps.wakes.ring(lease.laneId);
  return { kind: 'handed_over' };`,
      replace: `  return { kind: 'handed_over' };`,
    },
  ],
};
