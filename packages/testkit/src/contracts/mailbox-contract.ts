import {
  CONTEXT_KEPT,
  CONTEXT_MAX_BYTES,
  CONTEXT_SLACK,
  INBOX_MAX_ENTRIES,
  INBOX_STOP_HEADROOM,
  keptContext,
  LEASE_MS,
  LEASE_SKEW_MARGIN_MS,
  overheardOf,
  updateEntryId,
} from '@agent-claw/core';
import { describe, expect, it } from 'vitest';
import { anEntry, aTurn } from '../builders.ts';
import type { LaneWorld } from './lane-world.ts';

const NOW = 1_790_000_000_000;

/** The promises of `Mailbox`. */
export const mailboxContract = (create: () => Promise<LaneWorld>): void => {
  const laneAsStored = async ({ lanes, laneId }: LaneWorld) => {
    const acquired = await lanes.acquire(laneId, 'reader/1', NOW);
    if (acquired.kind !== 'acquired') throw new Error('Expected the lane to be free.');
    return acquired.lane;
  };

  describe('append', () => {
    it('keeps the whole entry', async () => {
      const world = await create();
      const entry = anEntry(1, {
        text: 'Grüße 👋\n\u0000end',
        messageId: 42,
        command: { name: 'new', args: '' },
        attachments: [{ kind: 'photo', fileId: 'AgAC', sizeBytes: 10 }],
        replyTo: { text: 'before', senderName: 'Bob' },
        forwardedFrom: 'Carol',
        albumId: 'a1',
      });
      expect(await world.mailbox.append({ laneId: world.laneId, entry, nowMs: NOW })).toEqual({ kind: 'appended' });
      expect((await laneAsStored(world)).inbox).toEqual({ u1: entry });
    });

    it('takes an entry once per id, also after it was answered', async () => {
      const world = await create();
      const { mailbox, laneId, lanes } = world;
      await mailbox.append({ laneId, entry: anEntry(1), nowMs: NOW });
      const again = { laneId, entry: anEntry(1, { text: 'other words' }), nowMs: NOW };
      expect(await mailbox.append(again)).toEqual({ kind: 'duplicate' });
      const acquired = await lanes.acquire(laneId, 'wake-1/a', NOW);
      if (acquired.kind === 'acquired') await lanes.finish(acquired.lease, { answered: [updateEntryId(1)] }, NOW);
      expect(await mailbox.append(again)).toEqual({ kind: 'duplicate' });
      expect((await laneAsStored(world)).inbox).toEqual({});
    });

    it('accepts an older update after newer ones', async () => {
      const { mailbox, laneId } = await create();
      for (const sequence of [5, 3, 4])
        expect(await mailbox.append({ laneId, entry: anEntry(sequence), nowMs: NOW })).toEqual({ kind: 'appended' });
    });

    it('lets one of several deliveries at the same moment in', async () => {
      const { mailbox, laneId } = await create();
      const deliveries = Array.from({ length: 4 }, () => mailbox.append({ laneId, entry: anEntry(1), nowMs: NOW }));
      const kinds = (await Promise.all(deliveries)).map((outcome) => outcome.kind);
      expect(kinds.sort()).toEqual(['appended', 'duplicate', 'duplicate', 'duplicate']);
    });

    it('keeps both of two first messages at the same moment', async () => {
      const world = await create();
      const { mailbox, laneId } = world;
      await Promise.all([1, 2].map((sequence) => mailbox.append({ laneId, entry: anEntry(sequence), nowMs: NOW })));
      expect(Object.keys((await laneAsStored(world)).inbox).sort()).toEqual(['u1', 'u2']);
    });

    it('says full at the bound and changes nothing, yet still lets a stop in', async () => {
      const world = await create();
      const { mailbox, laneId } = world;
      for (let sequence = 1; sequence <= INBOX_MAX_ENTRIES; sequence += 1)
        await mailbox.append({ laneId, entry: anEntry(sequence), nowMs: NOW });
      expect(await mailbox.append({ laneId, entry: anEntry(900), nowMs: NOW })).toEqual({ kind: 'full' });
      expect(await mailbox.append({ laneId, entry: anEntry(20), nowMs: NOW })).toEqual({ kind: 'duplicate' });
      const stop = anEntry(901, { kind: 'stop' });
      expect(await mailbox.append({ laneId, entry: stop, nowMs: NOW })).toEqual({ kind: 'appended' });
      const { inbox } = await laneAsStored(world);
      expect([Object.keys(inbox).length, inbox[updateEntryId(900)], inbox[updateEntryId(901)]]).toEqual([
        INBOX_MAX_ENTRIES + 1,
        undefined,
        stop,
      ]);
    });

    it('bounds stops too', async () => {
      const { mailbox, laneId } = await create();
      const kinds: string[] = [];
      for (let sequence = 1; sequence <= INBOX_MAX_ENTRIES + INBOX_STOP_HEADROOM.entries + 1; sequence += 1)
        kinds.push((await mailbox.append({ laneId, entry: anEntry(sequence, { kind: 'stop' }), nowMs: NOW })).kind);
      expect(kinds.filter((kind) => kind === 'appended').length).toBe(INBOX_MAX_ENTRIES + INBOX_STOP_HEADROOM.entries);
      expect(kinds.at(-1)).toBe('full');
    });

    it('takes a single entry over the byte bound when nothing else waits: it would never fit better', async () => {
      const { mailbox, laneId } = await create();
      const huge = (sequence: number) => anEntry(sequence, { text: 'x'.repeat(140_000) });
      expect(await mailbox.append({ laneId, entry: huge(1), nowMs: NOW })).toEqual({ kind: 'appended' });
      expect(await mailbox.append({ laneId, entry: huge(2), nowMs: NOW })).toEqual({ kind: 'full' });
    });
  });

  describe('amend', () => {
    const said = (sequence: number, text: string) => ({ ...anEntry(sequence, { text }), messageId: 42 });

    it('gives a waiting message the words of its edit, and keeps its id and its place', async () => {
      const world = await create();
      const { mailbox, laneId } = world;
      await mailbox.append({ laneId, entry: said(1, 'befor'), nowMs: NOW });
      await mailbox.append({ laneId, entry: anEntry(2), nowMs: NOW });
      expect(await mailbox.amend({ laneId, entry: said(3, 'a longer after') })).toEqual({ kind: 'amended' });
      const { sentAtEpochS } = anEntry(1);
      expect((await laneAsStored(world)).inbox).toEqual({
        u1: { ...said(1, 'a longer after'), sentAtEpochS, editSequence: 3 },
        u2: anEntry(2),
      });
    });

    it('lets the newest edit stand, however often and in which order they come', async () => {
      const world = await create();
      const { mailbox, laneId } = world;
      await mailbox.append({ laneId, entry: said(1, 'first'), nowMs: NOW });
      const kinds: string[] = [];
      for (const edit of [said(4, 'newest'), said(3, 'older'), said(4, 'newest')])
        kinds.push((await mailbox.amend({ laneId, entry: edit })).kind);
      expect(kinds).toEqual(['amended', 'not_waiting', 'not_waiting']);
      expect((await laneAsStored(world)).inbox[updateEntryId(1)]?.text).toBe('newest');
    });

    it('leaves a stop a stop', async () => {
      const world = await create();
      const { mailbox, laneId } = world;
      const stop = { ...said(1, 'stop'), kind: 'stop' as const };
      await mailbox.append({ laneId, entry: stop, nowMs: NOW });
      expect(await mailbox.amend({ laneId, entry: said(2, 'stop it later') })).toEqual({ kind: 'not_waiting' });
      expect((await laneAsStored(world)).inbox).toEqual({ u1: stop });
    });

    it('changes nothing that a turn has taken, that was answered, or that never came', async () => {
      const { mailbox, laneId, lanes } = await create();
      const edit = { laneId, entry: said(3, 'after') };
      expect(await mailbox.amend(edit)).toEqual({ kind: 'not_waiting' });
      await mailbox.append({ laneId, entry: said(1, 'before'), nowMs: NOW });
      const acquired = await lanes.acquire(laneId, 'wake-1/a', NOW);
      if (acquired.kind !== 'acquired') throw new Error('Expected the lane to be free.');
      const saved = await lanes.saveTurn(acquired.lease, aTurn());
      expect(await mailbox.amend(edit)).toEqual({ kind: 'not_waiting' });
      const after = await lanes.renew(acquired.lease, NOW);
      expect([saved, after].map((write) => write.kind === 'done' && write.lane.inbox)).toEqual([
        { u1: said(1, 'before') },
        { u1: said(1, 'before') },
      ]);
      await lanes.finish(acquired.lease, { answered: [updateEntryId(1)] }, NOW);
      expect(await mailbox.amend(edit)).toEqual({ kind: 'not_waiting' });
    });

    it('says full when it would grow beyond the byte bound beside others, and takes what is shorter', async () => {
      const { mailbox, laneId } = await create();
      await mailbox.append({ laneId, entry: said(1, 'x'.repeat(60_000)), nowMs: NOW });
      await mailbox.append({ laneId, entry: anEntry(2, { text: 'x'.repeat(60_000) }), nowMs: NOW });
      const edits = [said(3, 'x'.repeat(80_000)), said(4, 'x'.repeat(50_000)), said(5, 'x'.repeat(60_000))];
      const kinds: string[] = [];
      for (const entry of edits) kinds.push((await mailbox.amend({ laneId, entry })).kind);
      expect(kinds).toEqual(['full', 'amended', 'amended']);
    });

    it('counts the bytes of what it changed', async () => {
      const { mailbox, laneId } = await create();
      await mailbox.append({ laneId, entry: said(1, 'x'.repeat(60_000)), nowMs: NOW });
      await mailbox.amend({ laneId, entry: said(2, 'short') });
      await mailbox.append({ laneId, entry: anEntry(3, { text: 'x'.repeat(60_000) }), nowMs: NOW });
      const next = anEntry(4, { text: 'x'.repeat(60_000) });
      expect(await mailbox.append({ laneId, entry: next, nowMs: NOW })).toEqual({ kind: 'appended' });
    });
  });

  describe('overhear', () => {
    const heard = (sequence: number, text = `talk ${sequence}`) => overheardOf(anEntry(sequence, { text }));

    it('keeps what was said, once, beside what waits, and wakes nobody', async () => {
      const world = await create();
      const { mailbox, laneId } = world;
      for (const sequence of [2, 1, 2]) await mailbox.overhear({ laneId, overheard: heard(sequence) });
      expect(await mailbox.glance(laneId, NOW)).toMatchObject({ isIdle: true });
      await mailbox.append({ laneId, entry: anEntry(3), nowMs: NOW });
      const { inbox, context } = await laneAsStored(world);
      expect({ inbox, context }).toEqual({ inbox: { u3: anEntry(3) }, context: { u1: heard(1), u2: heard(2) } });
      expect(keptContext(context)).toEqual([heard(1), heard(2)]);
    });

    it('keeps both of two first ones at the same moment', async () => {
      const world = await create();
      const { mailbox, laneId } = world;
      const hear = async (sequence: number) => {
        const request = { laneId, overheard: heard(sequence) };
        await mailbox.overhear(request).catch(() => mailbox.overhear(request));
      };
      await Promise.all([hear(1), hear(2)]);
      expect(Object.keys((await laneAsStored(world)).context ?? {}).sort()).toEqual(['u1', 'u2']);
    });

    it('lets the oldest go once there is twice as much as a turn is given', async () => {
      const world = await create();
      const { mailbox, laneId } = world;
      const most = CONTEXT_KEPT * CONTEXT_SLACK;
      for (let sequence = 1; sequence <= most; sequence += 1)
        await mailbox.overhear({ laneId, overheard: heard(sequence) });
      await mailbox.overhear({ laneId, overheard: heard(most + 1) });
      const { context = {} } = await laneAsStored(world);
      expect(Object.keys(context).length).toBe(CONTEXT_KEPT);
      expect(keptContext(context).map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: CONTEXT_KEPT }, (_, index) => most + 2 - CONTEXT_KEPT + index),
      );
    });

    it('bounds what long messages take, and keeps the newest of them', async () => {
      const world = await create();
      const { mailbox, laneId } = world;
      for (let sequence = 1; sequence <= 40; sequence += 1)
        await mailbox.overhear({ laneId, overheard: heard(sequence, 'ü'.repeat(1_000)) });
      const { context = {} } = await laneAsStored(world);
      expect(JSON.stringify(context).length).toBeLessThanOrEqual(CONTEXT_MAX_BYTES * CONTEXT_SLACK);
      expect(keptContext(context).at(-1)).toEqual(heard(40, 'ü'.repeat(1_000)));
    });
  });

  describe('glance', () => {
    it('shows the settings of the lane', async () => {
      const { mailbox, laneId, lanes } = await create();
      expect(await mailbox.glance(laneId, NOW)).toEqual({ isIdle: true, settings: {} });
      const acquired = await lanes.acquire(laneId, 'wake-1/a', NOW);
      if (acquired.kind !== 'acquired') throw new Error('Expected the lane to be free.');
      await lanes.saveTurn(acquired.lease, aTurn());
      await lanes.notePart(acquired.lease, 'p0', { state: 'sending' }, { settings: { heartbeat: false } });
      expect(await mailbox.glance(laneId, NOW)).toEqual({ isIdle: false, settings: { heartbeat: false } });
    });

    it('is true for a lane that nobody used', async () => {
      const { mailbox, laneId } = await create();
      expect(await mailbox.glance(laneId, NOW)).toMatchObject({ isIdle: true });
    });

    it('is false while something waits', async () => {
      const { mailbox, laneId } = await create();
      await mailbox.append({ laneId, entry: anEntry(1), nowMs: NOW });
      expect(await mailbox.glance(laneId, NOW)).toMatchObject({ isIdle: false });
    });

    it('is false under a live lease and true after its end and margin', async () => {
      const { mailbox, laneId, lanes } = await create();
      await lanes.acquire(laneId, 'wake-1/a', NOW);
      expect(await mailbox.glance(laneId, NOW + LEASE_MS)).toMatchObject({ isIdle: false });
      expect(await mailbox.glance(laneId, NOW + LEASE_MS + LEASE_SKEW_MARGIN_MS + 1)).toMatchObject({ isIdle: true });
    });

    it('is false while a turn is unfinished', async () => {
      const { mailbox, laneId, lanes } = await create();
      const acquired = await lanes.acquire(laneId, 'wake-1/a', NOW);
      if (acquired.kind !== 'acquired') throw new Error('Expected the lane to be free.');
      await lanes.saveTurn(acquired.lease, aTurn());
      await lanes.handOver(acquired.lease);
      expect(await mailbox.glance(laneId, NOW)).toMatchObject({ isIdle: false });
    });
  });
};
