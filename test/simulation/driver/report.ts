import { FAULT_IDS, RECOVERY_IDS } from '../src/fault-ids.ts';
import type { Hunt } from './hunt-bugs.ts';
import type { Summary } from './summary.ts';

const COLUMNS = 4;

/** Counts in columns; what never happened is marked. */
const table = (counts: Readonly<Record<string, number>>, keys: readonly string[]): string => {
  const cells = keys.map((key) => `${key} ${counts[key] ?? 0}${(counts[key] ?? 0) === 0 ? ' (never)' : ''}`);
  const width = Math.max(0, ...cells.map((cell) => cell.length)) + 2;
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += COLUMNS)
    rows.push(
      `  ${cells
        .slice(at, at + COLUMNS)
        .map((cell) => cell.padEnd(width))
        .join('')
        .trimEnd()}`,
    );
  return rows.join('\n');
};

export const rateOf = ({ schedules, events, seconds }: Summary): string =>
  `${schedules} schedules with ${events} events in ${seconds.toFixed(1)} s: ${Math.round(schedules / seconds)} schedules per second`;

export const reportOf = (summary: Summary): string =>
  [
    rateOf(summary),
    `\nFaults that had their effect:\n${table(summary.fired, FAULT_IDS)}`,
    `\nRecoveries that ran:\n${table(summary.recovered, RECOVERY_IDS)}`,
    `\nSchedules with problems: ${summary.failures.length}`,
  ].join('\n');

/** A found bug's line. */
export const huntLine = ({ bug, foundAt, problem, seconds }: Hunt): string =>
  `  ${bug.padEnd(36)} ${foundAt === null ? 'NOT FOUND' : `seed ${foundAt}`.padEnd(10)} ${seconds.toFixed(1).padStart(5)} s  ${problem.split('\n')[0] ?? ''}`;
