import type { Clock, Lane, LaneStore, Lease, LeasedWrite, Log, WakeReceipt } from '@agent-claw/core';
import { RENEW_EVERY_MS, SEND_MARGIN_MS } from './limits.ts';

/** Keeps a lease alive while the leg works, and tells the leg what else happens in its lane. */
export interface LeaseKeeper extends AsyncDisposable {
  readonly lease: Lease;
  /** Aborts when the lease is gone: then send nothing and acknowledge nothing. */
  readonly lost: AbortSignal;
  /** The lane as of the latest write or renewal. */
  lane(): Lane;
  /** Takes note of what a leased write returned. @returns false when it showed that the lease is gone. */
  accept(write: LeasedWrite): boolean;
  /** True while the lease surely outlasts a call that begins at this moment. */
  maySend(): boolean;
  /** Calls back after each renewal; one listener at a time. @returns how to stop listening. */
  watch(listener: (lane: Lane) => void): () => void;
}

export interface LeaseKeeperDeps {
  readonly lanes: LaneStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly wakeHiddenS: number;
}

export const keepLease = (deps: LeaseKeeperDeps, lease: Lease, initial: Lane, receipt: WakeReceipt): LeaseKeeper => {
  const { clock, log } = deps;
  const lost = new AbortController();
  const stopped = new AbortController();
  const state = { lane: initial, expiresAtMs: lease.expiresAtMs, hiddenUntilMs: clock.now() + deps.wakeHiddenS * 1000 };
  const listeners = new Set<(lane: Lane) => void>();

  const accept = (write: LeasedWrite): boolean => {
    if (write.kind === 'lease_lost') {
      lost.abort();
      return false;
    }
    state.lane = write.lane;
    return true;
  };

  const renew = async (): Promise<void> => {
    const askedAtMs = clock.now();
    const write = await deps.lanes.renew({ ...lease, expiresAtMs: state.expiresAtMs }, askedAtMs);
    if (!accept(write)) return;
    if (write.kind === 'done' && write.lane.lease !== undefined) state.expiresAtMs = write.lane.lease.expiresAtMs;
    for (const listener of listeners) listener(state.lane);
  };

  const keepHidden = async (): Promise<void> => {
    if (state.hiddenUntilMs - clock.now() > (deps.wakeHiddenS * 1000) / 2) return;
    await receipt.hideFor(deps.wakeHiddenS);
    state.hiddenUntilMs = clock.now() + deps.wakeHiddenS * 1000;
  };

  const run = async (): Promise<void> => {
    const over = AbortSignal.any([stopped.signal, lost.signal]);
    while (!over.aborted) {
      await clock.sleep(RENEW_EVERY_MS, over);
      if (over.aborted) return;
      try {
        await renew();
        await keepHidden();
      } catch (error) {
        // A renewal may fail once or twice; the lease outlasts several. When it does not, it is lost.
        log.error('lease_renewal_failed', error);
        if (clock.now() >= state.expiresAtMs) lost.abort();
      }
    }
  };
  const running = run();

  return {
    lease,
    lost: lost.signal,
    lane: () => state.lane,
    accept,
    maySend: () => !lost.signal.aborted && clock.now() + SEND_MARGIN_MS < state.expiresAtMs,
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await running;
    },
  };
};
