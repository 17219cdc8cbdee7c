import { openUpdateQueue, type QueuedUpdate, type UpdateQueue } from '../delivery/update-queue.ts';
import { noWebhook, wants, type WebhookState } from '../delivery/webhook-state.ts';
import type { World } from './world.ts';

/** One bot's side of delivery: its backlog and its webhook. */
export interface BotMailbox {
  readonly botId: number;
  readonly queue: UpdateQueue;
  readonly state: () => WebhookState;
  readonly change: (state: WebhookState) => void;
}

export type Mailboxes = ReadonlyMap<number, BotMailbox>;

const dayS = 24 * 3600;
const callbackTtlS = 150;
const firstUpdateId = 700_000_001;

export const openMailboxes = (world: World): Mailboxes => {
  const webhooks = world.journal.table<WebhookState>('webhooks');
  return new Map(
    world.bots.map(({ id }) => {
      const nextUpdateId = (): number => world.nextNumber(`update:${id}`, firstUpdateId);
      const mailbox: BotMailbox = {
        botId: id,
        queue: openUpdateQueue(world.journal, world.clock, id, nextUpdateId),
        state: () => webhooks.get(String(id)) ?? noWebhook,
        change: (state) => webhooks.put(String(id), state),
      };
      return [id, mailbox];
    }),
  );
};

/** Where an update waits in line: messages by chat; presses by person; reactions and the bot's own membership by chat, in a line of their own. */
export interface Place {
  readonly chatId?: number;
  readonly userId?: number;
}

/** Puts an update into a bot's backlog unless the bot has not asked for its kind. @returns null then. */
export const sendUpdate = (mailbox: BotMailbox, kind: string, content: unknown, place: Place): QueuedUpdate | null => {
  if (!wants(mailbox.state(), kind)) return null;
  const ttlS = kind === 'callback_query' ? callbackTtlS : dayS;
  return mailbox.queue.add(queueKey(kind, place), ttlS, { [kind]: content });
};

const queueKey = (kind: string, { chatId, userId }: Place): string => {
  switch (kind) {
    case 'callback_query':
    case 'chat_member':
    case 'chat_join_request':
      return `user:${userId ?? 0}`;
    case 'my_chat_member':
    case 'message_reaction':
    case 'message_reaction_count':
      return `chat:${chatId ?? 0}:other`;
    default:
      return `chat:${chatId ?? 0}`;
  }
};
