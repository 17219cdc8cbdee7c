import { SEEN_KEPT } from '@agent-claw/core';
import { describe, expect, it } from 'vitest';
import { anEntry, aTurn, inboxOf } from '../builders.ts';
import { ids, leaseOf, NOW, put } from './lane-world.ts';
import type { LaneWorld } from './lane-world.ts';

/** The part of `laneStoreContract` that is about the end of a turn. */
export const finishContract = (create: () => Promise<LaneWorld>): void => {
  describe('a finish with usage', () => {
    it('replaces the usage of the lane, with or without a release, and a finish without leaves it', async () => {
      const world = await create();
      const usage = { days: { '2026-11-21': { turns: 1, inputTokens: 5, outputTokens: 2 } } };
      await put(world, 1, 2);
      const lease = await leaseOf(world);
      await world.lanes.saveTurn(lease, aTurn());
      const first = await world.lanes.finish(lease, { answered: ids(1), usage }, NOW);
      expect(first).toMatchObject({ kind: 'more', lane: { usage } });
      const last = { calls: 1, inputTokens: 1, outputTokens: 1, contextTokens: 1, atMs: NOW };
      await world.lanes.finish(lease, { answered: ids(2), usage: { ...usage, last } }, NOW);
      const second = await leaseOf(world, 'wake-2/b');
      await world.lanes.finish(second, { answered: [] }, NOW);
      const after = await world.lanes.acquire(world.laneId, 'wake-3/c', NOW);
      expect(after).toMatchObject({ lane: { usage: { ...usage, last } } });
    });
  });

  describe('finish', () => {
    it('releases the lease in the same write when nothing else waits', async () => {
      const world = await create();
      await put(world, 1, 2);
      const lease = await leaseOf(world);
      await world.lanes.saveTurn(lease, aTurn({ taken: ids(1, 2) }));
      expect(await world.lanes.finish(lease, { answered: ids(1, 2) }, NOW)).toEqual({ kind: 'released' });
      expect(await world.mailbox.glance(world.laneId, NOW)).toMatchObject({ isIdle: true });
      const next = await world.lanes.acquire(world.laneId, 'wake-2/b', NOW);
      expect(next).toMatchObject({ kind: 'acquired', lane: { inbox: {}, fence: 2, crashes: 0, turnCount: 1 } });
      expect(next).not.toHaveProperty('lane.turn');
    });

    it('removes exactly the answered entries and keeps the lease while more waits', async () => {
      const world = await create();
      await put(world, 1, 2, 3);
      const lease = await leaseOf(world);
      await world.lanes.saveTurn(lease, aTurn());
      const finished = await world.lanes.finish(lease, { answered: ids(1, 3) }, NOW);
      expect(finished).toMatchObject({ kind: 'more', lane: { lease: { holder: 'wake-1/a' } } });
      expect(finished).toHaveProperty('lane.inbox', { u2: anEntry(2) });
      expect(finished).not.toHaveProperty('lane.turn');
      expect(await world.lanes.finish(lease, { answered: ids(2) }, NOW)).toEqual({ kind: 'released' });
    });

    it('counts once when it is repeated because the answer was lost', async () => {
      const world = await create();
      await put(world, 1, 2);
      const lease = await leaseOf(world);
      await world.lanes.saveTurn(lease, aTurn({ kind: 'command' }));
      const request = { answered: ids(1), newConversation: true };
      await world.lanes.finish(lease, request, NOW);
      expect(await world.lanes.finish(lease, request, NOW)).toMatchObject({
        kind: 'more',
        lane: { conversationCount: 1 },
      });
      expect(await world.lanes.finish(lease, { answered: ids(2) }, NOW)).toEqual({ kind: 'released' });
      expect(await world.lanes.finish(lease, { answered: ids(2) }, NOW)).toEqual({ kind: 'released' });
    });

    it('starts a new conversation when asked to', async () => {
      const world = await create();
      await put(world, 1);
      const lease = await leaseOf(world);
      await world.lanes.saveTurn(lease, aTurn({ kind: 'command' }));
      await world.lanes.finish(lease, { answered: ids(1), newConversation: true }, NOW);
      expect(await world.lanes.acquire(world.laneId, 'wake-2/b', NOW)).toMatchObject({
        lane: { conversationCount: 1 },
      });
    });

    it('never releases over a message that arrives at the same moment', async () => {
      const world = await create();
      await put(world, 1);
      const lease = await leaseOf(world);
      await world.lanes.saveTurn(lease, aTurn());
      const [finished] = await Promise.all([
        world.lanes.finish(lease, { answered: ids(1) }, NOW),
        world.mailbox.append({ laneId: world.laneId, entry: anEntry(2), nowMs: NOW }),
      ]);
      const after = await world.lanes.acquire(world.laneId, 'wake-2/b', NOW);
      // Either the holder was told of the message, or the lane was free for the wake that follows it.
      expect(after.kind).toBe(finished.kind === 'released' ? 'acquired' : 'held');
      const shown = finished.kind === 'more' ? finished.lane.inbox : { u2: anEntry(2) };
      expect(shown).toEqual({ u2: anEntry(2) });
    });

    it('keeps what is put aside and the newest message, whether it releases or goes on, and only once', async () => {
      const world = await create();
      const { laneId, lanes } = world;
      await put(world, 1, 2);
      const lease = await leaseOf(world);
      await lanes.saveTurn(lease, aTurn());
      const first = { answered: ids(1), parked: { u1: anEntry(1) } as never, lastMessageId: 55 };
      expect(await lanes.finish(lease, first, NOW)).toMatchObject({
        kind: 'more',
        lane: { parked: { u1: anEntry(1) }, lastMessageId: 55 },
      });
      const parked = { u1: anEntry(1), u2: anEntry(2) } as never;
      const both = { answered: ids(2), parked, lastMessageId: 'unknown' as const };
      expect(await lanes.finish(lease, both, NOW)).toEqual({ kind: 'released' });
      expect(await lanes.acquire(laneId, 'wake-2/b', NOW)).toMatchObject({
        lane: { inbox: {}, parked, lastMessageId: 'unknown' },
      });
    });

    it('puts back what is to be worked on once more, and keeps the lease for it, in a new conversation if asked', async () => {
      const world = await create();
      const { laneId, lanes, mailbox } = world;
      const big = (sequence: number) => anEntry(sequence, { text: 'x'.repeat(60_000) });
      await mailbox.append({ laneId, entry: big(1), nowMs: NOW });
      const lease = await leaseOf(world);
      await lanes.finish(lease, { answered: ids(1), parked: inboxOf(big(1)) }, NOW);
      await put(world, 2);
      const next = await leaseOf(world, 'wake-2/b');
      await lanes.saveTurn(next, aTurn({ kind: 'command', taken: ids(2) }));
      const retry = { answered: ids(2), parked: {}, requeued: inboxOf(big(1)), newConversation: true };
      const expected = {
        kind: 'more',
        lane: { inbox: { u1: big(1) }, parked: {}, turnCount: 1, conversationCount: 1 },
      };
      expect([await lanes.finish(next, retry, NOW), await lanes.finish(next, retry, NOW)]).toEqual([
        expect.objectContaining({ kind: 'more', lane: expect.objectContaining(expected.lane) }),
        expect.objectContaining({ kind: 'more', lane: expect.objectContaining(expected.lane) }),
      ]);
      // Its bytes count, and count once.
      expect(await mailbox.append({ laneId, entry: big(3), nowMs: NOW })).toEqual({ kind: 'appended' });
      expect(await mailbox.append({ laneId, entry: big(4), nowMs: NOW })).toEqual({ kind: 'full' });
      expect(await lanes.finish(next, { answered: ids(1, 3) }, NOW)).toEqual({ kind: 'released' });
    });

    it('makes room for what the answered entries held', async () => {
      const world = await create();
      const { laneId, mailbox, lanes } = world;
      const big = (sequence: number) => anEntry(sequence, { text: 'x'.repeat(60_000) });
      for (const sequence of [1, 2]) await mailbox.append({ laneId, entry: big(sequence), nowMs: NOW });
      expect(await mailbox.append({ laneId, entry: big(3), nowMs: NOW })).toEqual({ kind: 'full' });
      const lease = await leaseOf(world);
      await lanes.finish(lease, { answered: ids(1) }, NOW);
      expect(await mailbox.append({ laneId, entry: big(3), nowMs: NOW })).toEqual({ kind: 'appended' });
      expect(await mailbox.append({ laneId, entry: big(4), nowMs: NOW })).toEqual({ kind: 'full' });
    });

    it('remembers what has just come when the channel begins to count anew', async () => {
      const world = await create();
      const { laneId, mailbox, lanes } = world;
      for (let first = 90_001; first <= 90_000 + SEEN_KEPT; first += 20) {
        const batch = Array.from({ length: 20 }, (_, index) => first + index);
        await put(world, ...batch);
        await lanes.finish(await leaseOf(world), { answered: ids(...batch) }, NOW);
      }
      for (const sequence of [7, 8]) {
        await put(world, sequence);
        await lanes.finish(await leaseOf(world), { answered: ids(sequence) }, NOW);
      }
      expect(await mailbox.append({ laneId, entry: anEntry(7), nowMs: NOW })).toEqual({ kind: 'duplicate' });
    });

    it('forgets all but the newest accepted ids', async () => {
      const world = await create();
      const { laneId, mailbox, lanes } = world;
      for (let first = 1; first <= SEEN_KEPT + 20; first += 20) {
        const batch = Array.from({ length: 20 }, (_, index) => first + index);
        await put(world, ...batch);
        await lanes.finish(await leaseOf(world), { answered: ids(...batch) }, NOW);
      }
      expect(await mailbox.append({ laneId, entry: anEntry(21), nowMs: NOW })).toEqual({ kind: 'duplicate' });
      expect(await mailbox.append({ laneId, entry: anEntry(20), nowMs: NOW })).toEqual({ kind: 'appended' });
    });
  });
};
