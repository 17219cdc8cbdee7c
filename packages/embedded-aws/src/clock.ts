/** The only source of time in the embedded services: visibility, long polling, schedules, time-outs and latency all ask it. */
export interface EmbeddedClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `run` once at `atMs` or right after it; a time in the past means "as soon as possible". @returns cancels it. */
  schedule(atMs: number, run: () => void): () => void;
}

/** A clock that moves only when told to. */
export interface ManualClock extends EmbeddedClock {
  /** Moves time forward and runs every timer that falls due, in order of time, each seeing its own due time as now. */
  advance(ms: number): Promise<void>;
}

// Node's timers take 31 bits; a longer wait is cut into pieces.
const MAX_TIMER_MS = 2_000_000_000;

/** Real time. Its timers do not keep the process alive. */
export const systemClock: EmbeddedClock = {
  now: () => Date.now(),
  schedule(atMs, run) {
    const arm = (): NodeJS.Timeout => {
      const waitMs = Math.max(0, atMs - Date.now());
      return waitMs > MAX_TIMER_MS
        ? setTimeout(() => (timer = arm()), MAX_TIMER_MS).unref()
        : setTimeout(run, waitMs).unref();
    };
    let timer = arm();
    return () => clearTimeout(timer);
  },
};

/** @param startMs what `now()` says at first. */
export const manualClock = (startMs = 1_800_000_000_000): ManualClock => {
  let nowMs = startMs;
  let order = 0;
  const timers = new Set<{ atMs: number; order: number; run: () => void }>();
  const nextDue = (untilMs: number) =>
    [...timers].filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
  return {
    now: () => nowMs,
    schedule(atMs, run) {
      const timer = { atMs, order: order++, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.run();
        // What the timer woke up may set a timer of its own that is due within this same advance.
        await new Promise((resolve) => setImmediate(resolve));
      }
      nowMs = untilMs;
    },
  };
};

/** Resolves after `ms` of the clock's time, or at once when `signal` aborts. */
export const wait = (clock: EmbeddedClock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.schedule(clock.now() + ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
    if (signal?.aborted === true) finish();
  });
