const maxRetryAfterS = 3600;

/**
 * How long the head of a queue waits after its `failures`-th failure: not at all, then 2, 4, 8, 16, 32 s, then 60 to 120 s.
 * `Retry-After` of the failing answer (0 to 3600 s) overrides the table.
 */
export const retryDelayMs = (failures: number, retryAfter: string | null, random: () => number): number => {
  if (retryAfter !== null && /^\d{1,4}$/.test(retryAfter.trim()) && Number(retryAfter) <= maxRetryAfterS)
    return Number(retryAfter) * 1000;
  if (failures <= 1) return 0;
  const delayS = 2 ** (failures - 1);
  return delayS < 60 ? delayS * 1000 : Math.round(60_000 + random() * 60_000);
};
