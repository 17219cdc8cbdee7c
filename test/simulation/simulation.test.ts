import { beforeAll, describe, expect, it } from 'vitest';
import { BUGS } from './bugs/index.ts';
import { bundleSimulation } from './driver/bundle-simulation.ts';
import { huntBugs } from './driver/hunt-bugs.ts';
import type { Hunt } from './driver/hunt-bugs.ts';
import { huntLine, reportOf } from './driver/report.ts';
import { runSeeds, seedsFrom } from './driver/run-seeds.ts';
import { EMPTY } from './driver/summary.ts';
import { SEEDS_THAT_FAILED } from './seeds.ts';
import { FAULT_IDS, RECOVERY_IDS } from './src/fault-ids.ts';

const SEEDS = 10_000;
const LEAST_FIRED = 50;
const SEEDS_PER_BUG = 20_000;

const print = (text: string): void => void process.stdout.write(`\n${text}\n`);

describe('the simulation', () => {
  const state = { summary: EMPTY };
  beforeAll(async () => {
    await using bundle = await bundleSimulation();
    state.summary = await runSeeds(bundle, [...SEEDS_THAT_FAILED, ...seedsFrom(1, SEEDS)]);
    print(`Simulation: ${reportOf(state.summary)}`);
  });

  it(`keeps every promise in ${SEEDS} schedules`, () => {
    const { schedules, failures } = state.summary;
    // Each can be seen with `pnpm simulate --seed S`.
    const shown = failures.slice(0, 5).map(({ seed, problems }) => ({ seed, problems }));
    expect({ schedules, failed: failures.length, shown }).toEqual({
      schedules: SEEDS_THAT_FAILED.length + SEEDS,
      failed: 0,
      shown: [],
    });
  });

  it(`sees each fault have its effect at least ${LEAST_FIRED} times`, () => {
    const counts = FAULT_IDS.map((id) => ({ id, times: state.summary.fired[id] ?? 0 }));
    expect(counts.filter(({ times }) => times < LEAST_FIRED)).toEqual([]);
    const known = new Set<string>(FAULT_IDS);
    expect(Object.keys(state.summary.fired).filter((id) => !known.has(id))).toEqual([]);
  });

  it('takes every way of recovering', () => {
    expect(RECOVERY_IDS.filter((id) => (state.summary.recovered[id] ?? 0) === 0)).toEqual([]);
  });
});

describe('a planted bug', () => {
  const state = { hunts: [] as readonly Hunt[] };
  beforeAll(async () => {
    state.hunts = await huntBugs(BUGS, SEEDS_PER_BUG);
    print(['Planted bugs:', ...state.hunts.map(huntLine)].join('\n'));
  });

  it.each(BUGS.map(({ name, breaks }) => ({ name, breaks })))(
    `is found within ${SEEDS_PER_BUG} seeds: $name ($breaks)`,
    ({ name }) => {
      const hunt = state.hunts.find(({ bug }) => bug === name);
      expect(hunt).toMatchObject({ bug: name, foundAt: expect.any(Number) });
    },
  );
});
