import { RetryableError } from '@agent-claw/core';
import type { LaneId, Log, WakeReceipt } from '@agent-claw/core';
import { wakeSchema } from '@agent-claw/protocol';
import { LONGEST_HIDE_S } from './leg/limits.ts';
import type { LegOutcome, LegRequest } from './run-leg.ts';

/** One queue message, as the runner needs it. */
export interface WakeMessage {
  readonly id: string;
  readonly body: string;
  readonly receiveCount: number;
}

export interface AnswerWakeDeps {
  readonly runLeg: (request: LegRequest, receipt: WakeReceipt) => Promise<LegOutcome>;
  readonly log: Log;
}

/** After a failed attempt the wake comes back soon, then less soon. Seconds. */
const retryAfterS = (receiveCount: number): number => Math.min(60, 2 ** Math.min(receiveCount, 6));

/** Runs a leg for one wake. @returns true when the wake may be deleted; false keeps it in the queue. */
export const createAnswerWake =
  (deps: AnswerWakeDeps) =>
  async (
    message: WakeMessage,
    receipt: WakeReceipt,
    invocation: { readonly id: string; readonly endsAtMs: number },
  ): Promise<boolean> => {
    const wake = wakeSchema.safeParse(parseJson(message.body));
    if (!wake.success) {
      // Only our own services write to this queue: such a body would fail for ever, and it carries no message of anybody.
      // Without the parser's text: it quotes what it has found.
      deps.log.error('wake_unreadable', new Error('The body is no wake of ours.'), { wakeId: message.id });
      return true;
    }
    const log = deps.log.with({ laneId: wake.data.laneId, wakeId: message.id });
    const hide = async (seconds: number): Promise<void> => {
      try {
        await receipt.hideFor(Math.min(seconds, LONGEST_HIDE_S));
      } catch (error) {
        // The wake then comes back when the time that it was hidden for last is over: later or sooner than wished, never lost.
        log.error('wake_hide_failed', error);
      }
    };
    try {
      const request = {
        laneId: wake.data.laneId as LaneId,
        wakeId: message.id,
        invocationId: invocation.id,
        endsAtMs: invocation.endsAtMs,
      };
      const outcome = await deps.runLeg(request, receipt);
      log.info('leg_ended', {
        outcome: outcome.kind,
        ...(outcome.kind === 'finished' ? { turns: outcome.turns } : {}),
      });
      if (outcome.kind === 'give_back') await hide(outcome.afterS);
      return outcome.kind !== 'give_back' && outcome.kind !== 'lease_lost';
    } catch (error) {
      log.error('leg_failed', error, { retryable: error instanceof RetryableError });
      await hide(retryAfterS(message.receiveCount));
      return false;
    }
  };

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Judged by the schema, like any other odd body.
    return undefined;
  }
};
