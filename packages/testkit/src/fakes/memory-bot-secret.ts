import type { BotSecretSource, Clock } from '@agent-claw/core';

const CACHE_MS = 300_000;

/** A secret that can be rotated, read through the same cache as the real one. */
export interface MemoryBotSecret extends BotSecretSource {
  rotate(botToken: string): Promise<void>;
}

export const memoryBotSecret = (clock: Clock, botToken = '7000:a-token-of-the-tests'): MemoryBotSecret => {
  const state = { stored: botToken, cached: botToken, readAtMs: Number.NEGATIVE_INFINITY };
  return {
    get: async (options) => {
      if (options?.fresh === true || clock.now() - state.readAtMs >= CACHE_MS) {
        state.cached = state.stored;
        state.readAtMs = clock.now();
      }
      return { botToken: state.cached };
    },
    rotate: async (next) => {
      state.stored = next;
    },
  };
};
