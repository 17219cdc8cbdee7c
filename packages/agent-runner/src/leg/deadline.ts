import type { Clock } from '@agent-claw/core';

/** Aborts at `endsAtMs` of the injected clock; disposing lets the clock forget it. */
export const deadlineAt = (clock: Clock, endsAtMs: number): { readonly signal: AbortSignal } & Disposable => {
  const reached = new AbortController();
  const cancelled = new AbortController();
  void clock.sleep(Math.max(0, endsAtMs - clock.now()), cancelled.signal).then(() => {
    if (!cancelled.signal.aborted) reached.abort();
  });
  return { signal: reached.signal, [Symbol.dispose]: () => cancelled.abort() };
};
