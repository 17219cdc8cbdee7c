/** Time as a dependency; the same shape as the product's own clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const epochS = (clock: Clock): number => Math.floor(clock.now() / 1000);
