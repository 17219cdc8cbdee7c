import type { EntryId, TurnCall, TurnEvent, TurnId } from '@agent-claw/core';

type Numbered<T> = T extends unknown ? Omit<T, 'seq'> : never;
/** An event of a script: the run numbers it. */
export type ScriptedEvent =
  | Numbered<TurnEvent>
  /** Ends the stream without an ending, once. */
  | { readonly type: 'cut' }
  /** Nothing is said until then. */
  | { readonly type: 'wait'; readonly until: Promise<unknown> };

/** What a turn does: read only as far as somebody views it. `offered` tells what has been steered into it so far. */
export type Script = (call: TurnCall, offered: () => readonly EntryId[]) => Iterable<ScriptedEvent>;

type Done = Extract<TurnEvent, { type: 'done' }>;

/** One run of a script: every viewer is told the same events. */
export interface ScriptedRun {
  readonly turnId: TurnId;
  view(afterSeq: number, signal: AbortSignal): AsyncGenerator<TurnEvent>;
  offer(messages: TurnCall['messages']): void;
  stop(): void;
  /** Another turn has taken the lane: the viewers are told so. */
  supersede(): void;
  isWorking(): boolean;
  hasFailed(): boolean;
}

export const createScriptedRun = (call: TurnCall, script: Script, save: (done: Done) => void): ScriptedRun => {
  const offered = new Set<EntryId>();
  const events = script(call, () => [...offered])[Symbol.iterator]();
  const steps: ScriptedEvent[] = [];
  const ended = Promise.withResolvers<void>();
  const state = { endedBy: null as 'stop' | 'superseded' | null, ending: null as TurnEvent['type'] | null, cuts: 0 };

  const said = (): string => steps.map((step) => (step.type === 'text' ? step.delta : '')).join('');
  const last = (): ScriptedEvent =>
    state.endedBy === 'superseded'
      ? { type: 'refused', reason: 'stale_fence' }
      : { type: 'done', reply: said(), consumed: call.messages.map(({ id }) => id), ending: 'stopped' };
  /** The script's step at this place, read when the first viewer comes to it; what ends the run early comes after what was said. */
  const stepAt = (index: number): ScriptedEvent | undefined => {
    if (index === steps.length && state.ending === null) {
      const next = state.endedBy === null ? events.next() : { done: false, value: last() };
      if (next.done !== true) steps.push(next.value);
    }
    return steps[index];
  };
  const endBy = (reason: 'stop' | 'superseded'): void => {
    state.endedBy ??= reason;
    ended.resolve();
  };
  const noteEnding = (event: TurnEvent): void => {
    if (event.type !== 'done' && event.type !== 'failed' && event.type !== 'refused') return;
    state.ending = event.type;
    if (event.type === 'done') save(event);
  };

  return {
    turnId: call.turnId,
    async *view(afterSeq, signal) {
      const left = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => left.resolve(), { once: true });
      let seq = 0;
      let cuts = 0;
      for (let index = 0; !signal.aborted; index += 1) {
        const step = stepAt(index);
        if (step === undefined) return;
        if (step.type === 'wait') await Promise.race([step.until, ended.promise, left.promise]);
        else if (step.type === 'cut') {
          cuts += 1;
          if (cuts <= state.cuts) continue;
          state.cuts = cuts;
          return;
        } else {
          seq += 1;
          const event = { seq, ...step };
          noteEnding(event);
          if (seq > afterSeq) yield event;
        }
      }
    },
    offer: (messages) => {
      for (const { id } of messages) offered.add(id);
    },
    stop: () => endBy('stop'),
    supersede: () => endBy('superseded'),
    isWorking: () => state.ending === null && state.endedBy === null,
    hasFailed: () => state.ending === 'failed' || state.ending === 'refused',
  };
};
