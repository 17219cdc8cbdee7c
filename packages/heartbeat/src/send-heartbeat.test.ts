import { heartbeatEntryId } from '@agent-claw/core';
import {
  aLaneId,
  anEntry,
  aTurn,
  manualClock,
  memoryLanes,
  memoryWakeQueue,
  memoryWorkspaceStore,
} from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { createSendHeartbeat } from './send-heartbeat.ts';
import type { SendHeartbeatDeps } from './send-heartbeat.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');

const aWorld = (override: Partial<SendHeartbeatDeps> = {}, heartbeatMd = '- [ ] Anything urgent in notes.md?') => {
  const lanes = memoryLanes();
  const { mailbox } = lanes;
  const wakes = memoryWakeQueue();
  const laneId = aLaneId();
  const workspace = memoryWorkspaceStore({ 'HEARTBEAT.md': heartbeatMd });
  const clock = manualClock(NOON + 2_000);
  const times = { clock, timeZone: 'UTC', activeHours: '08:00-23:00' };
  const send = createSendHeartbeat({ mailbox, wakes, workspace, laneId, ...times, ...override });
  /** As the runner does it when the owner says so. */
  const switchTo = async (heartbeat: boolean): Promise<void> => {
    const acquired = await lanes.lanes.acquire(laneId, 'w/1', clock.now());
    if (acquired.kind !== 'acquired') throw new Error('The lane is held.');
    await lanes.lanes.saveTurn(acquired.lease, aTurn());
    await lanes.lanes.notePart(acquired.lease, 'p0', { state: 'sent' }, { settings: { heartbeat } });
    await lanes.lanes.finish(acquired.lease, { answered: [] }, clock.now());
  };
  return {
    switchTo,
    send,
    wakes,
    mailbox,
    laneId,
    clock,
    waiting: () => Object.values(lanes.peek(laneId)?.inbox ?? {}),
  };
};

describe('send-heartbeat', () => {
  it('puts one entry into the idle lane and rings', async () => {
    const { send, wakes, waiting, laneId } = aWorld();
    expect(await send(NOON)).toEqual({ kind: 'sent' });
    expect(waiting()).toEqual([
      {
        id: heartbeatEntryId(NOON),
        kind: 'heartbeat',
        sentAtEpochS: NOON / 1000,
        sequence: NOON / 60_000,
        sender: { id: 'system', name: 'heartbeat' },
        text: '',
      },
    ]);
    expect(await wakes.take()).toEqual([{ laneId, delayS: 0 }]);
  });

  it('makes one entry of a tick that fires twice, and rings for it again', async () => {
    const { send, wakes, waiting } = aWorld();
    await send(NOON);
    expect(await send(NOON)).toEqual({ kind: 'skipped', reason: 'lane_busy' });
    expect([waiting().length, (await wakes.take()).length]).toEqual([1, 2]);
  });

  it.each([
    ['without an owner', { laneId: null }, undefined, 'no_owner'],
    ['outside the active hours', { activeHours: '13:00-14:00' }, undefined, 'outside_active_hours'],
    ['when HEARTBEAT.md asks for nothing', {}, '# Checks\n\n- [ ]\n<!-- later -->\n', 'nothing_to_check'],
    ['when HEARTBEAT.md is missing', { workspace: memoryWorkspaceStore() }, undefined, 'nothing_to_check'],
  ] as const)('stays quiet %s', async (_when, override, file, reason) => {
    const { send, wakes, waiting } = aWorld(override, file);
    expect(await send(NOON)).toEqual({ kind: 'skipped', reason });
    expect([waiting(), await wakes.take()]).toEqual([[], []]);
  });

  it('stays out of a lane where a message waits', async () => {
    const { send, waiting, mailbox, laneId } = aWorld();
    await mailbox.append({ laneId, entry: anEntry(1), nowMs: NOON });
    expect(await send(NOON)).toEqual({ kind: 'skipped', reason: 'lane_busy' });
    expect(waiting()).toEqual([anEntry(1)]);
  });

  it('stays quiet while the owner has switched it off in their chat, and no longer', async () => {
    const { send, waiting, switchTo } = aWorld();
    await switchTo(false);
    expect(await send(NOON)).toEqual({ kind: 'skipped', reason: 'switched_off' });
    expect(waiting()).toEqual([]);
    await switchTo(true);
    expect(await send(NOON)).toEqual({ kind: 'sent' });
  });

  it('leaves a tick that is late to the next one', async () => {
    const { send, clock } = aWorld();
    await clock.advance(30 * 60_000);
    expect(await send(NOON)).toEqual({ kind: 'skipped', reason: 'late' });
  });
});
