import type { Clock } from '@agent-claw/core';

/** Virtual time: it moves only when told to. */
export interface ManualClock extends Clock {
  /** Moves time forward, waking each sleeper at its own moment and letting what it starts run before time goes on. */
  advance(ms: number): Promise<void>;
  /** How many sleep at this moment. */
  sleepers(): number;
}

interface Sleeper {
  readonly wakeAtMs: number;
  readonly order: number;
  readonly wake: () => void;
}

export const manualClock = (startMs = 1_790_000_000_000): ManualClock => {
  const state = { nowMs: startMs, order: 0 };
  const sleepers = new Set<Sleeper>();
  const nextUntil = (endMs: number): Sleeper | undefined =>
    [...sleepers]
      .filter((sleeper) => sleeper.wakeAtMs <= endMs)
      .sort((a, b) => a.wakeAtMs - b.wakeAtMs || a.order - b.order)[0];
  return {
    now: () => state.nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const sleeper: Sleeper = {
          wakeAtMs: state.nowMs + Math.max(0, ms),
          order: state.order++,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      }),
    advance: async (ms) => {
      const endMs = state.nowMs + ms;
      await settled();
      for (let sleeper = nextUntil(endMs); sleeper !== undefined; sleeper = nextUntil(endMs)) {
        state.nowMs = Math.max(state.nowMs, sleeper.wakeAtMs);
        sleeper.wake();
        await settled();
      }
      state.nowMs = endMs;
    },
    sleepers: () => sleepers.size,
  };
};

/** Every promise that can go on without time has gone on: the event loop is entered only when no microtask is left. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
