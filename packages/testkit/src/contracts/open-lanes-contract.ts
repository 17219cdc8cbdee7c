import { LEASE_MS, updateEntryId } from '@agent-claw/core';
import type { LaneId, OpenLanes } from '@agent-claw/core';
import { expect, it } from 'vitest';
import { aLaneId, anEntry } from '../builders.ts';
import type { LaneWorld } from './lane-world.ts';

export interface OpenLanesWorld extends Pick<LaneWorld, 'lanes' | 'mailbox'> {
  readonly openLanes: OpenLanes;
}

const T = 1_790_000_000_000;

/** The promises of `OpenLanes`. @param create makes a world in which no lane was used yet. */
export const openLanesContract = (create: () => Promise<OpenLanesWorld>): void => {
  const append = ({ mailbox }: OpenLanesWorld, laneId: LaneId, nowMs: number, sequence = 1) =>
    mailbox.append({ laneId, entry: anEntry(sequence), nowMs });
  const leaseOf = async ({ lanes }: OpenLanesWorld, laneId: LaneId, nowMs: number) => {
    const acquired = await lanes.acquire(laneId, 'wake-1/a', nowMs);
    if (acquired.kind !== 'acquired') throw new Error(`Expected a lease, found the lane ${acquired.kind}.`);
    return acquired.lease;
  };
  // A lane may join late.
  const eventually = ({ openLanes }: OpenLanesWorld, beforeMs: number, limit = 10) =>
    expect.poll(() => openLanes.waitingSince(beforeMs, limit), { timeout: 10_000 });

  it('lists nothing while nothing waits', async () => {
    const { openLanes } = await create();
    expect(await openLanes.waitingSince(T, 10)).toEqual([]);
  });

  it('lists lanes by age, the oldest first, and no more than asked for', async () => {
    const world = await create();
    const [young, old, middle] = [aLaneId('1'), aLaneId('2'), aLaneId('3')];
    await append(world, young, T + 3);
    await append(world, old, T + 1);
    await append(world, middle, T + 2);
    await eventually(world, T + 9).toEqual([
      { laneId: old, openSinceMs: T + 1 },
      { laneId: middle, openSinceMs: T + 2 },
      { laneId: young, openSinceMs: T + 3 },
    ]);
    await eventually(world, T + 9, 2).toEqual([
      { laneId: old, openSinceMs: T + 1 },
      { laneId: middle, openSinceMs: T + 2 },
    ]);
  });

  it('leaves out what waits since that very moment or later', async () => {
    const world = await create();
    await append(world, aLaneId('1'), T);
    await append(world, aLaneId('2'), T + 1);
    await eventually(world, T + 2).toHaveLength(2);
    expect(await world.openLanes.waitingSince(T + 1, 10)).toEqual([{ laneId: aLaneId('1'), openSinceMs: T }]);
  });

  it('counts from the first message that waits, not from the newest', async () => {
    const world = await create();
    await append(world, aLaneId(), T);
    await append(world, aLaneId(), T + 50, 2);
    await eventually(world, T + 99).toEqual([{ laneId: aLaneId(), openSinceMs: T }]);
  });

  it('tells until when the lane is leased, and nothing once the lease was given back', async () => {
    const world = await create();
    const laneId = aLaneId();
    await append(world, laneId, T);
    const lease = await leaseOf(world, laneId, T + 1);
    await eventually(world, T + 9).toEqual([{ laneId, openSinceMs: T, leaseUntilMs: T + 1 + LEASE_MS }]);
    await world.lanes.renew(lease, T + 2);
    await eventually(world, T + 9).toEqual([{ laneId, openSinceMs: T, leaseUntilMs: T + 2 + LEASE_MS }]);
    await world.lanes.handOver(lease);
    await eventually(world, T + 9).toEqual([{ laneId, openSinceMs: T }]);
  });

  it('tells until when the channel wants silence', async () => {
    const world = await create();
    const laneId = aLaneId();
    await append(world, laneId, T);
    await world.lanes.handOver(await leaseOf(world, laneId, T + 1), { notBeforeMs: T + 60_000 });
    await eventually(world, T + 9).toEqual([{ laneId, openSinceMs: T, notBeforeMs: T + 60_000 }]);
  });

  it('never lists a lane that is answered, and dates it anew when something else comes', async () => {
    const world = await create();
    const laneId = aLaneId();
    await append(world, laneId, T);
    await eventually(world, T + 9).toHaveLength(1);
    await world.lanes.finish(await leaseOf(world, laneId, T + 1), { answered: [updateEntryId(1)] }, T + 2);
    expect(await world.openLanes.waitingSince(T + 9, 10)).toEqual([]);
    await append(world, laneId, T + 20, 2);
    expect(await world.openLanes.waitingSince(T + 9, 10)).toEqual([]);
    await eventually(world, T + 99).toEqual([{ laneId, openSinceMs: T + 20 }]);
  });

  it('keeps a lane on the list while a part of it waits', async () => {
    const world = await create();
    const laneId = aLaneId();
    await append(world, laneId, T);
    await append(world, laneId, T + 1, 2);
    const lease = await leaseOf(world, laneId, T + 2);
    await world.lanes.finish(lease, { answered: [updateEntryId(1)] }, T + 3);
    await eventually(world, T + 9).toEqual([{ laneId, openSinceMs: T, leaseUntilMs: lease.expiresAtMs }]);
  });
};
