import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { type FileStore, openFileStore } from './file-store.ts';
import { openJournal, type Journal, type Table } from './journal.ts';
import { createPresence, type Presence } from './presence.ts';
import type { CallbackRecord, ChatRecord, MessageRecord, UserRecord } from './records.ts';

export interface BotIdentity {
  readonly id: number;
  readonly token: string;
  readonly name: string;
  readonly username: string;
  /** With privacy mode on, a bot that is not an administrator sees only what is addressed to it. */
  readonly privacyMode: boolean;
}

/** Everything the stand-in knows; the Bot API and the `/_double/` API are two views of it. */
export interface World {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal;
  readonly bots: readonly BotIdentity[];
  readonly ownerId: number;
  readonly users: Table<UserRecord>;
  readonly chats: Table<ChatRecord>;
  readonly callbacks: Table<CallbackRecord>;
  readonly files: FileStore;
  readonly events: EventStream;
  readonly presence: Presence;
  /** The next number of a named sequence; survives a restart. */
  nextNumber(sequence: string, first: number): number;
  message(chatKey: string, id: number): MessageRecord | undefined;
  /** Oldest first. */
  messagesOf(chatKey: string): MessageRecord[];
  putMessage(message: MessageRecord): void;
  deleteMessage(chatKey: string, id: number): void;
}

/** More events than one start of the double ever publishes. */
const eventsPerStart = 1_000_000_000;

export interface WorldOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly bots: readonly BotIdentity[];
  readonly ownerId: number;
  readonly dataDir?: string;
}

export const openWorld = ({ clock, log, bots, ownerId, dataDir }: WorldOptions): World => {
  const journal = openJournal(dataDir);
  const messages = journal.table<MessageRecord>('messages');
  const counters = journal.table<number>('counters');
  const byChat = new Map<string, Map<number, MessageRecord>>();
  const index = (chatKey: string): Map<number, MessageRecord> => {
    const known = byChat.get(chatKey);
    if (known !== undefined) return known;
    const empty = new Map<number, MessageRecord>();
    byChat.set(chatKey, empty);
    return empty;
  };
  const nextNumber = (sequence: string, first: number): number => {
    const next = (counters.get(sequence) ?? first - 1) + 1;
    counters.put(sequence, next);
    return next;
  };
  const events = createEventStream(nextNumber('start', 1) * eventsPerStart);
  for (const message of messages.values()) index(message.chatKey).set(message.id, message);

  return {
    clock,
    log,
    journal,
    bots,
    ownerId,
    users: journal.table('users'),
    chats: journal.table('chats'),
    callbacks: journal.table('callbacks'),
    files: openFileStore(journal, dataDir),
    events,
    presence: createPresence(clock, events),
    nextNumber,
    message: (chatKey, id) => byChat.get(chatKey)?.get(id),
    messagesOf: (chatKey) => [...index(chatKey).values()].sort((a, b) => a.id - b.id),
    putMessage: (message) => {
      messages.put(`${message.chatKey}/${message.id}`, message);
      index(message.chatKey).set(message.id, message);
    },
    deleteMessage: (chatKey, id) => {
      messages.delete(`${chatKey}/${id}`);
      index(chatKey).delete(id);
    },
  };
};

/** The chat a bot means by an id: its own private chats, and every group. */
export const chatForBot = (world: World, botId: number, chatId: number): ChatRecord | undefined =>
  chatId > 0 ? world.chats.get(privateKey(world, botId, chatId)) : world.chats.get(String(chatId));

/** The first bot's private chats are named by the person alone. */
export const privateKey = (world: World, botId: number, userId: number): string =>
  world.bots[0]?.id === botId ? String(userId) : `${botId}:${userId}`;

/** @throws Error when nobody has this id: a record refers to a person who was never made. */
export const userOf = (world: World, id: number): UserRecord => {
  const user = world.users.get(String(id));
  if (user === undefined) throw new Error(`No person or bot has the id ${id}. Create one with POST /_double/people.`);
  return user;
};
