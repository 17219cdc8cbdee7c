import type { Clock } from '../clock.ts';
import type { Journal } from '../world/journal.ts';

/** An update on its way to one bot. */
export interface QueuedUpdate {
  readonly botId: number;
  readonly updateId: number;
  /** One delivery at a time per key; a failing head blocks its key and no other. */
  readonly key: string;
  readonly expiresAtMs: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The backlog of one bot, oldest first; survives a restart. */
export interface UpdateQueue {
  add(key: string, ttlS: number, content: Readonly<Record<string, unknown>>): QueuedUpdate;
  /** Puts an update in again under the id it had. */
  repeat(update: QueuedUpdate): void;
  /** Unexpired updates in order. */
  pending(): readonly QueuedUpdate[];
  remove(updateId: number): void;
  clear(): void;
  onAdd(listener: () => void): void;
  /** Called once. */
  onNextAdd(listener: () => void): void;
}

export const openUpdateQueue = (
  journal: Journal,
  clock: Clock,
  botId: number,
  nextUpdateId: () => number,
): UpdateQueue => {
  const stored = journal.table<QueuedUpdate>(`updates:${botId}`);
  const waiting = new Map<number, QueuedUpdate>(
    stored
      .values()
      .sort((a, b) => a.updateId - b.updateId)
      .map((update) => [update.updateId, update]),
  );
  const listeners: (() => void)[] = [];
  const once = new Set<() => void>();
  const remove = (updateId: number): void => {
    waiting.delete(updateId);
    stored.delete(String(updateId));
  };
  const put = (update: QueuedUpdate): void => {
    stored.put(String(update.updateId), update);
    waiting.set(update.updateId, update);
    for (const listener of [...listeners, ...once]) listener();
    once.clear();
  };
  return {
    add: (key, ttlS, content) => {
      const updateId = nextUpdateId();
      const body = { update_id: updateId, ...content };
      const update = { botId, updateId, key, expiresAtMs: clock.now() + ttlS * 1000, body };
      put(update);
      return update;
    },
    repeat: put,
    pending: () => {
      const now = clock.now();
      for (const update of waiting.values()) if (update.expiresAtMs <= now) remove(update.updateId);
      return [...waiting.values()];
    },
    remove,
    clear: () => {
      for (const updateId of waiting.keys()) remove(updateId);
    },
    onAdd: (listener) => {
      listeners.push(listener);
    },
    onNextAdd: (listener) => {
      once.add(listener);
    },
  };
};
