import type { Clock, LaneAddress, Permit } from '@agent-claw/core';
import { PACE_MS } from '../leg/limits.ts';

/**
 * Keeps the calls to one chat apart: between the beginnings of any two lies at least the pace. Calls that somebody waits for
 * stand in line, first come first served; courtesies ask for the pause and come back.
 */
export interface Pace {
  /** How long a courtesy has to wait at this moment, in milliseconds: 0 when it may call. It yields to the whole line. */
  pauseMs(): number;
  /** Waits for a free moment without taking it, or until `over` aborts. */
  free(over: AbortSignal): Promise<void>;
  /** Waits for a free moment and takes it. When `over` aborts before, none is taken. */
  take(over: AbortSignal): Promise<void>;
  /** The permit, noting each request that it lets begin: a repeated one counts like any other. */
  noting(permit: Permit): Permit;
}

/** The pace of each chat. All topics of a group are one chat. */
export type ChatPaces = (to: LaneAddress) => Pace;

/** More chats than one process works for within a pace; the oldest are forgotten. */
const CHATS_KEPT = 200;

/**
 * Kept for as long as the process lives: a person who writes again at once has the next leg in it, as a rule. A leg in
 * another process knows nothing of this one's calls. Telegram takes a few at once, and paces what is too much by its 429.
 */
export const chatPaces = (clock: Clock): ChatPaces => {
  const paces = new Map<string, Pace>();
  return ({ channel, account, place }) => {
    const chat = [channel, account, place].join(':');
    const pace = paces.get(chat) ?? startPace(clock, place.startsWith('-') ? PACE_MS.group : PACE_MS.private);
    paces.delete(chat);
    paces.set(chat, pace);
    const [oldest] = paces.keys();
    if (paces.size > CHATS_KEPT && oldest !== undefined) paces.delete(oldest);
    return pace;
  };
};

export const startPace = (clock: Clock, everyMs: number): Pace => {
  const state = { freeAtMs: 0, waiting: 0 };
  const restMs = (): number => {
    // A clock that is set back must not hold up the chat.
    state.freeAtMs = Math.min(state.freeAtMs, clock.now() + everyMs);
    return Math.max(0, state.freeAtMs - clock.now());
  };
  const spend = (): void => {
    state.freeAtMs = clock.now() + everyMs;
  };
  const standInLine = async (over: AbortSignal, then: () => void): Promise<void> => {
    state.waiting += 1;
    try {
      while (restMs() > 0 && !over.aborted) await clock.sleep(restMs(), over);
      // In the same breath as the look at the clock: of two that wake at once the second one sees that it was taken.
      if (!over.aborted) then();
    } finally {
      state.waiting -= 1;
    }
  };
  return {
    pauseMs: () => restMs() + (state.waiting > 0 ? everyMs : 0),
    free: (over) => standInLine(over, () => undefined),
    take: (over) => standInLine(over, spend),
    noting: (permit) => () => {
      const mayLastMs = permit();
      if (mayLastMs !== null) spend();
      return mayLastMs;
    },
  };
};
