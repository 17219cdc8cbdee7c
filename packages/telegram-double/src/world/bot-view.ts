import type { ChatRecord, MessageRecord } from './records.ts';
import { fileIdFor } from './file-store.ts';
import { userOf, type World } from './world.ts';

/** A chat as the Bot API shows it. */
export const chatObject = (world: World, chat: ChatRecord): Record<string, unknown> => {
  if (chat.type === 'private') {
    const { first_name, last_name, username } = userOf(world, chat.id);
    return defined({ id: chat.id, first_name, last_name, username, type: 'private' });
  }
  return defined({ id: chat.id, title: chat.title, type: chat.type, is_forum: chat.isForum ? true : undefined });
};

/** A message as one bot sees it: its own file ids, the replied-to message one level deep. */
export const messageObject = (world: World, botId: number, message: MessageRecord): Record<string, unknown> => {
  const plain = plainMessage(world, botId, message);
  const target = message.replyToId === undefined ? undefined : world.message(message.chatKey, message.replyToId);
  return target === undefined ? plain : { ...plain, reply_to_message: plainMessage(world, botId, target) };
};

const plainMessage = (world: World, botId: number, message: MessageRecord): Record<string, unknown> => {
  const chat = world.chats.get(message.chatKey);
  if (chat === undefined)
    throw new Error(`Message ${message.id} lies in chat ${message.chatKey}, which does not exist.`);
  const { reply_markup: markup, ...body } = message.body as Record<string, unknown>;
  const inline = typeof markup === 'object' && markup !== null && 'inline_keyboard' in markup ? markup : undefined;
  return defined({
    message_id: message.id,
    message_thread_id: message.threadId,
    is_topic_message: message.threadId === undefined ? undefined : true,
    from: userOf(world, message.fromId),
    chat: chatObject(world, chat),
    date: message.date,
    edit_date: message.editDate,
    ...(withFileIds(body, botId) as object),
    reply_markup: inline,
  });
};

/** Stored media carry only the unique id; each bot gets its own file_id for it. */
export const withFileIds = (value: unknown, botId: number): unknown => {
  if (Array.isArray(value)) return value.map((one) => withFileIds(one, botId));
  if (typeof value !== 'object' || value === null) return value;
  const mapped = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withFileIds(one, botId)]));
  const uniqueId = mapped['file_unique_id'];
  return typeof uniqueId === 'string' ? { file_id: fileIdFor(uniqueId, botId), ...mapped } : mapped;
};

const defined = (object: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
