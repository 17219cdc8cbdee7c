import type { Permit, WaitOutcome } from '@agent-claw/core';
import type { Call, Kind } from './fault-ids.ts';
import type { Process } from './process.ts';
import type { RemoteDeps } from './remote-call.ts';
import type { StaleCall } from './sightings.ts';
import { watchPace } from './watch-pace.ts';

export interface BotApiRequest<T> {
  readonly call: Call;
  readonly what: string;
  readonly laneId: string;
  readonly permit: Permit;
  readonly effect: () => T;
  /** What the client makes of an answer that did not come, or of a server error. */
  readonly doubt: T;
  readonly refused?: T;
}

type Answer<T> = T | WaitOutcome | { readonly kind: 'withheld' };

/** The way to the Bot API and back, with what goes wrong on it. */
export interface BotApi {
  /** One request: the client asks for leave, the effect happens or not, the answer comes or not. */
  request<T>(process: Process, wanted: BotApiRequest<T>): Promise<Answer<T>>;
  readonly staleCalls: readonly StaleCall[];
  /** A lease was granted: whoever had the one before it is to be silent from here on. */
  granted(laneId: string, fence: number): void;
}

export interface BotApiDeps extends RemoteDeps {
  readonly fenceOf: (process: Process) => number;
  readonly tell: (problem: string) => void;
}

export const createBotApi = (deps: BotApiDeps): BotApi => {
  const { timeline, random, faults, note, fenceOf } = deps;
  const seeCall = watchPace(timeline, deps.tell);
  const staleCalls: StaleCall[] = [];
  const highestFence = new Map<string, number>();
  const quietUntilMs = new Map<string, number>();
  const granted = (laneId: string, fence: number): void =>
    void highestFence.set(laneId, Math.max(highestFence.get(laneId) ?? 0, fence));

  const request = <T>(process: Process, wanted: BotApiRequest<T>): Promise<Answer<T>> => {
    if (!process.isAlive()) return new Promise(() => {});
    const { call, laneId, what, permit, effect, doubt } = wanted;
    const mayLastMs = permit();
    if (mayLastMs === null) return Promise.resolve({ kind: 'withheld' });
    seeCall(process, laneId, call, what);
    const fence = fenceOf(process);
    const above = highestFence.get(laneId) ?? 0;
    if (fence < above) staleCalls.push({ atMs: timeline.now(), what, fence, above });

    const kind: Kind | null = faults.onCall(call);
    const isSlow = faults.on('T7.slow');
    const waitMs = faults.on('T1.short_wait')
      ? random.int(1, 5) * 1_000
      : faults.on('T1.long_wait')
        ? random.int(6, 90) * 1_000
        : 0;
    const isNotConnected = faults.on('T4.not_connected');
    const isTokenBad = faults.on('R2.token_rotated');
    const isServerError = faults.on('T2.server_error');
    const isBadMarkup = faults.on('T5.bad_markup');

    return new Promise((resolve) => {
      const answer = (outcome: Answer<T>, afterMs = 0): void => {
        timeline.after(afterMs, () => process.deliver(() => resolve(outcome)));
      };
      const fire = (id: Parameters<typeof faults.fire>[0]): void => {
        faults.fire(id);
        note(process.name, `FAULT ${id}`);
      };
      const silence = (ms: number): WaitOutcome => {
        quietUntilMs.set(laneId, Math.max(quietUntilMs.get(laneId) ?? 0, timeline.now() + ms));
        return { kind: 'wait', retryAfterMs: ms };
      };
      const arrive = (): void => {
        const quietMs = (quietUntilMs.get(laneId) ?? 0) - timeline.now();
        if (quietMs > 0) return answer({ kind: 'wait', retryAfterMs: Math.ceil(quietMs / 1_000) * 1_000 });
        if (waitMs > 0) {
          fire(waitMs > 5_000 ? 'T1.long_wait' : 'T1.short_wait');
          return answer(silence(waitMs));
        }
        if (isNotConnected) {
          fire('T4.not_connected');
          return answer({ kind: 'wait', retryAfterMs: 5_000 });
        }
        if (isTokenBad) {
          fire('R2.token_rotated');
          return answer({ kind: 'wait', retryAfterMs: 60_000 });
        }
        if (isServerError) {
          fire('T2.server_error');
          return answer(doubt);
        }
        if (kind === 'refused') {
          fire(`${call}.refused` as Parameters<typeof faults.fire>[0]);
          return answer(wanted.refused ?? doubt);
        }
        const outcome = effect();
        if (kind === null || !process.isAlive()) return answer(outcome);
        fire(`${call}.${kind}` as Parameters<typeof faults.fire>[0]);
        switch (kind) {
          case 'crash':
            return process.die();
          case 'frozen':
            process.freeze(random.int(40_000, 440_000));
            return answer(outcome);
          case 'lost':
            return answer(doubt, random.int(100, Math.max(100, Math.min(10_000, mayLastMs))));
        }
      };
      const latencyMs = random.int(40, 250);
      if (isSlow) {
        fire('T7.slow');
        const slowMs = random.int(1_000, 12_000);
        // The client gives up at its limit; whether the request was carried out by then is the server's secret.
        if (slowMs < Math.min(mayLastMs, 10_000)) return timeline.after(slowMs, arrive);
        const limitMs = Math.min(mayLastMs, 10_000);
        if (random.chance(0.5)) timeline.after(random.int(0, limitMs), () => void effect());
        return answer(doubt, limitMs);
      }
      if (!isBadMarkup) return timeline.after(latencyMs, arrive);
      timeline.after(latencyMs, () => {
        fire('T5.bad_markup');
        process.deliver(() => {
          if (permit() === null) resolve({ kind: 'withheld' });
          else timeline.after(latencyMs, arrive);
        });
      });
    });
  };

  return { request, staleCalls, granted };
};
