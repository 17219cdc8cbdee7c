import { RetryableError } from '@agent-claw/core';
import type { Call } from './fault-ids.ts';
import type { Faults } from './faults.ts';
import type { Process } from './process.ts';
import type { Random } from './random.ts';
import type { Timeline } from './timeline.ts';

export interface RemoteDeps {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly faults: Faults;
  readonly note: (who: string, what: string) => void;
}

export interface RemoteOptions<T> {
  readonly latencyMs?: readonly [number, number];
  /** What the shipped client does when the answer is lost. Without it the caller gets a RetryableError. */
  readonly afterLost?: (result: T) => Promise<T>;
}

const never = (): Promise<never> => new Promise(() => {});
const FREEZE_MS = [40_000, 440_000] as const;
/** What a process that is cut off cannot call: the lanes' table and the queue. */
const OUT_OF_REACH = /^[LQ]\./u;
/** The table itself is slow now and then: others come in between. */
const SLOW_MS = [200, 3_000] as const;

/**
 * One call over the network: the effect happens at one moment, the answer comes at another, and anything may go wrong in
 * between. Whether the effect or the answer takes the time is drawn, so that calls of several processes interleave freely.
 */
export const remote = <T>(
  { timeline, random, faults, note }: RemoteDeps,
  process: Process,
  call: Call,
  effect: () => Promise<T>,
  { latencyMs = [2, 30], afterLost }: RemoteOptions<T> = {},
): Promise<T> => {
  if (!process.isAlive()) return never();
  return new Promise<T>((resolve, reject) => {
    const kind = faults.onCall(call);
    const isSlow = call.startsWith('L.') && faults.on('L8.slow');
    if (isSlow) faults.fire('L8.slow');
    const latency = random.int(...(isSlow ? SLOW_MS : latencyMs));
    const isEffectLate = random.chance(0.5);
    const refuse = (what: string) => reject(new RetryableError(`${call} ${what}. Another attempt may succeed.`));
    /** The answer is on its way; its receiver may be gone when it comes. */
    const answer = (hand: () => void): void => {
      if (isEffectLate) return process.deliver(hand);
      timeline.after(latency, () => process.deliver(hand));
    };
    const fire = (): boolean => {
      if (kind === null || !process.isAlive()) return false;
      faults.fire(`${call}.${kind}`);
      note(process.name, `FAULT ${call}.${kind}`);
      return true;
    };
    const arrive = async (): Promise<void> => {
      if (process.isCutOff() && OUT_OF_REACH.test(call)) {
        faults.fire('L2.cut_off');
        note(process.name, `FAULT L2.cut_off ${call}`);
        return answer(() => refuse('was refused'));
      }
      if (kind === 'refused' && fire()) return answer(() => refuse('was refused'));
      try {
        const result = await effect();
        const isHit = kind !== null && fire();
        if (isHit && kind === 'crash') return process.die();
        if (isHit && kind === 'frozen') process.freeze(random.int(...FREEZE_MS));
        if (!isHit || kind !== 'lost') return answer(() => resolve(result));
        // The client repeats the call by itself, and sometimes that answer is lost as well.
        if (afterLost === undefined || random.chance(0.4)) return answer(() => refuse('had no answer'));
        const second = await afterLost(result);
        answer(() => resolve(second));
      } catch (error) {
        answer(() => reject(error));
      }
    };
    if (isEffectLate) timeline.after(latency, () => void arrive());
    else void arrive();
  });
};
