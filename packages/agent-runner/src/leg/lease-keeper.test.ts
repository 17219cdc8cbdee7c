import { describe, expect, it } from 'vitest';
import type { LaneStore, LeasedWrite } from '@agent-claw/core';
import { aTurn, anEntry, manualClock, memoryLanes, recordingLog } from '@agent-claw/testkit';
import { LANE } from '../../test/leg-world.ts';
import { keepLease } from './lease-keeper.ts';

/** A keeper over a store whose renewals are applied at once and answered when the test says so. */
const aKeeper = async () => {
  const clock = manualClock();
  const { mailbox, lanes } = memoryLanes();
  for (const sequence of [1, 2]) await mailbox.append({ laneId: LANE, entry: anEntry(sequence), nowMs: clock.now() });
  const acquired = await lanes.acquire(LANE, 'w1/a', clock.now());
  if (acquired.kind !== 'acquired') throw new Error('not acquired');
  const answers: (() => void)[] = [];
  const delayed: LaneStore = {
    ...lanes,
    renew: async (lease, nowMs): Promise<LeasedWrite> => {
      const write = await lanes.renew(lease, nowMs);
      await new Promise<void>((resolve) => answers.push(resolve));
      return write;
    },
  };
  const log = recordingLog();
  const hides = { failing: false, asked: 0 };
  const receipt = {
    hideFor: async () => {
      hides.asked += 1;
      if (hides.failing) throw new Error('throttled');
    },
  };
  hides.failing = true;
  const keeper = keepLease(
    { lanes: delayed, clock, log, wakeHiddenS: 60, hiddenUntilMs: 0 },
    acquired.lease,
    acquired.lane,
    receipt,
  );
  const answer = async (): Promise<void> => {
    for (const resolve of answers.splice(0)) resolve();
    await clock.advance(0);
  };
  return { clock, lanes, mailbox, keeper, answer, lease: acquired.lease, log, hides };
};

describe('lease keeper', () => {
  it('does not bring a finished turn back when a renewal is answered late', async () => {
    const { clock, lanes, keeper, answer, lease } = await aKeeper();
    keeper.accept(await lanes.saveTurn(lease, aTurn({ startedAtMs: 0 })));
    const heard: number[] = [];
    keeper.watch(() => heard.push(clock.now()));
    await clock.advance(2_000);
    const finished = await lanes.finish(lease, { answered: ['u1' as never] }, clock.now());
    if (finished.kind !== 'more') throw new Error('expected more');
    keeper.accept({ kind: 'done', lane: finished.lane });
    await answer();
    expect({ turn: keeper.lane().turn, inbox: Object.keys(keeper.lane().inbox), heard }).toEqual({
      turn: undefined,
      inbox: ['u2'],
      heard: [],
    });
    // The renewal itself counts: the lease lasts from when it was asked for.
    expect(keeper.remainingMs()).toBe(30_000);
  });

  it('shows what has arrived after a renewal, to one listener', async () => {
    const { clock, mailbox, keeper, answer } = await aKeeper();
    const heard: number[] = [];
    keeper.watch(() => heard.push(Object.keys(keeper.lane().inbox).length));
    await mailbox.append({ laneId: LANE, entry: anEntry(3), nowMs: clock.now() });
    await clock.advance(2_000);
    await answer();
    expect(heard).toEqual([3]);
  });

  it('goes on when the wake cannot be hidden, and tries again with the next renewal', async () => {
    const { clock, keeper, answer, hides, log } = await aKeeper();
    await clock.advance(2_000);
    await answer();
    expect({ asked: hides.asked, lost: keeper.lost.aborted }).toEqual({ asked: 2, lost: false });
    expect(log.lines.map(({ event }) => event)).toEqual(['wake_hide_failed', 'wake_hide_failed']);
  });
});
