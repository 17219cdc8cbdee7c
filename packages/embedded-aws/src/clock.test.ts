import { describe, expect, it } from 'vitest';
import { manualClock, wait } from './clock.ts';

describe('manualClock', () => {
  it('runs what falls due in order of time, each at its own moment, also what a timer adds', async () => {
    const clock = manualClock(0);
    const seen: [string, number][] = [];
    clock.schedule(20, () => seen.push(['second', clock.now()]));
    clock.schedule(10, () => {
      seen.push(['first', clock.now()]);
      clock.schedule(15, () => seen.push(['added', clock.now()]));
    });
    clock.schedule(31, () => seen.push(['too late', clock.now()]));
    clock.schedule(12, () => seen.push(['cancelled', clock.now()]))();
    await clock.advance(30);
    expect({ seen, now: clock.now() }).toEqual({
      seen: [
        ['first', 10],
        ['added', 15],
        ['second', 20],
      ],
      now: 30,
    });
  });

  it('lets a wait end early on abort', async () => {
    const abort = new AbortController();
    const waiting = wait(manualClock(), 1_000_000, abort.signal);
    abort.abort();
    await expect(waiting).resolves.toBeUndefined();
  });
});
