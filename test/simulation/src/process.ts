import type { Clock } from '@agent-claw/core';
import type { Timeline } from './timeline.ts';

/**
 * One Lambda invocation or one microVM. Its code goes on only through timers and answers, and both come through here: a dead
 * process gets none any more, a frozen one gets them all when it thaws.
 */
export interface Process {
  readonly name: string;
  readonly clock: Clock;
  isAlive(): boolean;
  isFrozen(): boolean;
  wasFrozen(): boolean;
  /** How far its clock is ahead of the true time. */
  readonly skewMs: number;
  /** For so long the lanes' table and the queue are out of its reach; the chat and the runtime are not. */
  cutOff(ms: number): void;
  isCutOff(): boolean;
  /** From here on none of its pending or later calls ever settles. */
  die(): void;
  /** Nothing reaches it for so long; then everything does. */
  freeze(ms: number): void;
  /** Hands something to its code, now or when it thaws. */
  deliver(hand: () => void): void;
  /** Called once, when it dies. */
  onDeath(listener: () => void): void;
}

export interface ProcessOptions {
  readonly name: string;
  readonly timeline: Timeline;
  readonly skewMs: number;
}

export const createProcess = ({ name, timeline, skewMs }: ProcessOptions): Process => {
  let alive = true;
  let frozenUntilMs = 0;
  let cutOffUntilMs = 0;
  const mourners: (() => void)[] = [];

  const deliver = (hand: () => void): boolean => {
    if (!alive) return false;
    if (frozenUntilMs > timeline.now()) {
      timeline.at(frozenUntilMs, () => deliver(hand));
      return false;
    }
    hand();
    return true;
  };

  const clock: Clock = {
    now: () => timeline.now() + skewMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        let over = false;
        const wake = (): void => {
          if (over) return;
          over = true;
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        timeline.after(Math.max(0, ms), () => !over && deliver(wake));
        signal?.addEventListener('abort', wake, { once: true });
      }),
  };

  return {
    name,
    clock,
    isAlive: () => alive,
    isFrozen: () => frozenUntilMs > timeline.now(),
    wasFrozen: () => frozenUntilMs > 0,
    skewMs,
    cutOff: (ms) => void (cutOffUntilMs = timeline.now() + ms),
    isCutOff: () => cutOffUntilMs > timeline.now(),
    die: () => {
      if (!alive) return;
      alive = false;
      for (const mourn of mourners) mourn();
    },
    freeze: (ms) => {
      frozenUntilMs = Math.max(frozenUntilMs, timeline.now() + ms);
    },
    deliver: (hand) => void deliver(hand),
    onDeath: (listener) => void mourners.push(listener),
  };
};
