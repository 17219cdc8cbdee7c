import { randomUUID } from 'node:crypto';
import type { EmbeddedClock } from '../clock.ts';
import { ACCOUNT_ID, REGION } from '../service.ts';
import { parseExpression } from './expression.ts';
import { scheduleKey, type Schedule, type ScheduleStore, type ScheduleTarget } from './schedule-store.ts';

/** What the scheduler needs. */
export interface SchedulerDeps {
  readonly clock: EmbeddedClock;
  readonly store: ScheduleStore;
  /** Calls the target with the permissions of its role. @throws when the target did not take it. */
  readonly deliver: (target: ScheduleTarget, input: string) => Promise<void>;
  readonly log: (line: string) => void;
}

/** Fires schedules when they are due. */
export interface Scheduler {
  put(schedule: Schedule): void;
  remove(key: string): void;
  /** Starts firing. Before that schedules can be put, but nothing happens. */
  start(): void;
  stop(): void;
}

/** The schedule's ARN. */
export const scheduleArn = (key: string): string => `arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/${key}`;

// doc: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
const DEFAULT_ATTEMPTS = 185;
const DEFAULT_AGE_S = 86_400;

/**
 * Times that passed while nothing ran are not made up for, except a one-time schedule, which fires late rather than never.
 */
export const createScheduler = ({ clock, store, deliver, log }: SchedulerDeps): Scheduler => {
  const timers = new Map<string, () => void>();
  let running = false;

  const arm = (schedule: Schedule, afterMs: number): void => {
    const key = scheduleKey(schedule);
    disarm(key);
    if (!running || schedule.State === 'DISABLED') return;
    const dueMs = nextTime(schedule, afterMs);
    if (dueMs !== null)
      timers.set(
        key,
        clock.schedule(dueMs, () => fire(schedule, dueMs)),
      );
    else if (schedule.ActionAfterCompletion === 'DELETE') store.remove(key);
  };
  const disarm = (key: string): void => {
    timers.get(key)?.();
    timers.delete(key);
  };
  const fire = (schedule: Schedule, dueMs: number): void => {
    const attempts = (schedule.Target.RetryPolicy?.MaximumRetryAttempts ?? DEFAULT_ATTEMPTS) + 1;
    const untilMs = dueMs + (schedule.Target.RetryPolicy?.MaximumEventAgeInSeconds ?? DEFAULT_AGE_S) * 1000;
    attempt(schedule, { dueMs, executionId: randomUUID(), made: 0, attempts, untilMs });
    const isOneTime = schedule.ScheduleExpression.startsWith('at(');
    // A completed one-time schedule stays listed unless it asks to be deleted, but must not fire again after a restart.
    if (isOneTime && schedule.ActionAfterCompletion === 'NONE') store.put({ ...schedule, State: 'DISABLED' });
    arm(schedule, isOneTime ? Math.max(dueMs, clock.now()) : clock.now());
  };
  const attempt = (schedule: Schedule, run: Run): void => {
    const { Target: target } = schedule;
    deliver(target, inputOf(schedule, run)).catch((error: unknown) => {
      const key = scheduleKey(schedule);
      const made = run.made + 1;
      const retryAtMs = clock.now() + Math.min(2 ** run.made * 1000, 300_000);
      log(`Schedule ${key} did not reach ${target.Arn} (attempt ${made}): ${(error as Error).message}`);
      if (made < run.attempts && retryAtMs <= run.untilMs) {
        clock.schedule(retryAtMs, () => attempt(schedule, { ...run, made }));
        return;
      }
      const deadLetterArn = target.DeadLetterConfig?.Arn;
      if (deadLetterArn === undefined) return log(`Schedule ${key} drops this event: no attempt is left.`);
      deliver({ Arn: deadLetterArn, RoleArn: target.RoleArn }, inputOf(schedule, run)).catch((lost: unknown) =>
        log(`Schedule ${key} lost an event: ${(lost as Error).message}`),
      );
    });
  };

  return {
    put(schedule) {
      store.put(schedule);
      arm(schedule, clock.now());
    },
    remove(key) {
      disarm(key);
      store.remove(key);
    },
    start() {
      running = true;
      for (const schedule of store.all()) {
        arm(schedule, schedule.ScheduleExpression.startsWith('at(') ? 0 : clock.now());
      }
    },
    stop() {
      running = false;
      for (const key of timers.keys()) disarm(key);
    },
  };
};

interface Run {
  readonly dueMs: number;
  readonly executionId: string;
  readonly made: number;
  readonly attempts: number;
  readonly untilMs: number;
}

const nextTime = (schedule: Schedule, afterMs: number): number | null => {
  const startMs = schedule.StartDate === undefined ? null : schedule.StartDate * 1000;
  const times = parseExpression(
    schedule.ScheduleExpression,
    schedule.ScheduleExpressionTimezone,
    startMs ?? schedule.CreationDate * 1000,
  );
  const dueMs = times.next(startMs === null || times.isOneTime ? afterMs : Math.max(afterMs, startMs - 1));
  const endMs = (schedule.EndDate ?? Number.POSITIVE_INFINITY) * 1000;
  return dueMs !== null && (times.isOneTime || dueMs <= endMs) ? dueMs : null;
};

// doc: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
const inputOf = (schedule: Schedule, run: Run): string => {
  const arn = scheduleArn(scheduleKey(schedule));
  const time = new Date(run.dueMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
  const values: Readonly<Record<string, string>> = {
    'schedule-arn': arn,
    'scheduled-time': time,
    'execution-id': run.executionId,
    'attempt-number': String(run.made + 1),
  };
  const input = schedule.Target.Input ?? defaultInput(arn, time, run.executionId);
  return input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) => values[name] ?? whole);
};

const defaultInput = (arn: string, time: string, id: string): string =>
  JSON.stringify({
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: ACCOUNT_ID,
    time,
    region: REGION,
    resources: [arn],
    detail: '{}',
  });
