import { LONGEST_WAIT_MS, MAX_SHORT_WAITS, UNREACHABLE_RETRY_MS } from '../leg/limits.ts';
import type { Outbox } from './outbox.ts';

/** Repeats a call through the short pauses that the channel asks for. A channel that keeps asking is left alone for longer. */
export const patiently = async <T extends { readonly kind: string }>(
  { clock, keeper }: Pick<Outbox, 'clock' | 'keeper'>,
  call: () => Promise<T | { readonly kind: 'wait'; readonly retryAfterMs: number }>,
): Promise<T | { readonly kind: 'wait'; readonly retryAfterMs: number }> => {
  for (let waits = 1; ; waits += 1) {
    const outcome = await call();
    if (outcome.kind !== 'wait' || !('retryAfterMs' in outcome) || outcome.retryAfterMs > LONGEST_WAIT_MS)
      return outcome;
    if (waits > MAX_SHORT_WAITS) return { kind: 'wait', retryAfterMs: UNREACHABLE_RETRY_MS };
    await clock.sleep(outcome.retryAfterMs, keeper.lost);
  }
};
