import { accessListOf, EMPTY_ACCESS, isPrivateLane, laneAddressOf } from '@agent-claw/core';
import type { AccessList, AccessStore, Clock, Lane, LaneId } from '@agent-claw/core';
import { ACCESS_REREAD_MS } from '../leg/limits.ts';

/**
 * Who may be written to at this moment, for one leg. `maxAgeMs` asks for a newer answer than the usual one.
 * @throws RetryableError when the store does not answer: nothing is sent on the strength of an old answer.
 */
export type AccessView = (maxAgeMs?: number) => Promise<AccessList>;

/**
 * Tells from the lane itself that its access may just have gone: in somebody's private chat nobody else says stop, except the
 * owner who has revoked it. How old an answer may be then; undefined: as old as usual.
 */
export const ageAllowedIn = (lane: Lane): number | undefined => {
  const { place } = laneAddressOf(lane.laneId);
  return Object.values(lane.inbox).some(({ kind, sender }) => kind === 'stop' && sender.id !== place) ? 0 : undefined;
};

export interface AccessViewDeps {
  readonly store: AccessStore;
  readonly clock: Pick<Clock, 'now'>;
  /** Whom the deployment names as owner; empty when it names nobody. */
  readonly ownerId: string;
}

/**
 * Reads the record when the leg first asks, past every cache, and again when that is ten seconds old: access that was taken
 * away while a message waited, or while its answer is written, is gone. The chat of the deployment's own owner cannot lose it
 * and costs no read.
 */
export const openAccessView = ({ store, clock, ownerId }: AccessViewDeps, laneId: LaneId): AccessView => {
  const own = accessListOf(EMPTY_ACCESS, ownerId);
  if (isPrivateLane(laneAddressOf(laneId), own)) return async () => own;
  const state: { list?: AccessList; asOfMs: number; reading?: Promise<AccessList> | undefined } = { asOfMs: 0 };
  const read = async (): Promise<AccessList> => {
    const asOfMs = clock.now();
    state.list = accessListOf(await store.read(0), ownerId);
    state.asOfMs = asOfMs;
    return state.list;
  };
  return async (maxAgeMs = ACCESS_REREAD_MS) => {
    if (state.list !== undefined && clock.now() - state.asOfMs < maxAgeMs) return state.list;
    // A read that is under way may have begun too early for it.
    if (maxAgeMs === 0) return read();
    state.reading ??= read().finally(() => {
      state.reading = undefined;
    });
    return state.reading;
  };
};
