import { turnIdOf } from '@agent-claw/core';
import { describe, expect, it } from 'vitest';
import { aTurn } from '../builders.ts';
import { AFTER_LEASE, aSession, ids, leaseOf, NOW, put } from './lane-world.ts';
import type { LaneWorld } from './lane-world.ts';

/** The part of `laneStoreContract` that is about a turn while it lasts. */
export const laneTurnContract = (create: () => Promise<LaneWorld>): void => {
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
};
