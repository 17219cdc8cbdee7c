import type { ScheduleResult } from '../src/run-schedule.ts';

/** What many schedules came to. */
export interface Summary {
  readonly schedules: number;
  readonly events: number;
  readonly seconds: number;
  readonly fired: Readonly<Record<string, number>>;
  readonly recovered: Readonly<Record<string, number>>;
  /** Schedules with a problem, in the order of their seeds. */
  readonly failures: readonly ScheduleResult[];
}

export const EMPTY: Summary = { schedules: 0, events: 0, seconds: 0, fired: {}, recovered: {}, failures: [] };

/** Adds up results as they come. */
export const createTally = () => {
  const startedAtMs = performance.now();
  const total = { schedules: 0, events: 0 };
  const fired: Record<string, number> = {};
  const recovered: Record<string, number> = {};
  const failures: ScheduleResult[] = [];
  return {
    add: (result: ScheduleResult): void => {
      total.schedules += 1;
      total.events += result.events;
      count(fired, result.fired);
      count(recovered, result.recovered);
      if (result.problems.length > 0) failures.push(result);
    },
    summary: (): Summary => ({
      ...total,
      seconds: (performance.now() - startedAtMs) / 1000,
      fired,
      recovered,
      failures: failures.sort((a, b) => a.seed - b.seed),
    }),
  };
};

const count = (sum: Record<string, number>, more: Readonly<Record<string, number>>): void => {
  for (const [key, times] of Object.entries(more)) sum[key] = (sum[key] ?? 0) + times;
};
