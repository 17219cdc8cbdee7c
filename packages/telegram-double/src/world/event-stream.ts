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

export const createEventStream = (): EventStream => {
  const listeners = new Set<(event: NumberedEvent) => void>();
  const kept: NumberedEvent[] = [];
  let lastId = 0;
  return {
    publish: (chatKey, event) => {
      const numbered = { id: ++lastId, chatKey, event };
      kept.push(numbered);
      if (kept.length > keptEvents) kept.shift();
      for (const listener of listeners) listener(numbered);
    },
    after: (id) => {
      if (id > lastId || (kept[0] !== undefined && id < kept[0].id - 1)) return null;
      return kept.filter((one) => one.id > id);
    },
    lastId: () => lastId,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
