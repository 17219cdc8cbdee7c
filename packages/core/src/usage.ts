/** What the model calls of a turn took, as the model's provider counts. */
export interface Spent {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** What the newest call read: how full the conversation's context is. */
  readonly contextTokens: number;
  /** What the calls with a known price are about to cost. Absent when there were none. */
  readonly costUsd?: number;
}

export interface DayUsage {
  readonly turns: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** As of `Spent`. */
  readonly costUsd?: number;
}

/** What a lane has used. */
export interface LaneUsage {
  /** The newest answer; regular checks do not count here. */
  readonly last?: Spent & { readonly atMs: number };
  /** By day, `YYYY-MM-DD` in UTC, the newest 31. */
  readonly days: Readonly<Record<string, DayUsage>>;
}

const DAYS_KEPT = 31;
const DAY_MS = 24 * 3_600_000;

export const NOTHING_SPENT: Spent = { calls: 0, inputTokens: 0, outputTokens: 0, contextTokens: 0 };

export const spentWith = (
  spent: Spent,
  call: { readonly inputTokens: number; readonly outputTokens: number; readonly costUsd?: number },
): Spent => ({
  calls: spent.calls + 1,
  inputTokens: spent.inputTokens + call.inputTokens,
  outputTokens: spent.outputTokens + call.outputTokens,
  contextTokens: call.inputTokens,
  ...costOf(spent, call),
});

/** To a millionth of a dollar: sums are kept, and digits beyond it are noise. */
const costOf = (a: { readonly costUsd?: number }, b: { readonly costUsd?: number }): { readonly costUsd?: number } =>
  a.costUsd === undefined && b.costUsd === undefined
    ? {}
    : { costUsd: Math.round(((a.costUsd ?? 0) + (b.costUsd ?? 0)) * 1e6) / 1e6 };

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The lane's usage with one turn more. `isCheck`: nobody asked for it. */
export const usageWith = (
  usage: LaneUsage = { days: {} },
  { spent, isCheck, nowMs }: { readonly spent: Spent; readonly isCheck: boolean; readonly nowMs: number },
): LaneUsage => {
  const today = usage.days[dayOf(nowMs)] ?? { turns: 0, inputTokens: 0, outputTokens: 0 };
  const days = {
    ...usage.days,
    [dayOf(nowMs)]: {
      turns: today.turns + 1,
      inputTokens: today.inputTokens + spent.inputTokens,
      outputTokens: today.outputTokens + spent.outputTokens,
      ...costOf(today, spent),
    },
  };
  const newest = Object.entries(days)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(-DAYS_KEPT);
  const last = isCheck ? usage.last : { ...spent, atMs: nowMs };
  return { ...(last === undefined ? {} : { last }), days: Object.fromEntries(newest) };
};

/** The sum over the newest `days` days, today included. */
export const usageOver = ({ days }: LaneUsage, count: number, nowMs: number): DayUsage => {
  const since = dayOf(nowMs - (count - 1) * DAY_MS);
  return Object.entries(days)
    .filter(([day]) => day >= since)
    .reduce<DayUsage>(
      (sum, [, day]) => ({
        turns: sum.turns + day.turns,
        inputTokens: sum.inputTokens + day.inputTokens,
        outputTokens: sum.outputTokens + day.outputTokens,
        ...costOf(sum, day),
      }),
      { turns: 0, inputTokens: 0, outputTokens: 0 },
    );
};

/** A count of tokens as people read it: 940, 12.3k, 1.2M. */
export const tokensText = (tokens: number): string => {
  if (tokens < 1_000) return String(tokens);
  return tokens < 999_950 ? `${(tokens / 1_000).toFixed(1)}k` : `${(tokens / 1_000_000).toFixed(1)}M`;
};
