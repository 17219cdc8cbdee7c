import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something that another process does. @throws Error naming what did not happen within `withinMs`, with the `context`. */
export const until = async <T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | null | false | undefined>,
  context: () => string = () => '',
): Promise<T> => {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false && seen !== undefined) return seen;
    if (performance.now() > endsAt)
      throw new Error(`Did not happen within ${withinMs / 1000} s: ${what}\n${context()}`);
    await sleep(50);
  }
};
