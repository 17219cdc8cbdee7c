import { EMPTY_ACCESS, RetryableError, revoke } from '@agent-claw/core';
import { aLaneId, manualClock, memoryAccess } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { openAccessView } from './access-view.ts';

const guests = { '5': { name: 'Eve', sinceMs: 0 } };

describe('the access view of a leg', () => {
  it("reads nothing in the chat of the deployment's owner", async () => {
    const clock = manualClock();
    const record = memoryAccess(clock, { guests });
    const view = openAccessView({ store: record.open(), clock, ownerId: '1' }, aLaneId('1'));
    expect(await view()).toEqual({ ownerId: '1', guests: {}, groups: {} });
    expect(record.reads()).toBe(0);
  });

  it('reads past what an earlier leg of the same process knows, then every ten seconds, once for all who ask', async () => {
    const clock = manualClock();
    const record = memoryAccess(clock, { guests });
    const store = record.open();
    await store.read(30_000);
    await record.open().update((before) => revoke(before, '5'));
    const reads = record.reads();
    const view = openAccessView({ store, clock, ownerId: '1' }, aLaneId('5'));
    expect(await Promise.all([view(), view()])).toEqual([
      { ownerId: '1', guests: {}, groups: {} },
      { ownerId: '1', guests: {}, groups: {} },
    ]);
    await clock.advance(9_999);
    await view();
    expect(record.reads() - reads).toBe(1);
    await clock.advance(1);
    await view();
    expect(record.reads() - reads).toBe(2);
  });

  it('does not go on with an old answer when there is no new one, and asks again', async () => {
    const clock = manualClock();
    const answers = [true, false, true];
    const store = {
      ...memoryAccess(clock).open(),
      read: async () => {
        if (answers.shift() === false) throw new RetryableError('throttled');
        return { ...EMPTY_ACCESS, guests };
      },
    };
    const view = openAccessView({ store, clock, ownerId: '1' }, aLaneId('5'));
    await view();
    await clock.advance(10_000);
    await expect(view()).rejects.toThrow('throttled');
    expect((await view()).guests).toEqual(guests);
  });
});
