import type { Clock, Lane, LaneStore, Lease, LeasedWrite, Log, Permit, WakeReceipt } from '@agent-claw/core';
import { CALL_AFTER_LEASE_MS, RENEW_EVERY_MS, SEND_MARGIN_MS } from './limits.ts';

/** Keeps a lease alive and its wake hidden while the leg works, and tells the leg what else happens in its lane. */
export interface LeaseKeeper extends AsyncDisposable {
  readonly lease: Lease;
  /** Aborts when the lease is gone: then send nothing and acknowledge nothing. */
  readonly lost: AbortSignal;
  /** The lane as of the latest write or renewal. */
  lane(): Lane;
  /** Takes note of what a leased write returned. @returns false when it showed that the lease is gone. */
  accept(write: LeasedWrite): boolean;
  /** Renews at once, to see what has arrived. */
  refresh(): Promise<void>;
  /** True while the lease surely outlasts a call that begins at this moment. */
  maySend(): boolean;
  /** How long the lease lasts from here on, in milliseconds. */
  remainingMs(): number;
  /** Calls back after each renewal, which may show something newer. @returns how to stop listening. */
  watch(listener: () => void): () => void;
}

export interface LeaseKeeperDeps {
  readonly lanes: LaneStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly wakeHiddenS: number;
  /** What `hideWake` returned when the leg began. */
  readonly hiddenUntilMs: number;
}

export const keepLease = (deps: LeaseKeeperDeps, lease: Lease, initial: Lane, receipt: WakeReceipt): LeaseKeeper => {
  const { clock, log } = deps;
  const lost = new AbortController();
  const stopped = new AbortController();
  const state = {
    lane: initial,
    writes: 0,
    expiresAtMs: lease.expiresAtMs,
    hiddenUntilMs: deps.hiddenUntilMs,
  };

  const listeners = new Set<() => void>();

  const accept = (write: LeasedWrite): boolean => {
    if (write.kind === 'lease_lost') {
      lost.abort();
      return false;
    }
    state.writes += 1;
    state.lane = write.lane;
    return true;
  };

  const refresh = async (): Promise<void> => {
    const { writes } = state;
    const write = await deps.lanes.renew({ ...lease, expiresAtMs: state.expiresAtMs }, clock.now());
    if (write.kind === 'lease_lost') return lost.abort();
    state.expiresAtMs = Math.max(state.expiresAtMs, write.lane.lease?.expiresAtMs ?? 0);
    // The answer may be older than what another write has returned meanwhile: its lane could hold a turn that is finished.
    if (state.writes !== writes) return;
    state.lane = write.lane;
    for (const listener of listeners) listener();
  };

  const keepHidden = async (): Promise<void> => {
    if (state.hiddenUntilMs - clock.now() > (deps.wakeHiddenS * 1000) / 2) return;
    state.hiddenUntilMs = await hideWake(receipt, deps.wakeHiddenS, clock, log);
  };

  const run = async (): Promise<void> => {
    const over = AbortSignal.any([stopped.signal, lost.signal]);
    while (!over.aborted) {
      await keepHidden();
      await clock.sleep(RENEW_EVERY_MS, over);
      if (over.aborted) return;
      try {
        await refresh();
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
    refresh,
    maySend: () => !lost.signal.aborted && clock.now() + SEND_MARGIN_MS < state.expiresAtMs,
    remainingMs: () => state.expiresAtMs - clock.now(),
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await running;
    },
  };
};

/** Permits a request to the channel while the lease surely outlasts its beginning and `over` has not aborted. */
export const permitFor =
  (keeper: Pick<LeaseKeeper, 'maySend' | 'remainingMs'>, over: AbortSignal): Permit =>
  () =>
    keeper.maySend() && !over.aborted ? keeper.remainingMs() + CALL_AFTER_LEASE_MS : null;

/** Hides the wake from other runners for a while. @returns until when, in epoch milliseconds; 0 when it could not be hidden. */
export const hideWake = async (receipt: WakeReceipt, hiddenS: number, clock: Clock, log: Log): Promise<number> => {
  try {
    await receipt.hideFor(hiddenS);
    return clock.now() + hiddenS * 1000;
  } catch (error) {
    // The wake may show up again meanwhile; whoever gets it finds the lease held and looks again later.
    log.error('wake_hide_failed', error);
    return 0;
  }
};
