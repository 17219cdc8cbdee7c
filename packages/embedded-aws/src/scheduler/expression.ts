import { Cron } from 'croner';

/** When a schedule is due. */
export interface ScheduleTimes {
  /** True: it happens once. */
  readonly isOneTime: boolean;
  /** The first time after `afterMs`, or null when there is none any more. */
  next(afterMs: number): number | null;
}

/** A schedule expression that AWS would refuse as well. */
export class BadExpressionError extends Error {
  override readonly name = 'BadExpressionError';
}

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `rate(…)`, `at(…)` and AWS's six-field `cron(…)`.
 * doc: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * @param anchorMs a rate counts from here: the schedule's start or creation.
 * @throws BadExpressionError
 */
export const parseExpression = (expression: string, timeZone: string, anchorMs: number): ScheduleTimes => {
  assertTimeZone(timeZone);
  const [, kind, argument = ''] = /^(rate|at|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return parseRate(expression, argument, anchorMs);
  if (kind === 'at') return parseAt(expression, argument, timeZone);
  if (kind === 'cron') return parseCron(expression, argument, timeZone);
  throw invalid(expression);
};

const invalid = (expression: string, cause?: unknown): BadExpressionError =>
  new BadExpressionError(`Invalid Schedule Expression ${expression}.`, cause === undefined ? {} : { cause });

const assertTimeZone = (timeZone: string): void => {
  try {
    Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    throw new BadExpressionError(`Invalid ScheduleExpressionTimezone ${timeZone}.`, { cause: error });
  }
};

const parseRate = (expression: string, argument: string, anchorMs: number): ScheduleTimes => {
  const [, count = '', unit = '', plural] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(argument) ?? [];
  const everyMs = Number(count) * (UNIT_MS[unit] ?? 0);
  // AWS insists on the singular for one and the plural for more.
  if (everyMs === 0 || (count === '1') !== (plural === '')) throw invalid(expression);
  return {
    isOneTime: false,
    next: (afterMs) => anchorMs + Math.max(1, Math.floor((afterMs - anchorMs) / everyMs) + 1) * everyMs,
  };
};

const parseAt = (expression: string, argument: string, timeZone: string): ScheduleTimes => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(argument)) throw invalid(expression);
  const atMs = run(expression, () => new Cron(argument, { timezone: timeZone, paused: true }).nextRun(new Date(0)));
  if (atMs === null) throw invalid(expression);
  return { isOneTime: true, next: (afterMs) => (atMs > afterMs ? atMs : null) };
};

const parseCron = (expression: string, argument: string, timeZone: string): ScheduleTimes => {
  const fields = argument.split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  // Exactly one of the two day fields says "any"; the other one counts.
  if (fields.length !== 6 || (day === '?') === (weekday === '?')) throw invalid(expression);
  if ([minute, hour, month, year].some((field) => field.includes('?'))) throw invalid(expression);
  const pattern = [
    '0',
    stepped(minute, 59),
    stepped(hour, 23),
    day === '?' ? '*' : stepped(day, 31),
    stepped(month, 12),
    weekday === '?' ? '*' : fromSundayIsOne(weekday),
    stepped(year, 2199),
  ].join(' ');
  const cron = run(expression, () => new Cron(pattern, { timezone: timeZone, paused: true, mode: '7-part' }));
  return { isOneTime: false, next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() ?? null };
};

// AWS starts a step at a number (`0/5`), which croner writes as a range.
const stepped = (field: string, max: number): string =>
  field.replace(
    /(^|,)(\d+)\/(\d+)/g,
    (_, before: string, from: string, step: string) => `${before}${from}-${max}/${step}`,
  );

// AWS counts weekdays from SUN = 1, croner from 0. A step and the n-th of a month are no weekdays.
const fromSundayIsOne = (field: string): string =>
  stepped(field, 7)
    .split(',')
    .map((part) =>
      part.replace(/^([\dL-]+)(?=[#/]|$)/, (days) => days.replace(/\d+/g, (number) => String(Number(number) - 1))),
    )
    .join(',')
    .replace(/^L$/, '6');

const run = <T extends Cron | Date | null>(expression: string, make: () => T): T extends Date ? number : T => {
  try {
    const made = make();
    return (made instanceof Date ? made.getTime() : made) as T extends Date ? number : T;
  } catch (error) {
    throw invalid(expression, error);
  }
};
