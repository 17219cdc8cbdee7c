import { describe, expect, it } from 'vitest';
import { isTimeZone, isWithinActiveHours } from './active-hours.ts';

const at = (iso: string): number => Date.parse(iso);

describe('isWithinActiveHours', () => {
  it.each([
    ['08:00-23:00', 'UTC', '2026-11-21T08:00:00Z', true],
    ['08:00-23:00', 'UTC', '2026-11-21T07:59:59Z', false],
    ['08:00-23:00', 'UTC', '2026-11-21T22:59:59Z', true],
    ['08:00-23:00', 'UTC', '2026-11-21T23:00:00Z', false],
    ['08:00-23:00', 'Asia/Tokyo', '2026-11-20T23:30:00Z', true],
    ['08:00-23:00', 'America/New_York', '2026-07-01T12:30:00Z', true],
    ['08:00-23:00', 'America/New_York', '2026-12-01T12:30:00Z', false],
    ['22:00-06:00', 'UTC', '2026-11-21T02:00:00Z', true],
    ['22:00-06:00', 'UTC', '2026-11-21T06:00:00Z', false],
    ['08:00-24:00', 'UTC', '2026-11-21T23:59:00Z', true],
    ['09:00-09:00', 'UTC', '2026-11-21T09:00:00Z', false],
    ['', 'UTC', '2026-11-21T03:00:00Z', true],
    ['mornings', 'UTC', '2026-11-21T03:00:00Z', true],
    ['08:00-25:00', 'UTC', '2026-11-21T03:00:00Z', true],
  ])('%s in %s at %s: %s', (hours, zone, iso, expected) => {
    expect(isWithinActiveHours(hours, zone, at(iso))).toBe(expected);
  });
});

it('knows a time zone from an invention', () => {
  expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
});
