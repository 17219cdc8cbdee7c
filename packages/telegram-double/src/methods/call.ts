import type { WebhookSender } from '../delivery/webhook-sender.ts';
import type { Params } from '../transport/params.ts';
import type { ChatRecord, MessageRecord } from '../world/records.ts';
import type { BotMailbox, Mailboxes } from '../world/updates.ts';
import { badRequest, forbidden } from '../bot-api-error.ts';
import { type BotIdentity, chatForBot, type World } from '../world/world.ts';

/** One Bot API call, ready to run. */
export interface Call {
  readonly world: World;
  readonly mailboxes: Mailboxes;
  readonly bot: BotIdentity;
  readonly mailbox: BotMailbox;
  readonly sender: WebhookSender;
  readonly params: Params;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Ends a running getUpdates of the same bot with this conflict; the returned signal aborts when the next call ends this one. */
  readonly takeOverPolling: (conflict: string) => AbortSignal;
}

/** A method's result, with the description that some webhook methods add. */
export class Described {
  readonly result: unknown;
  readonly description: string;
  constructor(result: unknown, description: string) {
    this.result = result;
    this.description = description;
  }
}

/** Keyed by the lower-cased method name. */
export type Methods = Readonly<Record<string, (call: Call) => unknown>>;

/** The chat a call names, where this bot may write. @throws BotApiError in Telegram's words otherwise. */
export const writableChat = (call: Call, name = 'chat_id'): ChatRecord => {
  const chat = knownChat(call, name, () => assertReachable(call, call.params.int(name) ?? 0));
  if (chat.migratedTo !== undefined)
    throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: chat.migratedTo });
  if (chat.isDeleted) throw forbidden('the group chat was deleted');
  if (chat.type === 'private') {
    if (chat.isDeactivated) throw forbidden('user is deactivated');
    if (chat.blocked) throw forbidden('bot was blocked by the user');
    return chat;
  }
  const status = chat.members[call.bot.id];
  if (status === 'kicked') throw forbidden(`bot was kicked from the ${chat.type} chat`);
  if (status === undefined || status === 'left') throw forbidden(`bot is not a member of the ${chat.type} chat`);
  return chat;
};

/** The chat a call names, whether the bot may write there or not. */
export const knownChat = (call: Call, name = 'chat_id', whenUnknown?: () => void): ChatRecord => {
  const text = call.params.text(name).trim();
  if (text === '') throw badRequest(`${name} is empty`);
  const chat = /^-?\d+$/.test(text) ? chatForBot(call.world, call.bot.id, Number(text)) : undefined;
  if (chat === undefined) {
    whenUnknown?.();
    throw badRequest('chat not found');
  }
  return chat;
};

/** Some who have no chat with the bot are known to it all the same. @throws BotApiError 403 for them. */
const assertReachable = ({ world, bot }: Call, userId: number): void => {
  if (world.bots.some(({ id }) => id === userId)) throw forbidden("bot can't send messages to bots");
  const isIn = (chat: ChatRecord, id: number): boolean =>
    ['creator', 'administrator', 'member'].includes(chat.members[id] ?? '');
  if (world.chats.values().some((chat) => isIn(chat, userId) && isIn(chat, bot.id)))
    throw forbidden("bot can't initiate conversation with a user");
};

/** The topic a call names; in a group without topics it means nothing. The General topic has no number, so 1 is refused as any unknown one. */
export const threadOf = (call: Call, chat: ChatRecord): number | undefined => {
  const threadId = call.params.int('message_thread_id');
  if (threadId === undefined || threadId === 0) return undefined;
  if (chat.type !== 'private' && !chat.isForum) return undefined;
  const topic = chat.topics[threadId];
  if (topic === undefined) throw badRequest('message thread not found');
  if (topic.closed && chat.members[call.bot.id] !== 'administrator') throw badRequest('TOPIC_CLOSED');
  return threadId;
};

/** The message that a new one answers; undefined when none is named, or when it is gone and that is allowed. */
export const replyTargetOf = (call: Call, chat: ChatRecord): MessageRecord | undefined => {
  const reply = call.params.json('reply_parameters', 'reply parameters') as Record<string, unknown> | undefined;
  const id = Number(reply?.['message_id'] ?? call.params.int('reply_to_message_id') ?? 0);
  if (id === 0) return undefined;
  const target = call.world.message(chat.key, id);
  const allowed =
    reply === undefined
      ? call.params.bool('allow_sending_without_reply')
      : isTrue(reply['allow_sending_without_reply']);
  if (target === undefined && !allowed) throw badRequest('message to be replied not found');
  return target;
};

const isTrue = (value: unknown): boolean => value === true || value === 1 || /^(?:true|1|yes)$/i.test(String(value));

/** The message that a call edits. @throws BotApiError when it is gone or somebody else's. */
export const ownMessage = (call: Call, chat: ChatRecord): MessageRecord => {
  const id = call.params.int('message_id');
  const message = id === undefined ? undefined : call.world.message(chat.key, id);
  if (message === undefined) throw badRequest('message to edit not found');
  if (message.fromId !== call.bot.id) throw badRequest("message can't be edited");
  return message;
};
