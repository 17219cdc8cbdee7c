// `pnpm simulate`: looks for schedules of faults under which a promise breaks. See docs/testing.md.
import { parseArgs } from 'node:util';
import { BUGS } from '../bugs/index.ts';
import { SEEDS_THAT_FAILED } from '../seeds.ts';
import { bundleSimulation } from './bundle-simulation.ts';
import type { Bundle } from './bundle-simulation.ts';
import type { PlantedBug } from './planted-bug.ts';
import { reportOf } from './report.ts';
import { runSeeds, seedsFrom, showSeed } from './run-seeds.ts';

const USAGE = `Runs the simulation.
  --seeds N     run N schedules (default 10000), after those that failed once
  --from S      begin at seed S (default 1)
  --minutes M   stop after M minutes
  --seed S      run only this seed and print its history
  --bug NAME    plant a bug first: ${BUGS.map(({ name }) => name).join(', ')}`;

const SHOWN_FAILURES = 5;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const numberOf = (name: string, text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new Error(`--${name} takes a number, not "${text}".\n${USAGE}`);
  return value;
};

const bugNamed = (name: string): PlantedBug => {
  const bug = BUGS.find((each) => each.name === name);
  if (bug === undefined) throw new Error(`There is no planted bug "${name}".\n${USAGE}`);
  return bug;
};

/** @returns whether the seed's schedule went well. */
const show = async (bundle: Bundle, seed: number): Promise<boolean> => {
  const { history, problems } = await showSeed(bundle, seed);
  print([`History of seed ${seed}:`, ...history.map((line) => `  ${line}`)].join('\n'));
  print([`\nProblems of seed ${seed}: ${problems.length}`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
  return problems.length === 0;
};

const main = async (args: readonly string[]): Promise<boolean> => {
  const { values } = parseArgs({
    // pnpm passes on the `--` that npm takes away.
    args: args.filter((arg) => arg !== '--'),
    options: {
      seeds: { type: 'string', default: '10000' },
      from: { type: 'string', default: '1' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      bug: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    print(USAGE);
    return true;
  }
  await using bundle = await bundleSimulation(values.bug === undefined ? undefined : bugNamed(values.bug));
  if (values.seed !== undefined) return await show(bundle, numberOf('seed', values.seed));

  const news = seedsFrom(numberOf('from', values.from), numberOf('seeds', values.seeds));
  const summary = await runSeeds(bundle, [...SEEDS_THAT_FAILED, ...news], {
    limitMs: values.minutes === undefined ? Number.POSITIVE_INFINITY : numberOf('minutes', values.minutes) * 60_000,
  });
  print(reportOf(summary));
  const [first] = summary.failures;
  if (first === undefined) return true;
  for (const { seed, problems } of summary.failures.slice(0, SHOWN_FAILURES))
    print([`Seed ${seed}:`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
  print('');
  await show(bundle, first.seed);
  print(
    `\nSee it again with: pnpm simulate --seed ${first.seed}${values.bug === undefined ? '' : ` --bug ${values.bug}`}`,
  );
  return false;
};

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
