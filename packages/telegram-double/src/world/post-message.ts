import { plainText } from '../text/plain-text.ts';
import { epochS } from '../clock.ts';
import { messageObject } from './bot-view.ts';
import { messageView } from './page-view.ts';
import type { ChatRecord, MessageBody, MessageRecord } from './records.ts';
import { type Mailboxes, sendUpdate } from './updates.ts';
import { type BotIdentity, userOf, type World } from './world.ts';

export interface Posting {
  readonly chatKey: string;
  readonly fromId: number;
  readonly body: MessageBody;
  readonly threadId?: number;
  readonly replyToId?: number;
  readonly silent?: boolean;
}

/** Appends a message to a chat, shows it on the page and, unless a bot wrote it, tells the bots that may read it. */
export const postMessage = (world: World, mailboxes: Mailboxes, posting: Posting): MessageRecord => {
  const chat = world.chats.get(posting.chatKey);
  if (chat === undefined) throw new Error(`Cannot post to chat ${posting.chatKey}: it does not exist.`);
  const id = chat.lastMessageId + 1;
  const read = {
    ...chat.read,
    [posting.threadId === undefined ? posting.fromId : `${posting.fromId}:${posting.threadId}`]: id,
  };
  world.chats.put(chat.key, { ...chat, lastMessageId: id, read });
  const message: MessageRecord = {
    chatKey: chat.key,
    id,
    fromId: posting.fromId,
    date: epochS(world.clock),
    ...(posting.threadId === undefined ? {} : { threadId: posting.threadId }),
    ...(posting.replyToId === undefined ? {} : { replyToId: posting.replyToId }),
    silent: posting.silent ?? false,
    body: posting.body,
    reactions: {},
  };
  world.putMessage(message);
  world.presence.clear(chat.key, posting.threadId, posting.fromId);
  world.events.publish(chat.key, { type: 'message', message: messageView(world, message) });
  tellBots(world, mailboxes, chat, 'message', message);
  return message;
};

/** Stores a changed message and shows it; a person's edit also goes to the bots. */
export const changeMessage = (
  world: World,
  mailboxes: Mailboxes,
  message: MessageRecord,
  body: MessageBody,
): MessageRecord => {
  const changed = { ...message, body, editDate: epochS(world.clock) };
  world.putMessage(changed);
  world.events.publish(message.chatKey, { type: 'edited', message: messageView(world, changed) });
  const chat = world.chats.get(message.chatKey);
  if (chat !== undefined) tellBots(world, mailboxes, chat, 'edited_message', changed);
  return changed;
};

const tellBots = (
  world: World,
  mailboxes: Mailboxes,
  chat: ChatRecord,
  kind: 'message' | 'edited_message',
  message: MessageRecord,
): void => {
  if (userOf(world, message.fromId).is_bot && !isMigration(message)) return;
  for (const bot of world.bots) {
    const mailbox = mailboxes.get(bot.id);
    if (mailbox === undefined || !mayRead(world, bot, chat, message)) continue;
    sendUpdate(mailbox, kind, messageObject(world, bot.id, message), { chatId: chat.id });
  }
};

/** Lines about the chat rather than words in it. */
export const isService = ({ body }: MessageRecord): boolean => serviceFields.some((name) => body[name] !== undefined);

const serviceFields = [
  'new_chat_members',
  'left_chat_member',
  'group_chat_created',
  'supergroup_chat_created',
  'forum_topic_created',
  'forum_topic_edited',
  'forum_topic_closed',
  'forum_topic_reopened',
  'pinned_message',
  'migrate_to_chat_id',
  'migrate_from_chat_id',
];

const isMigration = ({ body }: MessageRecord): boolean =>
  body['migrate_to_chat_id'] !== undefined || body['migrate_from_chat_id'] !== undefined;

const mayRead = (world: World, bot: BotIdentity, chat: ChatRecord, message: MessageRecord): boolean => {
  if (chat.type === 'private') return chat.botId === bot.id && !chat.blocked;
  const status = chat.members[bot.id];
  if (status === 'administrator') return true;
  if (status !== 'member') return false;
  return !bot.privacyMode || isAddressed(world, bot, message);
};

/** What privacy mode lets through: service messages, commands, replies to the bot, its name. */
const isAddressed = (world: World, bot: BotIdentity, message: MessageRecord): boolean => {
  const text = plainText(message.body['text'] ?? message.body['caption']);
  const target = message.replyToId === undefined ? undefined : world.message(message.chatKey, message.replyToId);
  const command = /^\/\w+(?:@(\w+))?/.exec(text);
  const commandForUs = command !== null && (command[1] ?? bot.username).toLowerCase() === bot.username.toLowerCase();
  const names: readonly string[] = text.toLowerCase().match(/@\w+/g) ?? [];
  const named = names.includes(`@${bot.username.toLowerCase()}`);
  return isService(message) || target?.fromId === bot.id || commandForUs || named;
};
