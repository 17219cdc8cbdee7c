import { accessListOf, EMPTY_ACCESS, isPrivateLane, laneAddressOf } from '@agent-claw/core';
import type { AccessList, AccessStore, Clock, LaneId } from '@agent-claw/core';
import { ACCESS_REREAD_MS } from './limits.ts';

/**
 * Who may be written to at this moment, for one leg.
 * @throws RetryableError when the store does not answer: nothing is sent on the strength of an old answer.
 */
export type AccessView = () => Promise<AccessList>;

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
  return async () => {
    if (state.list !== undefined && clock.now() - state.asOfMs < ACCESS_REREAD_MS) return state.list;
    state.reading ??= read().finally(() => {
      state.reading = undefined;
    });
    return state.reading;
  };
};
