import { TYPING_END_MS, TYPING_EVERY_MS } from '../leg/limits.ts';
import type { Outbox } from './outbox.ts';

/** Shows "typing" until disposed. The first one has already gone out with the webhook's answer. */
export const keepTyping = ({ chat, clock, keeper, log, metrics }: Omit<Outbox, 'ledger'>): AsyncDisposable => {
  const stopped = new AbortController();
  const over = AbortSignal.any([stopped.signal, keeper.lost]);
  const run = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(TYPING_EVERY_MS, over);
      if (over.aborted) return;
      try {
        if ((await chat.typing()).kind === 'failed') metrics.count('typing_failed');
      } catch (error) {
        // Best effort: a missing typing sign is nothing to fail a turn for.
        log.error('typing_failed', error);
        metrics.count('typing_failed');
      }
    }
  };
  const running = run();
  return {
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      const inTime = new AbortController();
      // A slow sign must not hold up the answer; it ends by its own limit.
      await Promise.race([running, clock.sleep(TYPING_END_MS, inTime.signal)]);
      inTime.abort();
    },
  };
};
