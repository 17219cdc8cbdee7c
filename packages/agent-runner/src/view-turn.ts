import { RetryableError } from '@agent-claw/core';
import type { ActiveTurn, AgentRuntime, Clock, Log, RuntimeSessionId, TurnCall, TurnEvent } from '@agent-claw/core';
import type { LiveDraft } from './live-draft.ts';

export type TurnEnding =
  | Extract<TurnEvent, { type: 'done' }>
  | Extract<TurnEvent, { type: 'failed' }>
  /** A higher fence has taken over. */
  | { readonly type: 'fenced' }
  /** The container does not know the turn: it died, or never got it. */
  | { readonly type: 'unknown' }
  /** Aborted by the caller: the lease went, or the leg's time is up. The run goes on without a viewer. */
  | { readonly type: 'aborted' }
  /** The runtime could not be reached for as long as a leg waits. */
  | { readonly type: 'unreachable' };

export interface ViewTurnDeps {
  readonly runtime: AgentRuntime;
  readonly clock: Clock;
  readonly log: Log;
}

/** Pauses before asking again after a cut stream or a refused call. Their sum bounds how long an outage is sat out. */
const RECONNECT_AFTER_MS = [200, 1_000, 3_000, 6_000] as const;

/**
 * Watches a turn until it ends, through cut streams: the container owns the run, so asking again with the last `seq`
 * costs nothing and loses nothing.
 */
export const createViewTurn =
  (deps: ViewTurnDeps) =>
  async (
    session: RuntimeSessionId,
    turn: ActiveTurn,
    call: Omit<TurnCall, 'afterSeq'>,
    draft: LiveDraft | null,
    signal: AbortSignal,
  ): Promise<TurnEnding> => {
    const log = deps.log.with({ turnId: turn.id });
    let afterSeq = 0;
    let failures = 0;
    let mayStart = call.mayStart;
    while (!signal.aborted) {
      try {
        for await (const event of deps.runtime.turn(session, { ...call, afterSeq, mayStart }, signal)) {
          failures = 0;
          // Once the container has spoken it knows the turn; starting it again is a decision of its own, counted in `starts`.
          mayStart = false;
          const ending = applyEvent(event, draft);
          if (ending !== null) return ending;
          afterSeq = event.seq;
        }
        if (signal.aborted) break;
        log.warn('turn_stream_cut', { afterSeq });
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof RetryableError)) throw error;
        log.error('turn_call_failed', error);
      }
      const pauseMs = RECONNECT_AFTER_MS[failures];
      if (pauseMs === undefined) return { type: 'unreachable' };
      failures += 1;
      await deps.clock.sleep(pauseMs, signal);
    }
    return { type: 'aborted' };
  };

const applyEvent = (event: TurnEvent, draft: LiveDraft | null): TurnEnding | null => {
  switch (event.type) {
    case 'text':
      draft?.append(event.delta);
      return null;
    case 'tool_started':
      draft?.progress(event.summary);
      return null;
    case 'tool_finished':
      draft?.progress(null);
      return null;
    case 'usage':
      return null;
    case 'refused':
      return event.reason === 'stale_fence' ? { type: 'fenced' } : { type: 'unknown' };
    case 'done':
    case 'failed':
      return event;
  }
};
