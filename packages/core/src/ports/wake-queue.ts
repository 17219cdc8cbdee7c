import type { LaneId } from '../ids.ts';

/** Rings a lane: "make progress". A wake has no content; doubled or late ones do no harm. */
export interface WakeQueue {
  /** @throws RetryableError when the queue refuses or does not answer; ringing again is safe. */
  ring(laneId: LaneId, options?: { readonly delayS?: number }): Promise<void>;
}

/** The wake that this invocation answers. */
export interface WakeReceipt {
  /** Hides the wake for `seconds` from now: short, so that a crash costs a minute and not the queue's full visibility. */
  hideFor(seconds: number): Promise<void>;
}
