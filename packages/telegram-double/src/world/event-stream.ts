import type { DoubleEvent } from '../double-api.ts';

const keptEvents = 1000;

export interface NumberedEvent {
  readonly id: number;
  readonly chatKey: string | null;
  readonly event: DoubleEvent;
}

export interface EventStream {
  /** `chatKey` null reaches everybody. */
  publish(chatKey: string | null, event: DoubleEvent): void;
  /** Events newer than `id`; null when some of them are no longer kept. */
  after(id: number): readonly NumberedEvent[] | null;
  lastId(): number;
  subscribe(listener: (event: NumberedEvent) => void): () => void;
}

/** @param firstId the id before the first event: higher at each start, so that a stream from before it is told to load anew. */
export const createEventStream = (firstId = 0): EventStream => {
  const listeners = new Set<(event: NumberedEvent) => void>();
  const kept: NumberedEvent[] = [];
  let lastId = firstId;
  return {
    publish: (chatKey, event) => {
      const numbered = { id: ++lastId, chatKey, event };
      kept.push(numbered);
      if (kept.length > keptEvents) kept.shift();
      for (const listener of listeners) listener(numbered);
    },
    after: (id) => {
      const oldest = kept[0]?.id ?? lastId + 1;
      if (Number.isNaN(id) || id > lastId || id < oldest - 1) return null;
      return kept.filter((one) => one.id > id);
    },
    lastId: () => lastId,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
