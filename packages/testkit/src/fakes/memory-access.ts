import { EMPTY_ACCESS } from '@agent-claw/core';
import type { AccessRecord, AccessStore, Clock } from '@agent-claw/core';

export interface MemoryAccess {
  /** The record as stored. */
  peek(): AccessRecord;
  /** How often the record was asked for, past every cache. */
  reads(): number;
  /** A process's view of it, with a cache of its own. */
  open(): AccessStore;
}

/** An access record that several processes share. */
export const memoryAccess = (clock: Pick<Clock, 'now'>, initial: Partial<AccessRecord> = {}): MemoryAccess => {
  const state = { record: { ...EMPTY_ACCESS, ...initial }, reads: 0 };
  const open = (): AccessStore => {
    const cache = { record: EMPTY_ACCESS, asOfMs: Number.NEGATIVE_INFINITY };
    const keep = (): AccessRecord => {
      Object.assign(cache, { record: state.record, asOfMs: clock.now() });
      return cache.record;
    };
    const fetched = async (): Promise<AccessRecord> => {
      state.reads += 1;
      return keep();
    };
    return {
      read: async (maxAgeMs) => (clock.now() - cache.asOfMs < maxAgeMs ? cache.record : fetched()),
      update: async (rule) => {
        await fetched();
        const { record, outcome } = rule(state.record);
        if (record !== undefined) state.record = record;
        keep();
        return outcome;
      },
    };
  };
  return { peek: () => state.record, reads: () => state.reads, open };
};
