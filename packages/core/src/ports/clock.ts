/** Time as a dependency: virtual in tests and simulation. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts; it never rejects, the caller looks at the signal. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
