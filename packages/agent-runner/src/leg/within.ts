import type { Clock } from '@agent-claw/core';

/**
 * Waits for a call no longer than `limitMs` and no longer than until `signal` aborts; then the call's own signal aborts and
 * nobody waits for it any more. @returns undefined when the call was given up.
 */
export const within = async <T>(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> => {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    return await Promise.race([call(either), clock.sleep(limitMs, either).then(() => undefined)]);
  } finally {
    over.abort();
  }
};
