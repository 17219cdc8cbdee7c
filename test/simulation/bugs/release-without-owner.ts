import type { PlantedBug } from '../driver/planted-bug.ts';

export const releaseWithoutOwner: PlantedBug = {
  name: 'release-without-owner',
  breaks: 'A lease is given back by its owner only: a late leg lets a third one in beside the one that works.',
  shows: /^not drained|was lost|^zombie| twice, and nothing| times$/u,
  patches: [
    {
      file: 'packages/testkit/src/fakes/memory-lane-store.ts',
      find: `handOver: async (lease, { crashes = 'reset', notBeforeMs, outage } = {}) => {
      const record = mine(lease);`,
      replace: `handOver: async (lease, { crashes = 'reset', notBeforeMs, outage } = {}) => {
      const record = records.get(lease.laneId) ?? null;`,
    },
    {
      file: 'packages/testkit/src/fakes/memory-lane-store.ts',
      find: `finish: async (lease, request) => {
      const record = mine(lease);`,
      replace: `finish: async (lease, request) => {
      const record = records.get(lease.laneId) ?? null;`,
    },
  ],
  inAdapter: {
    suite: 'packages/testkit/src/contracts/lease-contract.ts',
    test: 'refuses every write of a holder whose lease was taken over',
  },
};
