import { describe, expect, it } from 'vitest';
import { parseExpression } from './expression.ts';

const NOW = Date.UTC(2026, 10, 21, 5, 0, 0);
const next = (expression: string, timeZone = 'UTC', afterMs = NOW): string | null => {
  const atMs = parseExpression(expression, timeZone, NOW).next(afterMs);
  return atMs === null ? null : new Date(atMs).toISOString();
};

// Rests on:
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
describe('schedule expression', () => {
  it.each([
    ['rate(30 minutes)', 'UTC', '2026-11-21T05:30:00.000Z'],
    ['rate(1 day)', 'UTC', '2026-11-22T05:00:00.000Z'],
    ['at(2026-12-24T18:00:00)', 'Europe/Berlin', '2026-12-24T17:00:00.000Z'],
    ['at(2020-01-01T00:00:00)', 'UTC', null],
    ['cron(0 9 * * ? *)', 'Europe/Berlin', '2026-11-21T08:00:00.000Z'],
    ['cron(0/20 * * * ? *)', 'UTC', '2026-11-21T05:20:00.000Z'],
    ['cron(15 10 ? * MON-FRI *)', 'UTC', '2026-11-23T10:15:00.000Z'],
    ['cron(15 10 ? * 2-6 *)', 'UTC', '2026-11-23T10:15:00.000Z'],
    ['cron(0 8 ? * 2#1 *)', 'UTC', '2026-12-07T08:00:00.000Z'],
    ['cron(0 8 ? * 6L *)', 'UTC', '2026-11-27T08:00:00.000Z'],
    ['cron(0 8 L * ? *)', 'UTC', '2026-11-30T08:00:00.000Z'],
    ['cron(0 8 15W * ? 2027)', 'UTC', '2027-01-15T08:00:00.000Z'],
    ['cron(0 8 1 1 ? 2020)', 'UTC', null],
    // The hour that daylight saving skips: the run happens, once.
    ['cron(30 2 29 3 ? 2026)', 'Europe/Berlin', null],
  ])('%s in %s is next due at %s', (expression, timeZone, expected) => {
    expect(next(expression, timeZone)).toBe(expected);
  });

  it('counts a rate from its anchor, however much time has passed', () => {
    expect(next('rate(30 minutes)', 'UTC', NOW + 95 * 60_000)).toBe('2026-11-21T07:00:00.000Z');
    expect(next('rate(30 minutes)', 'UTC', NOW + 30 * 60_000)).toBe('2026-11-21T06:00:00.000Z');
  });

  it.each([
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(1 week)',
    'at(2026-13-40T00:00:00)',
    'at(tomorrow)',
    'cron(0 9 * * *)',
    'cron(0 9 * * * *)',
    'cron(0 9 ? * ? *)',
    'cron(61 9 * * ? *)',
    'every 5 minutes',
  ])('%s is refused', (expression) => {
    expect(() => next(expression)).toThrow('Invalid Schedule Expression');
  });

  it('refuses a time zone that does not exist', () => {
    expect(() => next('rate(1 day)', 'Mars/Olympus')).toThrow('Mars/Olympus');
  });
});
