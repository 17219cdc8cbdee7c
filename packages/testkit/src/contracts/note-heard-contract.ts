import { updateEntryId } from '@agent-claw/core';
import type { Lease } from '@agent-claw/core';
import { describe, expect, it } from 'vitest';
import { anEntry, aTurn } from '../builders.ts';
import { AFTER_LEASE, aSession, ids, leaseOf, NOW } from './lane-world.ts';
import type { LaneWorld } from './lane-world.ts';

/** The part of `laneStoreContract` that is about recordings. */
export const noteHeardContract = (create: () => Promise<LaneWorld>): void => {
  describe('what was heard', () => {
    const recording = anEntry(1, { text: '', attachments: [{ kind: 'voice', fileId: 'f1' }] });
    const heard = { ...recording, text: 'hello', heard: {} };
    const withRecording = async (): Promise<LaneWorld & { readonly lease: Lease }> => {
      const world = await create();
      await world.mailbox.append({ laneId: world.laneId, entry: recording, nowMs: NOW });
      return { ...world, lease: await leaseOf(world) };
    };

    it('takes the place of the recording, with the session it was heard in, and counts with its size', async () => {
      const { lanes, mailbox, laneId, lease } = await withRecording();
      expect(await lanes.noteHeard(lease, recording, heard, aSession)).toMatchObject({
        kind: 'done',
        lane: { inbox: { u1: heard }, runtimeSession: aSession },
      });
      await lanes.finish(lease, { answered: ids(1) }, NOW);
      for (let sequence = 2; sequence <= 21; sequence += 1)
        expect(await mailbox.append({ laneId, entry: anEntry(sequence), nowMs: NOW })).toEqual({ kind: 'appended' });
    });

    it('is noted once for the message and once for what it answers to', async () => {
      const { mailbox, lanes, laneId, lease } = await withRecording();
      const replyTo = { text: '', attachments: [{ kind: 'voice', fileId: 'f2' }] } as const;
      const both = { ...recording, id: updateEntryId(2), sequence: 2, replyTo };
      await mailbox.append({ laneId, entry: both, nowMs: NOW });
      const own = { ...both, text: 'and this?', heard: {} };
      const all = { ...own, replyTo: { ...replyTo, heard: { words: 'hello' } } };
      await lanes.noteHeard(lease, both, own);
      expect(await lanes.noteHeard(lease, own, all)).toMatchObject({ lane: { inbox: { u2: all } } });
      for (const [before, again] of [
        [own, { ...all, replyTo: { ...replyTo, heard: { words: 'yellow' } } }],
        [both, { ...all, text: 'yellow' }],
      ] as const)
        expect(await lanes.noteHeard(lease, before, again)).toMatchObject({ lane: { inbox: { u2: all } } });
    });

    it('may make a stop of it', async () => {
      const { lanes, lease } = await withRecording();
      const stop = { ...heard, kind: 'stop', text: 'stop' } as const;
      expect(await lanes.noteHeard(lease, recording, stop)).toMatchObject({ lane: { inbox: { u1: stop } } });
    });

    it('is noted once: who heard something else later changes nothing', async () => {
      const { lanes, lease } = await withRecording();
      await lanes.noteHeard(lease, recording, heard);
      const again = await lanes.noteHeard(lease, recording, { ...heard, text: 'yellow' });
      expect(again).toMatchObject({ kind: 'done', lane: { inbox: { u1: heard } } });
    });

    it('leaves alone what was edited, taken or answered meanwhile', async () => {
      const edited = await withRecording();
      const edit = { ...recording, messageId: 5, text: 'typed', sequence: 9 };
      await edited.mailbox.append({
        laneId: edited.laneId,
        entry: { ...recording, id: updateEntryId(2), messageId: 5 },
        nowMs: NOW,
      });
      await edited.mailbox.amend({ laneId: edited.laneId, entry: edit });
      const before = { ...recording, id: updateEntryId(2), messageId: 5 };
      expect(await edited.lanes.noteHeard(edited.lease, before, heard)).toMatchObject({
        kind: 'done',
        lane: { inbox: { u2: { text: 'typed' } } },
      });
      const taken = await withRecording();
      await taken.lanes.saveTurn(taken.lease, aTurn());
      expect(await taken.lanes.noteHeard(taken.lease, recording, heard)).toMatchObject({
        lane: { inbox: { u1: recording } },
      });
      const gone = await withRecording();
      await gone.mailbox.append({ laneId: gone.laneId, entry: anEntry(3), nowMs: NOW });
      await gone.lanes.finish(gone.lease, { answered: ids(1) }, NOW);
      const after = await gone.lanes.noteHeard(gone.lease, recording, heard);
      expect(after.kind === 'done' ? Object.keys(after.lane.inbox) : after).toEqual(['u3']);
    });

    it('is refused under an older lease', async () => {
      const world = await withRecording();
      await world.lanes.acquire(world.laneId, 'wake-2/b', AFTER_LEASE);
      expect(await world.lanes.noteHeard(world.lease, recording, heard)).toEqual({ kind: 'lease_lost' });
    });
  });
};
