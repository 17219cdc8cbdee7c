import { overheardOf, updateEntryId } from '@agent-claw/core';
import type { ActiveTurn } from '@agent-claw/core';
import { describe, expect, it } from 'vitest';
import { anEntry, aTurn } from '../builders.ts';
import type { LaneWorld } from './lane-world.ts';

const NOW = 1_790_000_000_000;

/** What becomes of what a lane has overheard. */
export const overheardContract = (create: () => Promise<LaneWorld>): void => {
  describe('what was overheard', () => {
    const heard = (sequence: number) => overheardOf(anEntry(sequence));

    it('goes with the turn that takes it, which may be saved twice, and what is said later stays for the next', async () => {
      const world = await create();
      const { mailbox, lanes, laneId } = world;
      for (const sequence of [1, 2]) await mailbox.overhear({ laneId, overheard: heard(sequence) });
      await mailbox.append({ laneId, entry: anEntry(3), nowMs: NOW });
      const acquired = await lanes.acquire(laneId, 'wake-1/a', NOW);
      if (acquired.kind !== 'acquired') throw new Error('Expected the lane to be free.');
      const { lease } = acquired;
      await mailbox.overhear({ laneId, overheard: heard(4) });
      const turn = aTurn({
        taken: [updateEntryId(3)],
        overheard: { u1: heard(1), u2: heard(2) } as NonNullable<ActiveTurn['overheard']>,
      });
      await lanes.saveTurn(lease, turn);
      await mailbox.overhear({ laneId, overheard: heard(5) });
      const saved = await lanes.saveTurn(lease, turn);
      const { lane } = saved as Extract<typeof saved, { kind: 'done' }>;
      expect({ turn: lane.turn, context: lane.context }).toEqual({ turn, context: { u4: heard(4), u5: heard(5) } });
      await lanes.finish(lease, { answered: [updateEntryId(3)] }, NOW);
      const after = await lanes.acquire(laneId, 'wake-2/b', NOW);
      expect(after.kind === 'acquired' && [after.lane.turn, after.lane.context]).toEqual([
        undefined,
        { u4: heard(4), u5: heard(5) },
      ]);
    });
  });
};
