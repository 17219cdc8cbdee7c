import { LEASE_MS, LEASE_SKEW_MARGIN_MS, SEEN_KEPT, turnIdOf, updateEntryId } from '@agent-claw/core';
import type { LaneId, LaneStore, Lease, Mailbox } from '@agent-claw/core';
import { describe, expect, it } from 'vitest';
import { anEntry, aTurn, inboxOf } from '../builders.ts';
import { noteHeardContract } from './note-heard-contract.ts';
import { overheardContract } from './overheard-contract.ts';

/** Both sides of the same lanes, and a lane that nobody else uses. */
export interface LaneWorld {
  readonly lanes: LaneStore;
  readonly mailbox: Mailbox;
  readonly laneId: LaneId;
}

const NOW = 1_790_000_000_000;
const AFTER_LEASE = NOW + LEASE_MS + LEASE_SKEW_MARGIN_MS + 1;

const leaseOf = async ({ lanes, laneId }: LaneWorld, holder = 'wake-1/a', nowMs = NOW): Promise<Lease> => {
  const acquired = await lanes.acquire(laneId, holder, nowMs);
  if (acquired.kind !== 'acquired') throw new Error(`Expected a lease for ${holder}, found it ${acquired.kind}.`);
  return acquired.lease;
};
const put = async ({ mailbox, laneId }: LaneWorld, ...sequences: readonly number[]): Promise<void> => {
  for (const sequence of sequences) await mailbox.append({ laneId, entry: anEntry(sequence), nowMs: NOW });
};
const aSession = { id: 'session-of-33-characters-or-longer-x' as never, startedAtMs: NOW };
const ids = (...sequences: readonly number[]) => sequences.map(updateEntryId);

/** The promises of `LaneStore`. */
export const laneStoreContract = (create: () => Promise<LaneWorld>): void => {
  noteHeardContract(create);
  overheardContract(create);

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

  describe('the turn', () => {
    it('keeps the turn, its session and its ledger for the next leg', async () => {
      const world = await create();
      const lease = await leaseOf(world);
      const session = aSession;
      await world.lanes.saveTurn(lease, aTurn({ id: turnIdOf(7) }), session);
      await world.lanes.notePart(lease, 'draft', { state: 'sent', messageId: 11 });
      await world.lanes.notePart(lease, 'p0', { state: 'sending' });
      await world.lanes.notePart(lease, 'p0', { state: 'sending' });
      await world.lanes.handOver(lease);
      const ledger = { draft: { state: 'sent', messageId: 11 }, p0: { state: 'sending' } };
      expect(await world.lanes.acquire(world.laneId, 'wake-2/b', NOW)).toMatchObject({
        lane: { turn: { ...aTurn({ id: turnIdOf(7) }), ledger }, turnCount: 7, runtimeSession: session },
      });
    });
  });

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

  describe('a turn whose begin changes the lane', () => {
    it('replaces settings and menus in the write that saves it, and only in that one', async () => {
      const world = await create();
      const zombie = await leaseOf(world);
      const lease = await leaseOf(world, 'wake-2/b', AFTER_LEASE);
      const change = { settings: { allowed: ['delete'] }, menus: {} };
      const turn = aTurn({ consent: { of: turnIdOf(1), isAllowed: true } });
      expect(await world.lanes.saveTurn(zombie, turn, undefined, change)).toEqual({ kind: 'lease_lost' });
      expect(await world.lanes.saveTurn(lease, turn, undefined, change)).toMatchObject({
        kind: 'done',
        lane: { ...change, turn },
      });
      expect(await world.lanes.saveTurn(lease, turn)).toMatchObject({ kind: 'done', lane: { ...change, turn } });
    });
  });

  describe('a part that changes the lane', () => {
    it('replaces settings and menus in the same write, and leaves alone what it does not name', async () => {
      const world = await create();
      const lease = await leaseOf(world);
      await world.lanes.saveTurn(lease, aTurn());
      const menu = { name: 'model', nonce: 'n1', userId: '4242001', expiresAtMs: NOW, actions: [] } as const;
      await world.lanes.notePart(lease, 'c-u1', { state: 'sending' }, { settings: { model: 'fast' } });
      await world.lanes.notePart(lease, 'c-u1', { state: 'sent', messageId: 7, nonce: 'n1' }, { menus: { 7: menu } });
      await world.lanes.notePart(lease, 'c-u2', { state: 'sending' });
      expect(await world.lanes.renew(lease, NOW)).toMatchObject({
        lane: {
          settings: { model: 'fast' },
          menus: { 7: menu },
          turn: { ledger: { 'c-u1': { state: 'sent', messageId: 7, nonce: 'n1' } } },
        },
      });
      await world.lanes.finish(lease, { answered: [] }, NOW);
      const after = await world.lanes.acquire(world.laneId, 'wake-2/b', NOW);
      expect(after).toMatchObject({ lane: { settings: { model: 'fast' }, menus: { 7: menu } } });
    });
  });

  describe('a further start', () => {
    it('changes the count and the session and leaves the ledger alone', async () => {
      const world = await create();
      const lease = await leaseOf(world);
      await world.lanes.saveTurn(lease, aTurn());
      await world.lanes.notePart(lease, 'draft', { state: 'sending' });
      expect(await world.lanes.countStart(lease, 2, aSession)).toMatchObject({
        kind: 'done',
        lane: { turn: { ...aTurn({ starts: 2 }), ledger: { draft: { state: 'sending' } } }, runtimeSession: aSession },
      });
    });
  });

  describe('what a turn answers', () => {
    it('grows by what it has read, and the ledger stays', async () => {
      const world = await create();
      await put(world, 1, 2);
      const lease = await leaseOf(world);
      await world.lanes.saveTurn(lease, aTurn());
      await world.lanes.notePart(lease, 'draft', { state: 'sent', messageId: 11 });
      const taken = ids(1, 2);
      const ledger = { draft: { state: 'sent', messageId: 11 } } as const;
      expect(await world.lanes.noteTaken(lease, taken)).toMatchObject({
        kind: 'done',
        lane: { turn: aTurn({ taken, ledger }) },
      });
    });
  });

  describe('a further start elsewhere', () => {
    it('leaves the session of the lane alone when it is not used', async () => {
      const world = await create();
      const lease = await leaseOf(world);
      await world.lanes.saveTurn(lease, aTurn(), aSession);
      expect(await world.lanes.countStart(lease, 2)).toMatchObject({
        lane: { turn: { starts: 2 }, runtimeSession: aSession },
      });
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

    it('puts back what is to be worked on once more, and keeps the lease for it', async () => {
      const world = await create();
      const { laneId, lanes, mailbox } = world;
      const big = (sequence: number) => anEntry(sequence, { text: 'x'.repeat(60_000) });
      await mailbox.append({ laneId, entry: big(1), nowMs: NOW });
      const lease = await leaseOf(world);
      await lanes.finish(lease, { answered: ids(1), parked: inboxOf(big(1)) }, NOW);
      await put(world, 2);
      const next = await leaseOf(world, 'wake-2/b');
      await lanes.saveTurn(next, aTurn({ kind: 'command', taken: ids(2) }));
      const retry = { answered: ids(2), parked: {}, requeued: inboxOf(big(1)) };
      const expected = { kind: 'more', lane: { inbox: { u1: big(1) }, parked: {}, turnCount: 1 } };
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
