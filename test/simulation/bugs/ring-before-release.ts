import type { PlantedBug } from '../driver/planted-bug.ts';

export const ringBeforeRelease: PlantedBug = {
  name: 'ring-before-release',
  breaks:
    'At a hand-over the next wake is rung after the release: else it finds the lease held and goes away for good.',
  shows: /^not drained/u,
  patches: [
    {
      file: 'packages/agent-runner/src/run-leg.ts',
      find: `const released = await deps.lanes.handOver(lease);
  if (released.kind === 'lease_lost') return { kind: 'lease_lost' };
  await deps.wakes.ring(lease.laneId);`,
      replace: `await deps.wakes.ring(lease.laneId);
  const released = await deps.lanes.handOver(lease);
  if (released.kind === 'lease_lost') return { kind: 'lease_lost' };`,
    },
  ],
};
