import type { Clock } from './clock.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that moves only by `advance`. */
export interface ManualClock extends Clock {
  /** Moves time forward and wakes sleepers in the order of their deadlines; settled when their follow-up work has run. */
  advance(ms: number): Promise<void>;
}

export const createManualClock = (startMs = 1_795_000_000_000): ManualClock => {
  const sleepers = new Set<Sleeper>();
  let nowMs = startMs;

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = {
        atMs: nowMs + ms,
        wake: () => {
          sleepers.delete(sleeper);
          resolve();
        },
      };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });

  const advance = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms;
    for (;;) {
      await settle();
      const next = [...sleepers].filter((s) => s.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      nowMs = Math.max(nowMs, next.atMs);
      next.wake();
    }
    nowMs = untilMs;
    await settle();
  };

  return { now: () => nowMs, sleep, advance };
};

/** Lets promise chains run; immediates come after every microtask that is due. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};
