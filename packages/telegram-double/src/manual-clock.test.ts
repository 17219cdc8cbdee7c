import { describe, expect, it } from 'vitest';
import { createManualClock } from './manual-clock.ts';

describe('manual-clock', () => {
  it('wakes sleepers in the order of their deadlines, at their time, and those they put to sleep on the way', async () => {
    const clock = createManualClock(0);
    const woken: [string, number][] = [];
    const nap = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push([name, clock.now()]);
    };
    const naps = [nap('late', 30), nap('early', 10).then(() => nap('again', 10)), nap('never', 51)];
    await clock.advance(50);
    expect([woken, clock.now()]).toEqual([
      [
        ['early', 10],
        ['again', 20],
        ['late', 30],
      ],
      50,
    ]);
    await clock.advance(1);
    await Promise.all(naps);
    expect(woken.at(-1)).toEqual(['never', 51]);
  });

  it('ends a sleep at once when it is aborted, without moving time', async () => {
    const clock = createManualClock(0);
    const stop = new AbortController();
    const sleeping = clock.sleep(1_000, stop.signal);
    stop.abort();
    await sleeping;
    await clock.sleep(1_000, AbortSignal.abort());
    expect(clock.now()).toEqual(0);
  });
});
