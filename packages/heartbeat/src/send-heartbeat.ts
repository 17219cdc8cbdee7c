import { heartbeatEntry } from '@agent-claw/core';
import type { Clock, Mailbox, WakeQueue } from '@agent-claw/core';
import { createPreflight } from './preflight.ts';
import type { PreflightDeps, PreflightOutcome } from './preflight.ts';

export interface SendHeartbeatDeps extends PreflightDeps {
  readonly mailbox: Pick<Mailbox, 'glance' | 'append'>;
  readonly wakes: WakeQueue;
  readonly clock: Pick<Clock, 'now'>;
}

export type HeartbeatOutcome =
  | { readonly kind: 'sent' }
  | {
      readonly kind: 'skipped';
      readonly reason: Extract<PreflightOutcome, { kind: 'skipped' }>['reason'] | 'late' | 'full';
    };

/** A tick that comes later than this is left to the next one: the owner wants to know how things are, not how they were. */
const LATEST_MS = 25 * 60_000;

/**
 * Puts one heartbeat into the owner's lane when it is due. The scheduled minute names the entry, so a tick that fires
 * twice is answered once, and it is rung twice because the first ring may have been lost.
 */
export const createSendHeartbeat = (deps: SendHeartbeatDeps) => {
  const preflight = createPreflight(deps);
  return async (scheduledAtMs: number): Promise<HeartbeatOutcome> => {
    const nowMs = deps.clock.now();
    if (nowMs - scheduledAtMs > LATEST_MS) return { kind: 'skipped', reason: 'late' };
    const checked = await preflight(nowMs);
    if (checked.kind === 'skipped') {
      // A repeat of a tick whose ring was lost finds the lane busy with its own entry; a needless ring does no harm.
      if (checked.reason === 'lane_busy' && deps.laneId !== null) await deps.wakes.ring(deps.laneId);
      return checked;
    }
    const { laneId } = checked;
    const appended = await deps.mailbox.append({ laneId, entry: heartbeatEntry(scheduledAtMs), nowMs });
    if (appended.kind === 'full') return { kind: 'skipped', reason: 'full' };
    await deps.wakes.ring(laneId);
    return { kind: 'sent' };
  };
};
