import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a schedule calls. */
export interface ScheduleTarget {
  readonly Arn: string;
  readonly RoleArn: string;
  readonly Input?: string;
  readonly RetryPolicy?: { readonly MaximumRetryAttempts?: number; readonly MaximumEventAgeInSeconds?: number };
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly [other: string]: unknown;
}

/** A schedule as the API shows it, dates in epoch seconds. */
export interface Schedule {
  readonly Name: string;
  readonly GroupName: string;
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone: string;
  readonly State: 'ENABLED' | 'DISABLED';
  readonly FlexibleTimeWindow: { readonly Mode: 'OFF' | 'FLEXIBLE'; readonly MaximumWindowInMinutes?: number };
  readonly Target: ScheduleTarget;
  readonly ActionAfterCompletion: 'NONE' | 'DELETE';
  readonly Description?: string;
  readonly StartDate?: number;
  readonly EndDate?: number;
  readonly CreationDate: number;
  readonly LastModificationDate: number;
}

/** The schedules, kept across restarts. */
export interface ScheduleStore {
  get(key: string): Schedule | undefined;
  put(schedule: Schedule): void;
  remove(key: string): void;
  all(): readonly Schedule[];
}

/** `group/name`, as in the ARN. */
export const scheduleKey = ({ GroupName, Name }: Pick<Schedule, 'GroupName' | 'Name'>): string =>
  `${GroupName}/${Name}`;

/** @param file null keeps them in memory. */
export const openScheduleStore = (file: string | null): ScheduleStore => {
  const saved = file !== null && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Schedule[]) : [];
  const schedules = new Map(saved.map((schedule) => [scheduleKey(schedule), schedule]));
  const save = (): void => {
    if (file === null) return;
    mkdirSync(dirname(file), { recursive: true });
    // One step, so that kill -9 leaves the old or the new file.
    writeFileSync(`${file}.new`, JSON.stringify([...schedules.values()], null, 2));
    renameSync(`${file}.new`, file);
  };
  return {
    get: (key) => schedules.get(key),
    all: () => [...schedules.values()],
    put(schedule) {
      schedules.set(scheduleKey(schedule), schedule);
      save();
    },
    remove(key) {
      schedules.delete(key);
      save();
    },
  };
};
