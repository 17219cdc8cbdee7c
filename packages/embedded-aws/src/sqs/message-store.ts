import { randomUUID } from 'node:crypto';
import type { EmbeddedClock } from '../clock.ts';
import { openSqlite } from '../storage/open-sqlite.ts';

/** A message as the store keeps it. */
export interface StoredMessage {
  readonly id: number;
  readonly queue: string;
  readonly messageId: string;
  readonly body: string;
  /** JSON of the MessageAttributes. */
  readonly attributes: string;
  readonly senderId: string;
  readonly sentAtMs: number;
  readonly visibleAtMs: number;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number | null;
  readonly receivedAtMs: number | null;
  /** Changes with every receive: only the newest receipt handle deletes. */
  readonly receipt: string | null;
  readonly deadLetterSource: string | null;
}

/** Queues and messages on disk; every method is one committed step. */
export interface MessageStore {
  putQueue(name: string, attributes: Readonly<Record<string, string>>): void;
  queue(name: string): Record<string, string> | undefined;
  queueNames(): string[];
  deleteQueue(name: string): void;
  add(message: Pick<StoredMessage, 'queue' | 'messageId' | 'body' | 'attributes' | 'senderId' | 'visibleAtMs'>): void;
  /** A second copy of a message with the same MessageId, visible at once. */
  duplicate(id: number): void;
  /** The oldest visible messages. */
  visible(queue: string, limit: number): StoredMessage[];
  /** When the next hidden message becomes visible, or null. */
  nextVisibleAtMs(queue: string): number | null;
  receive(id: number, visibleAtMs: number): StoredMessage;
  find(id: number): StoredMessage | undefined;
  setVisibleAt(id: number, visibleAtMs: number): void;
  moveTo(id: number, queue: string, sourceArn: string): void;
  remove(id: number): void;
  purge(queue: string): void;
  expire(queue: string, sentBeforeMs: number): void;
  counts(queue: string): { visible: number; inFlight: number; delayed: number };
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS queues (name TEXT PRIMARY KEY, attributes TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, messageId TEXT NOT NULL, body TEXT NOT NULL,
    attributes TEXT NOT NULL, senderId TEXT NOT NULL, sentAtMs INTEGER NOT NULL, visibleAtMs INTEGER NOT NULL,
    receiveCount INTEGER NOT NULL DEFAULT 0, firstReceivedAtMs INTEGER, receivedAtMs INTEGER, receipt TEXT, deadLetterSource TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_by_time ON messages (queue, visibleAtMs, id);`;

export const openMessageStore = (dataDir: string | undefined, clock: EmbeddedClock): MessageStore => {
  const database = openSqlite(dataDir, 'sqs', SCHEMA);
  const sql = (text: string) => database.prepare(text);
  const insert = sql(
    'INSERT INTO messages (queue, messageId, body, attributes, senderId, sentAtMs, visibleAtMs) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const selectVisible = sql(
    'SELECT * FROM messages WHERE queue = ? AND visibleAtMs <= ? ORDER BY visibleAtMs, id LIMIT ?',
  );
  const selectNext = sql('SELECT min(visibleAtMs) AS atMs FROM messages WHERE queue = ? AND visibleAtMs > ?');
  const selectOne = sql('SELECT * FROM messages WHERE id = ?');
  const selectQueue = sql('SELECT attributes FROM queues WHERE name = ?');
  const markReceived = sql(
    `UPDATE messages SET receiveCount = receiveCount + 1, receipt = ?, receivedAtMs = ?, visibleAtMs = ?,
     firstReceivedAtMs = coalesce(firstReceivedAtMs, ?) WHERE id = ? RETURNING *`,
  );
  const asMessage = (row: unknown): StoredMessage => ({ ...(row as StoredMessage) });
  return {
    putQueue: (name, attributes) =>
      void sql('INSERT OR REPLACE INTO queues VALUES (?, ?)').run(name, JSON.stringify(attributes)),
    queue(name) {
      const row = selectQueue.get(name);
      return row === undefined ? undefined : (JSON.parse(String(row['attributes'])) as Record<string, string>);
    },
    queueNames: () =>
      sql('SELECT name FROM queues ORDER BY name')
        .all()
        .map((row) => String(row['name'])),
    deleteQueue(name) {
      sql('DELETE FROM messages WHERE queue = ?').run(name);
      sql('DELETE FROM queues WHERE name = ?').run(name);
    },
    add: (message) =>
      void insert.run(
        message.queue,
        message.messageId,
        message.body,
        message.attributes,
        message.senderId,
        clock.now(),
        message.visibleAtMs,
      ),
    duplicate: (id) =>
      void sql(
        `INSERT INTO messages (queue, messageId, body, attributes, senderId, sentAtMs, visibleAtMs, receiveCount, firstReceivedAtMs)
         SELECT queue, messageId, body, attributes, senderId, sentAtMs, ?, receiveCount, firstReceivedAtMs FROM messages WHERE id = ?`,
      ).run(clock.now(), id),
    visible: (queue, limit) => selectVisible.all(queue, clock.now(), limit).map(asMessage),
    nextVisibleAtMs: (queue) => (selectNext.get(queue, clock.now())?.['atMs'] ?? null) as number | null,
    receive: (id, visibleAtMs) => asMessage(markReceived.get(randomUUID(), clock.now(), visibleAtMs, clock.now(), id)),
    find(id) {
      const row = selectOne.get(id);
      return row === undefined ? undefined : asMessage(row);
    },
    setVisibleAt: (id, visibleAtMs) =>
      void sql('UPDATE messages SET visibleAtMs = ? WHERE id = ?').run(visibleAtMs, id),
    moveTo: (id, queue, sourceArn) =>
      void sql(
        'UPDATE messages SET queue = ?, receiveCount = 0, receipt = NULL, receivedAtMs = NULL, firstReceivedAtMs = NULL, deadLetterSource = ? WHERE id = ?',
      ).run(queue, sourceArn, id),
    remove: (id) => void sql('DELETE FROM messages WHERE id = ?').run(id),
    purge: (queue) => void sql('DELETE FROM messages WHERE queue = ?').run(queue),
    expire: (queue, sentBeforeMs) =>
      void sql('DELETE FROM messages WHERE queue = ? AND sentAtMs < ?').run(queue, sentBeforeMs),
    counts(queue) {
      const row = sql(
        `SELECT count(*) FILTER (WHERE visibleAtMs <= :now) AS visible,
                count(*) FILTER (WHERE visibleAtMs > :now AND receipt IS NOT NULL) AS inFlight,
                count(*) FILTER (WHERE visibleAtMs > :now AND receipt IS NULL) AS delayed FROM messages WHERE queue = :queue`,
      ).get({ now: clock.now(), queue });
      return { ...(row as { visible: number; inFlight: number; delayed: number }) };
    },
    close: () => database.close(),
  };
};
