import { LEASE_SKEW_MARGIN_MS } from '@agent-claw/core';
import type { Log, Metrics, OpenLane, OpenLanes, WakeQueue } from '@agent-claw/core';

export interface SweepDeps {
  readonly openLanes: OpenLanes;
  readonly wakes: WakeQueue;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** `rung`: lanes that were waiting for nobody. `attended`: lanes that are being worked on, or that the channel has silenced. */
export type SweepOutcome = { readonly kind: 'swept'; readonly rung: number; readonly attended: number };

/**
 * Younger lanes have a wake on its way: one is answered within seconds, a cold start included. A function that dies before
 * its first statement leaves its wake hidden for minutes, so this and the schedule's minute are all that its lane waits.
 */
export const SWEEP_AFTER_MS = 30_000;
/** Lanes that one sweep looks at, the oldest first; the next sweep sees the rest. */
export const SWEEP_LIMIT = 100;

/**
 * Rings every lane that waits although nobody works on it: its wake was lost, given up, or never sent. A needless ring
 * does no harm. One lane that cannot be rung does not keep the others waiting.
 * @throws RetryableError when the lanes cannot be read, or when any ring failed; sweeping again is safe.
 */
export const createSweep =
  (deps: SweepDeps) =>
  async (nowMs: number): Promise<SweepOutcome> => {
    const open = await deps.openLanes.waitingSince(nowMs - SWEEP_AFTER_MS, SWEEP_LIMIT);
    const forgotten = open.filter((lane) => !isAttended(lane, nowMs));
    const rings = await Promise.allSettled(forgotten.map(({ laneId }) => deps.wakes.ring(laneId)));
    const failed = rings.find((ring) => ring.status === 'rejected');
    const rung = forgotten.filter((_, index) => rings[index]?.status === 'fulfilled');
    for (const { laneId, openSinceMs } of rung) deps.log.warn('lane_swept', { laneId, waitedMs: nowMs - openSinceMs });
    if (rung.length > 0) deps.metrics.count('lane_swept', rung.length);
    if (failed !== undefined) throw failed.reason;
    return { kind: 'swept', rung: rung.length, attended: open.length - forgotten.length };
  };

const isAttended = ({ leaseUntilMs, notBeforeMs = 0, retryAtMs = 0 }: OpenLane, nowMs: number): boolean =>
  Math.max(notBeforeMs, retryAtMs) > nowMs ||
  (leaseUntilMs !== undefined && leaseUntilMs + LEASE_SKEW_MARGIN_MS >= nowMs);
