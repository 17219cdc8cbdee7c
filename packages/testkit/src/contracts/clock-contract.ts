import type { Clock } from '@agent-claw/core';
import { expect, it } from 'vitest';

export interface ClockWorld {
  readonly clock: Clock;
  /** Lets this much time pass. */
  readonly pass: (ms: number) => Promise<void>;
  /** How many sleeps are not over. */
  readonly pending: () => number;
}

/** The promises of `Clock`, in milliseconds so few that real time may pass. */
export const clockContract = (create: () => ClockWorld): void => {
  it('moves forward by the time that passes', async () => {
    const { clock, pass } = create();
    const before = clock.now();
    await pass(5);
    // A timer of the machine may fire a fraction of a millisecond early, which rounds to a whole one.
    expect(clock.now() - before).toBeGreaterThanOrEqual(4);
  });

  it('wakes sleepers after their time, the shorter sleep first', async () => {
    const { clock, pass } = create();
    const before = clock.now();
    const woken: number[] = [];
    const sleeps = [9, 3].map(async (ms) => {
      await clock.sleep(ms);
      woken.push(ms);
      return clock.now() - before >= ms - 1;
    });
    await pass(12);
    expect([await Promise.all(sleeps), woken]).toEqual([
      [true, true],
      [3, 9],
    ]);
  });

  it('sleeps no time at all for nothing or less', async () => {
    const { clock, pass } = create();
    const sleeps = [clock.sleep(0), clock.sleep(-1)];
    await pass(2);
    expect(await Promise.all(sleeps)).toEqual([undefined, undefined]);
  });

  it('wakes without an error at the abort, at once, and leaves nothing behind', async () => {
    const { clock, pending } = create();
    const before = pending();
    const leaving = new AbortController();
    const sleeps = [clock.sleep(3_600_000, leaving.signal), clock.sleep(3_600_000, leaving.signal)];
    const during = pending();
    leaving.abort(new Error('no reason to throw'));
    expect(await Promise.all(sleeps)).toEqual([undefined, undefined]);
    expect([during, pending()]).toEqual([before + 2, before]);
  });

  it('does not fall asleep after the abort', async () => {
    const { clock, pending } = create();
    const before = pending();
    expect(await clock.sleep(3_600_000, AbortSignal.abort())).toBe(undefined);
    expect(pending()).toBe(before);
  });
};
