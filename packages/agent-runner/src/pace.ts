import type { Clock, Permit } from '@agent-claw/core';

/**
 * Keeps the calls to one chat apart: between the beginnings of any two lies at least the pace. Calls that somebody waits for
 * stand in line, first come first served; courtesies ask for the pause and come back.
 */
export interface Pace {
  /** How long a courtesy has to wait at this moment, in milliseconds: 0 when it may call. It yields to the whole line. */
  pauseMs(): number;
  /** Waits for a free moment without taking it, or until `over` aborts. */
  free(over: AbortSignal): Promise<void>;
  /** Waits for a free moment and takes it. When `over` aborts before, none is taken. */
  take(over: AbortSignal): Promise<void>;
  /** The permit, noting each request that it lets begin: a repeated one counts like any other. */
  noting(permit: Permit): Permit;
}

export const startPace = (clock: Clock, everyMs: number): Pace => {
  const state = { freeAtMs: 0, waiting: 0 };
  const restMs = (): number => Math.max(0, state.freeAtMs - clock.now());
  const spend = (): void => {
    state.freeAtMs = clock.now() + everyMs;
  };
  const standInLine = async (over: AbortSignal, then: () => void): Promise<void> => {
    state.waiting += 1;
    try {
      while (restMs() > 0 && !over.aborted) await clock.sleep(restMs(), over);
      // In the same breath as the look at the clock: of two that wake at once the second one sees that it was taken.
      if (!over.aborted) then();
    } finally {
      state.waiting -= 1;
    }
  };
  return {
    pauseMs: () => restMs() + (state.waiting > 0 ? everyMs : 0),
    free: (over) => standInLine(over, () => undefined),
    take: (over) => standInLine(over, spend),
    noting: (permit) => () => {
      const mayLastMs = permit();
      if (mayLastMs !== null) spend();
      return mayLastMs;
    },
  };
};
