import type { Clock, TurnEvent, TurnMessage } from '@agent-claw/core';
import type { RunEvent } from './agent/run-turn.ts';

const TEXT_INTERVAL_MS = 50;

type Numbered<T> = T extends unknown ? Omit<T, 'seq'> : never;
type Unnumbered = Numbered<TurnEvent>;

/** The record of one turn in this process: what it has said so far, and who waits for more. */
export interface TurnRun {
  readonly turnId: string;
  readonly signal: AbortSignal;
  /** Rises when a viewer with a higher fence attaches; the save carries it. */
  fence: number;
  /** `working` can be steered and stopped; in `closing` the answer stands and is being saved. */
  phase: 'working' | 'closing' | 'ended';
  /** The number of the latest event; the first one is 1. */
  lastSeq(): number;
  endedAtMs: number;
  /** What the last event was; null while there is none. Only `done` is for ever: other endings may be tried again. */
  ending: 'done' | 'failed' | 'refused' | null;
  /** Settles when the run has ended, however it ended. */
  finished: Promise<void>;
  emit(event: RunEvent): void;
  /** Says the last event; nothing follows it. */
  end(event: Extract<Unnumbered, { type: 'done' | 'failed' | 'refused' }> | null): void;
  abort(reason: 'stop' | 'superseded'): void;
  offer(messages: readonly TurnMessage[]): void;
  takeSteered(): readonly TurnMessage[];
  /** Whether the run still counts. One that does not is superseded by the question. */
  mayWrite(): Promise<boolean>;
  /** Events after `afterSeq`: those that are known at once, then live, until the last one or until `signal` aborts. */
  view(afterSeq: number, signal: AbortSignal): AsyncGenerator<TurnEvent>;
}

export interface TurnRunOptions {
  readonly turnId: string;
  readonly fence: number;
  readonly taken: readonly string[];
  /** Whether a run under this fence still owns the conversation. */
  readonly isCurrent: (fence: number) => Promise<boolean>;
  readonly clock: Clock;
}

export const createTurnRun = ({ turnId, fence, taken, isCurrent, clock }: TurnRunOptions): TurnRun => {
  const controller = new AbortController();
  const events: TurnEvent[] = [];
  const offered = new Set<string>(taken);
  let waiting: TurnMessage[] = [];
  let pendingText = '';
  let lastTextAtMs = Number.NEGATIVE_INFINITY;
  let flushPlanned = false;
  let seq = 0;
  let changed = Promise.withResolvers<void>();

  const push = (event: Unnumbered): void => {
    seq += 1;
    events.push({ ...event, seq });
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const flushText = (): void => {
    if (pendingText === '') return;
    push({ type: 'text', delta: pendingText });
    pendingText = '';
    lastTextAtMs = clock.now();
  };
  /** At most 20 text events a second: models emit hundreds of small pieces, and every event is kept for replay. */
  const addText = (delta: string): void => {
    pendingText += delta;
    const waitMs = lastTextAtMs + TEXT_INTERVAL_MS - clock.now();
    if (waitMs <= 0) return flushText();
    if (flushPlanned) return;
    flushPlanned = true;
    void clock.sleep(waitMs).then(() => {
      flushPlanned = false;
      if (run.phase !== 'ended') flushText();
    });
  };

  const run: TurnRun = {
    turnId,
    signal: controller.signal,
    fence,
    phase: 'working',
    lastSeq: () => seq,
    endedAtMs: 0,
    ending: null,
    finished: Promise.resolve(),
    emit(event) {
      if (run.phase === 'ended') return;
      if (event.type === 'text') return addText(event.delta);
      flushText();
      // Told with the event: whoever attaches later would count from then.
      push(event.type === 'tool_started' ? { ...event, startedAtMs: clock.now() } : event);
    },
    end(event) {
      if (run.phase === 'ended') return;
      flushText();
      run.phase = 'ended';
      run.endedAtMs = clock.now();
      run.ending = event?.type ?? null;
      if (event !== null) push(event);
      changed.resolve();
    },
    abort(reason) {
      controller.abort(reason);
    },
    offer(messages) {
      for (const message of messages) {
        if (offered.has(message.id)) continue;
        offered.add(message.id);
        waiting.push(message);
      }
    },
    takeSteered() {
      const handedOut = waiting;
      waiting = [];
      return handedOut;
    },
    async mayWrite() {
      const isOver = (): boolean => controller.signal.aborted || run.phase !== 'working';
      // The fence rises when a viewer attaches, so it is read at this moment.
      if (!isOver() && !(await isCurrent(run.fence))) controller.abort('superseded');
      return !isOver();
    },
    async *view(afterSeq, signal) {
      const gone = Promise.withResolvers<void>();
      const leave = (): void => gone.resolve();
      signal.addEventListener('abort', leave, { once: true });
      try {
        for (let next = 0; !signal.aborted;) {
          for (; next < events.length && !signal.aborted; next += 1) {
            const event = events[next];
            if (event !== undefined && event.seq > afterSeq) yield event;
          }
          if (next < events.length) continue;
          if (run.phase === 'ended') return;
          await Promise.race([changed.promise, gone.promise]);
        }
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
  };
  return run;
};
