import { describe, expect, it } from 'vitest';
import { NOTHING_SPENT, spentWith, tokensText, usageOver, usageWith } from './usage.ts';

const NOON = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 24 * 3_600_000;
const spent = spentWith(spentWith(NOTHING_SPENT, { inputTokens: 900, outputTokens: 20 }), {
  inputTokens: 1_100,
  outputTokens: 80,
});

describe('what a turn has spent', () => {
  it('adds up its calls and knows what the newest one read', () => {
    expect(spent).toEqual({ calls: 2, inputTokens: 2_000, outputTokens: 100, contextTokens: 1_100 });
  });
});

describe('the usage of a lane', () => {
  it('counts turns by the day in UTC, and remembers the newest answer, which a check is not', () => {
    const one = usageWith(undefined, { spent, isCheck: false, nowMs: NOON });
    const two = usageWith(one, { spent: { ...spent, outputTokens: 1 }, isCheck: true, nowMs: NOON + DAY_MS / 2 });
    expect(two).toEqual({
      last: { ...spent, atMs: NOON },
      days: {
        '2026-11-21': { turns: 1, inputTokens: 2_000, outputTokens: 100 },
        '2026-11-22': { turns: 1, inputTokens: 2_000, outputTokens: 1 },
      },
    });
  });

  it('adds up what has a known price, to a millionth of a dollar, and says nothing of money without one', () => {
    const paid = spentWith(spent, { inputTokens: 1, outputTokens: 1, costUsd: 0.000_000_4 });
    const twice = spentWith(paid, { inputTokens: 1, outputTokens: 1, costUsd: 0.1 });
    const one = usageWith(undefined, { spent, isCheck: false, nowMs: NOON - DAY_MS });
    const two = usageWith(one, { spent: twice, isCheck: false, nowMs: NOON });
    const three = usageWith(two, { spent: twice, isCheck: true, nowMs: NOON });
    expect([paid.costUsd, twice.costUsd, three.days['2026-11-20']?.costUsd, usageOver(three, 7, NOON).costUsd]).toEqual(
      [0, 0.1, undefined, 0.2],
    );
    expect(usageOver(one, 7, NOON)).toEqual({ turns: 1, inputTokens: 2_000, outputTokens: 100 });
  });

  it('sums the newest days and keeps a month of them', () => {
    let usage = usageWith(undefined, { spent, isCheck: true, nowMs: NOON });
    for (let day = 1; day < 40; day += 1)
      usage = usageWith(usage, { spent, isCheck: true, nowMs: NOON + day * DAY_MS });
    const nowMs = NOON + 39 * DAY_MS;
    expect([1, 7, 30, 99].map((days) => usageOver(usage, days, nowMs).turns)).toEqual([1, 7, 30, 31]);
  });

  it('counts nothing on a day without a turn', () => {
    const usage = usageWith(undefined, { spent, isCheck: false, nowMs: NOON });
    expect(usageOver(usage, 1, NOON + DAY_MS)).toEqual({ turns: 0, inputTokens: 0, outputTokens: 0 });
  });
});

describe('tokensText', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1.0k'],
    [12_345, '12.3k'],
    [999_949, '999.9k'],
    [999_950, '1.0M'],
  ])('says %d as %s', (tokens, text) => {
    expect(tokensText(tokens)).toBe(text);
  });
});
