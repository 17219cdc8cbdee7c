import { bundleSimulation } from './bundle-simulation.ts';
import type { Bundle } from './bundle-simulation.ts';
import type { PlantedBug } from './planted-bug.ts';
import { CORES } from './run-seeds.ts';
import { openThread } from './schedule-thread.ts';

/** What became of a planted bug. */
export interface Hunt {
  readonly bug: string;
  /** The first seed that goes wrong with the bug and right without it; null when there is none. */
  readonly foundAt: number | null;
  /** What the judge said there. */
  readonly problem: string;
  readonly seconds: number;
}

/** Looks for each bug in seeds 1, 2, 3 … up to `maxSeeds`, one bug per core at a time. */
export const huntBugs = async (bugs: readonly PlantedBug[], maxSeeds: number): Promise<readonly Hunt[]> => {
  await using clean = await bundleSimulation();
  const waiting = bugs.values();
  const hunts: Hunt[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next())
      hunts.push(await hunt(clean, next.value, maxSeeds));
  };
  await Promise.all(Array.from({ length: CORES }, work));
  return hunts.sort((a, b) => a.bug.localeCompare(b.bug));
};

const hunt = async (clean: Bundle, bug: PlantedBug, maxSeeds: number): Promise<Hunt> => {
  const startedAtMs = performance.now();
  await using bundle = await bundleSimulation(bug);
  await using planted = openThread(bundle);
  await using control = openThread(clean);
  const result = (foundAt: number | null, problem: string): Hunt => ({
    bug: bug.name,
    foundAt,
    problem,
    seconds: (performance.now() - startedAtMs) / 1000,
  });
  for (let seed = 1; seed <= maxSeeds; seed += 1) {
    const order = { seed, keepHistory: false };
    const problem = (await planted.run(order)).problems.find((each) => bug.shows.test(each));
    // A seed that goes wrong without the bug too says nothing about it.
    if (problem !== undefined && (await control.run(order)).problems.length === 0) return result(seed, problem);
  }
  return result(null, '');
};
