import { TYPING_EVERY_MS } from './limits.ts';
import type { Outbox } from './send-part.ts';

/** Shows "typing" until disposed. The first one has already gone out with the webhook's answer. */
export const keepTyping = (outbox: Pick<Outbox, 'clock' | 'keeper' | 'log' | 'messenger' | 'to'>): AsyncDisposable => {
  const stopped = new AbortController();
  const over = AbortSignal.any([stopped.signal, outbox.keeper.lost]);
  const run = async (): Promise<void> => {
    while (!over.aborted) {
      await outbox.clock.sleep(TYPING_EVERY_MS, over);
      if (over.aborted || !outbox.keeper.maySend()) return;
      // Best effort: a missing typing sign is nothing to fail a turn for.
      await outbox.messenger.typing(outbox.to).catch((error: unknown) => outbox.log.error('typing_failed', error));
    }
  };
  const running = run();
  return {
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await running;
    },
  };
};
