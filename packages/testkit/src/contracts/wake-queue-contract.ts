import type { WakeQueue } from '@agent-claw/core';
import { expect, it } from 'vitest';
import { aLaneId } from '../builders.ts';

export interface WakeWorld {
  readonly queue: WakeQueue;
  /** The lanes rung that may be seen by now, in any order. */
  readonly received: () => Promise<readonly string[]>;
}

/** The promises of `WakeQueue`. */
export const wakeQueueContract = (create: () => Promise<WakeWorld>): void => {
  it('delivers each ring with its lane', async () => {
    const { queue, received } = await create();
    await queue.ring(aLaneId('1'));
    await queue.ring(aLaneId('2'));
    await queue.ring(aLaneId('1'));
    expect([...(await received())].sort()).toEqual([aLaneId('1'), aLaneId('1'), aLaneId('2')]);
  });
};
