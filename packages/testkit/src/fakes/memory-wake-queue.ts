import type { LaneId, WakeQueue } from '@agent-claw/core';

export interface Ring {
  readonly laneId: LaneId;
  readonly delayS: number;
}

/** Keeps what was rung until somebody takes it. */
export interface MemoryWakeQueue extends WakeQueue {
  /** Everything rung since the last call, in order. */
  take(): Promise<readonly Ring[]>;
}

export const memoryWakeQueue = (): MemoryWakeQueue => {
  const rung: Ring[] = [];
  return {
    ring: async (laneId, options) => void rung.push({ laneId, delayS: options?.delayS ?? 0 }),
    take: async () => rung.splice(0),
  };
};
