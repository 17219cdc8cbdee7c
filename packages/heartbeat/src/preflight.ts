import { isEffectivelyEmpty } from '@agent-claw/core';
import type { LaneId, Mailbox, WorkspaceStore } from '@agent-claw/core';
import { isWithinActiveHours } from './active-hours.ts';

export interface PreflightDeps {
  readonly mailbox: Pick<Mailbox, 'glance'>;
  readonly workspace: Pick<WorkspaceStore, 'read'>;
  /** Null while there is no bot or no owner. */
  readonly laneId: LaneId | null;
  readonly timeZone: string;
  readonly activeHours: string;
}

export type PreflightOutcome =
  | { readonly kind: 'due'; readonly laneId: LaneId }
  | {
      readonly kind: 'skipped';
      readonly reason: 'no_owner' | 'outside_active_hours' | 'switched_off' | 'nothing_to_check' | 'lane_busy';
    };

/**
 * Decides without a model whether a check is worth a turn; the cheapest questions come first. A missing HEARTBEAT.md
 * counts as empty: nobody pays for checks that nobody asked for.
 */
export const createPreflight =
  (deps: PreflightDeps) =>
  async (nowMs: number): Promise<PreflightOutcome> => {
    if (deps.laneId === null) return { kind: 'skipped', reason: 'no_owner' };
    if (!isWithinActiveHours(deps.activeHours, deps.timeZone, nowMs))
      return { kind: 'skipped', reason: 'outside_active_hours' };
    const file = await deps.workspace.read('HEARTBEAT.md');
    if (file === null || isEffectivelyEmpty(file.content)) return { kind: 'skipped', reason: 'nothing_to_check' };
    const { isIdle, settings } = await deps.mailbox.glance(deps.laneId, nowMs);
    if (settings.heartbeat === false) return { kind: 'skipped', reason: 'switched_off' };
    if (!isIdle) return { kind: 'skipped', reason: 'lane_busy' };
    return { kind: 'due', laneId: deps.laneId };
  };
