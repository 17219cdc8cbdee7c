import { LEASE_MS, LEASE_SKEW_MARGIN_MS, RetryableError, updateEntryId } from '@agent-claw/core';
import type { LaneId } from '@agent-claw/core';
import { aLaneId, anEntry, memoryLanes, memoryWakeQueue, recordingLog, recordingMetrics } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { createSweep, SWEEP_AFTER_MS, SWEEP_LIMIT } from './sweep.ts';
import type { SweepDeps } from './sweep.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const LONG_AGO = NOW - SWEEP_AFTER_MS - 1;

const aWorld = (override: Partial<SweepDeps> = {}) => {
  const { mailbox, lanes, openLanes } = memoryLanes();
  const wakes = memoryWakeQueue();
  const log = recordingLog();
  const metrics = recordingMetrics();
  const sweep = createSweep({ openLanes, wakes, log, metrics, ...override });
  const leave = (laneId: LaneId, nowMs = LONG_AGO) => mailbox.append({ laneId, entry: anEntry(1), nowMs });
  const lease = async (laneId: LaneId, nowMs: number) => {
    const acquired = await lanes.acquire(laneId, 'wake-1/a', nowMs);
    if (acquired.kind !== 'acquired') throw new Error(`Expected a lease, found the lane ${acquired.kind}.`);
    return acquired.lease;
  };
  return { sweep, leave, lease, lanes, openLanes, wakes, log, metrics };
};
const ids = async (world: ReturnType<typeof aWorld>) => (await world.wakes.take()).map(({ laneId }) => laneId);

describe('sweep', () => {
  it('does and says nothing while nothing waits', async () => {
    const world = aWorld();
    expect(await world.sweep(NOW)).toEqual({ kind: 'swept', rung: 0, attended: 0 });
    expect([await ids(world), world.log.lines, world.metrics.counts]).toEqual([[], [], {}]);
  });

  it('rings each lane that waits for nobody, counts it and names it', async () => {
    const world = aWorld();
    await world.leave(aLaneId('1'), LONG_AGO);
    await world.leave(aLaneId('2'), LONG_AGO - 9);
    expect(await world.sweep(NOW)).toEqual({ kind: 'swept', rung: 2, attended: 0 });
    expect(await ids(world)).toEqual([aLaneId('2'), aLaneId('1')]);
    expect(world.metrics.counts).toEqual({ lane_swept: 2 });
    expect(world.log.lines).toEqual([
      { level: 'warn', event: 'lane_swept', fields: { laneId: aLaneId('2'), waitedMs: SWEEP_AFTER_MS + 10 } },
      { level: 'warn', event: 'lane_swept', fields: { laneId: aLaneId('1'), waitedMs: SWEEP_AFTER_MS + 1 } },
    ]);
  });

  it('leaves a lane of half a minute to the wake that is on its way', async () => {
    const world = aWorld();
    await world.leave(aLaneId(), NOW - SWEEP_AFTER_MS);
    expect(await world.sweep(NOW)).toEqual({ kind: 'swept', rung: 0, attended: 0 });
    expect(await world.sweep(NOW + 1)).toEqual({ kind: 'swept', rung: 1, attended: 0 });
  });

  it('leaves a lane to its holder until the lease and its margin are over', async () => {
    const world = aWorld();
    await world.leave(aLaneId());
    await world.lease(aLaneId(), NOW);
    const endMs = NOW + LEASE_MS + LEASE_SKEW_MARGIN_MS;
    expect(await world.sweep(endMs)).toEqual({ kind: 'swept', rung: 0, attended: 1 });
    expect(await world.sweep(endMs + 1)).toEqual({ kind: 'swept', rung: 1, attended: 0 });
  });

  it('rings a lane that a crashed runner left behind with its turn unfinished', async () => {
    const world = aWorld();
    await world.leave(aLaneId());
    await world.lanes.handOver(await world.lease(aLaneId(), LONG_AGO), { crashes: 'add' });
    expect(await world.sweep(NOW)).toEqual({ kind: 'swept', rung: 1, attended: 0 });
  });

  it('keeps the silence that the channel asked for, and no longer', async () => {
    const world = aWorld();
    await world.leave(aLaneId());
    await world.lanes.handOver(await world.lease(aLaneId(), LONG_AGO), { notBeforeMs: NOW + 1 });
    expect(await world.sweep(NOW)).toEqual({ kind: 'swept', rung: 0, attended: 1 });
    expect(await world.sweep(NOW + 1)).toEqual({ kind: 'swept', rung: 1, attended: 0 });
  });

  it('leaves a lane alone once it is answered', async () => {
    const world = aWorld();
    await world.leave(aLaneId());
    const lease = await world.lease(aLaneId(), LONG_AGO);
    await world.lanes.finish(lease, { answered: [updateEntryId(1)] }, LONG_AGO);
    expect(await world.sweep(NOW)).toEqual({ kind: 'swept', rung: 0, attended: 0 });
  });

  it('rings the others when one lane cannot be rung, and fails so that it is repeated', async () => {
    const refusal = new RetryableError('Ring of lane failed.');
    const queue = memoryWakeQueue();
    const ring: typeof queue.ring = async (laneId) =>
      laneId === aLaneId('1') ? Promise.reject(refusal) : queue.ring(laneId);
    const world = aWorld({ wakes: { ring } });
    for (const place of ['1', '2', '3']) await world.leave(aLaneId(place));
    await expect(world.sweep(NOW)).rejects.toBe(refusal);
    expect((await queue.take()).map(({ laneId }) => laneId)).toEqual([aLaneId('2'), aLaneId('3')]);
    expect(world.metrics.counts).toEqual({ lane_swept: 2 });
  });

  it('asks once for a bounded number of lanes, and no more when none is open', async () => {
    const asked: unknown[] = [];
    const openLanes: SweepDeps['openLanes'] = {
      waitingSince: async (...question) => {
        asked.push(question);
        return [];
      },
    };
    await aWorld({ openLanes }).sweep(NOW);
    expect(asked).toEqual([[NOW - SWEEP_AFTER_MS, SWEEP_LIMIT]]);
  });
});
