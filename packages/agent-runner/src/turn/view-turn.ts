import { NOTHING_SPENT, RetryableError, spentWith } from '@agent-claw/core';
import type { AgentRuntime, Clock, Log, RuntimeSessionId, Spent, TurnCall, TurnEvent } from '@agent-claw/core';
import { STREAM_STOOD_MS } from '../leg/limits.ts';
import type { LiveDraft } from '../delivery/live-draft.ts';

export type TurnEnding =
  | Extract<TurnEvent, { type: 'done' }>
  | Extract<TurnEvent, { type: 'failed' }>
  /** A higher fence has taken over. */
  | { readonly type: 'fenced' }
  /** The container does not know the turn: it died, or never got it. */
  | { readonly type: 'unknown' }
  /** The container is gone with its microVM's life: starting the turn again would take as long again. */
  | { readonly type: 'expired' }
  /** Aborted by the caller: the lease went, or the leg's time is up. The run goes on without a viewer. */
  | { readonly type: 'aborted' }
  /** The runtime could not be reached for as long as a leg waits. The run may go on all the same. */
  | { readonly type: 'unreachable' };

export interface ViewTurnDeps {
  readonly runtime: AgentRuntime;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

/** Adds up what a turn spends, over all its starts. */
export interface Meter {
  add(call: Pick<Spent, 'inputTokens' | 'outputTokens' | 'costUsd'>): void;
  spent(): Spent;
}

export const startMeter = (): Meter => {
  const state = { spent: NOTHING_SPENT };
  return {
    add: (call) => {
      state.spent = spentWith(state.spent, call);
    },
    spent: () => state.spent,
  };
};

/** Pauses before asking again after a cut stream or a refused call. Their sum bounds how long an outage is sat out. */
const RECONNECT_AFTER_MS = [200, 1_000, 3_000, 6_000] as const;

/**
 * Watches a turn until it ends, through cut streams: the container owns the run, so asking again with the last `seq`
 * costs nothing and loses nothing.
 */
export const viewTurn = async (
  { runtime, clock, log, meter }: ViewTurnDeps,
  session: RuntimeSessionId,
  call: Omit<TurnCall, 'afterSeq'>,
  draft: LiveDraft | null,
  signal: AbortSignal,
  /** Called before a call that may begin a run although an earlier one may have begun one: what that was told may be lost. */
  mayBeginAnew: () => void = () => undefined,
): Promise<TurnEnding> => {
  let afterSeq = 0;
  let failures = 0;
  let mayStart = call.mayStart;
  while (!signal.aborted) {
    const askedAtMs = clock.now();
    try {
      for await (const event of runtime.turn(session, { ...call, afterSeq, mayStart }, signal)) {
        failures = 0;
        const ending = applyEvent(event, draft, meter);
        if (ending !== null) return ending;
        afterSeq = event.seq;
      }
      // The call was accepted. Starting the turn again is a decision of its own, counted in `starts`.
      mayStart = false;
      if (signal.aborted) break;
      log.warn('turn_stream_cut', { afterSeq });
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof RetryableError)) throw error;
      log.error('turn_call_failed', error);
    }
    // A stream that stood for a while was a working one, even if a long tool let it say nothing.
    if (clock.now() - askedAtMs > STREAM_STOOD_MS) failures = 0;
    const pauseMs = RECONNECT_AFTER_MS[failures];
    if (pauseMs === undefined) return { type: 'unreachable' };
    failures += 1;
    await clock.sleep(pauseMs, signal);
    if (mayStart) mayBeginAnew();
  }
  return { type: 'aborted' };
};

const applyEvent = (event: TurnEvent, draft: LiveDraft | null, meter: Meter): TurnEnding | null => {
  switch (event.type) {
    case 'text':
      draft?.append(event.delta);
      return null;
    case 'tool_started':
    case 'tool_finished':
      draft?.progress(event);
      return null;
    case 'usage':
      meter.add(event);
      return null;
    case 'refused':
      return event.reason === 'stale_fence' ? { type: 'fenced' } : { type: 'unknown' };
    case 'done':
    case 'failed':
      return event;
  }
};
