import { LEASE_MS, LEASE_SKEW_MARGIN_MS } from '@agent-claw/core';
import { describe, expect, it } from 'vitest';
import { anEntry, aTurn } from '../builders.ts';
import { AFTER_LEASE, aSession, ids, leaseOf, NOW, put } from './lane-world.ts';
import type { LaneWorld } from './lane-world.ts';

/** The part of `laneStoreContract` that is about who may work on a lane. */
export const leaseContract = (create: () => Promise<LaneWorld>): void => {
  describe('leases', () => {
    it('grants the first lease with fence 1 and shows what waits', async () => {
      const world = await create();
      await put(world, 1);
      const { laneId } = world;
      const lease = { laneId, holder: 'wake-1/a', fence: 1, expiresAtMs: NOW + LEASE_MS };
      expect(await world.lanes.acquire(laneId, 'wake-1/a', NOW)).toEqual({
        kind: 'acquired',
        lease,
        lane: {
          laneId,
          inbox: { u1: anEntry(1) },
          lease: { holder: 'wake-1/a', expiresAtMs: NOW + LEASE_MS },
          fence: 1,
          crashes: 0,
          turnCount: 0,
          conversationCount: 0,
        },
      });
    });

    it('tells others who holds a live lease, and changes nothing', async () => {
      const world = await create();
      await leaseOf(world);
      const held = { kind: 'held', holder: 'wake-1/a', expiresAtMs: NOW + LEASE_MS };
      expect(await world.lanes.acquire(world.laneId, 'wake-2/b', NOW + 1)).toEqual(held);
      expect(await world.lanes.acquire(world.laneId, 'wake-1/c', NOW + 1)).toEqual(held);
    });

    it('lets nobody in within the skew margin after the end, and the next one in after it', async () => {
      const world = await create();
      await leaseOf(world);
      const within = await world.lanes.acquire(world.laneId, 'wake-2/b', NOW + LEASE_MS + LEASE_SKEW_MARGIN_MS);
      expect(within.kind).toBe('held');
      expect((await leaseOf(world, 'wake-2/b', AFTER_LEASE)).fence).toBe(2);
    });

    it('recognises its own lease when the answer to the first try was lost', async () => {
      const world = await create();
      const first = await leaseOf(world);
      expect(await leaseOf(world)).toEqual(first);
    });

    it('gives two racing holders one winner', async () => {
      const world = await create();
      const holders = ['wake-1/a', 'wake-2/b', 'wake-3/c', 'wake-4/d'];
      const outcomes = await Promise.all(holders.map((holder) => world.lanes.acquire(world.laneId, holder, NOW)));
      expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['acquired', 'held', 'held', 'held']);
    });

    it('counts a lease that ended by expiry as a crash, and forgets crashes after a hand-over', async () => {
      const world = await create();
      await leaseOf(world);
      const second = await world.lanes.acquire(world.laneId, 'wake-2/b', AFTER_LEASE);
      expect(second).toMatchObject({ kind: 'acquired', lane: { crashes: 1, fence: 2 } });
      if (second.kind === 'acquired') await world.lanes.handOver(second.lease);
      const third = await world.lanes.acquire(world.laneId, 'wake-3/c', AFTER_LEASE + 1);
      expect(third).toMatchObject({ kind: 'acquired', lane: { crashes: 0, fence: 3 } });
    });

    it('counts a hand-over after a failure as a crash, at once and once', async () => {
      const world = await create();
      const lease = await leaseOf(world);
      await world.lanes.handOver(lease, { crashes: 'add' });
      await world.lanes.handOver(lease, { crashes: 'add' });
      const second = await world.lanes.acquire(world.laneId, 'wake-2/b', NOW + 1);
      expect(second).toMatchObject({ kind: 'acquired', lane: { crashes: 1, fence: 2 } });
      if (second.kind === 'acquired') await world.lanes.handOver(second.lease, { crashes: 'keep' });
      expect(await world.lanes.acquire(world.laneId, 'wake-3/c', NOW + 1)).toMatchObject({ lane: { crashes: 1 } });
    });

    it('shows until when the channel wants silence, until a later hand-over', async () => {
      const world = await create();
      await world.lanes.handOver(await leaseOf(world), { notBeforeMs: NOW + 90_000 });
      const second = await world.lanes.acquire(world.laneId, 'wake-2/b', NOW);
      expect(second).toMatchObject({ lane: { notBeforeMs: NOW + 90_000 } });
      if (second.kind === 'acquired') await world.lanes.handOver(second.lease);
      expect(await world.lanes.acquire(world.laneId, 'wake-3/c', NOW)).not.toHaveProperty('lane.notBeforeMs');
    });

    it('remembers an outage until the next hand-over or the end of the turn', async () => {
      const world = await create();
      const outage = { sinceMs: NOW - 1, retryAtMs: NOW + 30_000 };
      await put(world, 1, 2);
      await world.lanes.handOver(await leaseOf(world), { outage });
      const second = await leaseOf(world, 'wake-2/b');
      expect(await world.lanes.renew(second, NOW)).toMatchObject({ lane: { outage } });
      const finished = await world.lanes.finish(second, { answered: ids(1) }, NOW);
      expect(finished).not.toHaveProperty('lane.outage');
      await world.lanes.handOver(second, { outage });
      const third = await leaseOf(world, 'wake-3/c');
      await world.lanes.handOver(third);
      expect(await world.lanes.acquire(world.laneId, 'wake-4/d', NOW)).not.toHaveProperty('lane.outage');
    });

    it('moves the end with each renewal, and shows what arrived meanwhile', async () => {
      const world = await create();
      const lease = await leaseOf(world);
      await put(world, 5);
      expect(await world.lanes.renew(lease, NOW + 5_000)).toMatchObject({
        kind: 'done',
        lane: { inbox: { u5: anEntry(5) }, lease: { holder: 'wake-1/a', expiresAtMs: NOW + 5_000 + LEASE_MS } },
      });
      const late = await world.lanes.acquire(world.laneId, 'wake-2/b', AFTER_LEASE);
      expect(late.kind).toBe('held');
    });
  });

  describe('fencing', () => {
    it('refuses every write of a holder whose lease was taken over', async () => {
      const world = await create();
      const { lanes, laneId } = world;
      await put(world, 1);
      const zombie = await leaseOf(world);
      await lanes.saveTurn(zombie, aTurn());
      const owner = await leaseOf(world, 'wake-2/b', AFTER_LEASE);
      const lost = { kind: 'lease_lost' };
      expect(await lanes.renew(zombie, AFTER_LEASE)).toEqual(lost);
      expect(await lanes.saveTurn(zombie, aTurn({ starts: 9 }))).toEqual(lost);
      expect(await lanes.notePart(zombie, 'p0', { state: 'sending' })).toEqual(lost);
      expect(await lanes.finish(zombie, { answered: ids(1) }, AFTER_LEASE)).toEqual(lost);
      expect(await lanes.countStart(zombie, 2, aSession)).toEqual(lost);
      expect(await lanes.handOver(zombie)).toEqual(lost);
      expect(await lanes.renew(owner, AFTER_LEASE)).toMatchObject({
        kind: 'done',
        lane: { laneId, inbox: { u1: anEntry(1) }, turn: aTurn(), lease: { holder: 'wake-2/b' } },
      });
    });

    it('refuses writes after the lease was given back, and knows a repeated hand-over', async () => {
      const world = await create();
      const lease = await leaseOf(world);
      expect((await world.lanes.handOver(lease)).kind).toBe('done');
      expect((await world.lanes.handOver(lease)).kind).toBe('done');
      expect(await world.lanes.renew(lease, NOW)).toEqual({ kind: 'lease_lost' });
    });
  });
};
