import { availableParallelism } from 'node:os';
import type { ScheduleResult } from '../src/run-schedule.ts';
import type { Bundle } from './bundle-simulation.ts';
import { openThread } from './schedule-thread.ts';
import { createTally } from './summary.ts';
import type { Summary } from './summary.ts';

export const CORES = availableParallelism();

export interface RunSeedsOptions {
  /** Begin nothing new after so many milliseconds. */
  readonly limitMs?: number;
}

/** Runs the schedules of the seeds, begun in order and spread over the cores. */
export const runSeeds = async (
  bundle: Bundle,
  seeds: Iterable<number>,
  { limitMs = Number.POSITIVE_INFINITY }: RunSeedsOptions = {},
): Promise<Summary> => {
  const tally = createTally();
  const waiting = seeds[Symbol.iterator]();
  const endsAtMs = performance.now() + limitMs;
  const work = async (): Promise<void> => {
    await using thread = openThread(bundle);
    // Not `for … of`: leaving such a loop would close the iterator that the other threads share.
    while (performance.now() < endsAtMs) {
      const { done, value: seed } = waiting.next();
      if (done === true) return;
      tally.add(await thread.run({ seed, keepHistory: false }));
    }
  };
  await Promise.all(Array.from({ length: CORES }, work));
  return tally.summary();
};

/** Runs one seed for its readable history. */
export const showSeed = async (bundle: Bundle, seed: number): Promise<ScheduleResult> => {
  await using thread = openThread(bundle);
  return await thread.run({ seed, keepHistory: true });
};

/** Seeds from one number up. */
export function* seedsFrom(first: number, count: number): Generator<number> {
  for (let seed = first; seed < first + count; seed += 1) yield seed;
}
