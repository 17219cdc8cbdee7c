import { badRequest } from '../bot-api-error.ts';
import { codePoints } from '../text/plain-text.ts';
import { publishChat } from '../world/page-view.ts';
import { postMessage } from '../world/post-message.ts';
import type { ChatRecord, TopicRecord } from '../world/records.ts';
import { type Call, type Methods, writableChat } from './call.ts';

/** The forum topic family. */
export const topicMethods: Methods = {
  createforumtopic: (call) => {
    const name = call.params.text('name').trim();
    if (name === '' || codePoints(name) > 128) throw badRequest('TOPIC_TITLE_EMPTY');
    const chat = topicChat(call);
    const topic = createTopic(call, chat, call.bot.id, name, call.params.int('icon_color') ?? defaultIconColor);
    return { message_thread_id: topic.threadId, name, icon_color: topic.iconColor };
  },
  editforumtopic: (call) => {
    const name = call.params.text('name').trim();
    return changeTopic(call, (topic) => (name === '' ? topic : { ...topic, name }), {
      forum_topic_edited: name === '' ? {} : { name },
    });
  },
  closeforumtopic: (call) => changeTopic(call, (topic) => ({ ...topic, closed: true }), { forum_topic_closed: {} }),
  reopenforumtopic: (call) => changeTopic(call, (topic) => ({ ...topic, closed: false }), { forum_topic_reopened: {} }),
  deleteforumtopic: (call) => {
    const chat = topicChat(call);
    const threadId = call.params.int('message_thread_id') ?? 0;
    if (chat.topics[threadId] === undefined) throw badRequest('message thread not found');
    deleteTopic(call, chat, threadId);
    return true;
  },
};

/** Takes a topic away with everything that was said in it. */
export const deleteTopic = ({ world }: Pick<Call, 'world'>, chat: ChatRecord, threadId: number): void => {
  const { [threadId]: _gone, ...topics } = chat.topics;
  const messageIds = world
    .messagesOf(chat.key)
    .filter((m) => m.threadId === threadId)
    .map((m) => m.id);
  for (const id of messageIds) world.deleteMessage(chat.key, id);
  publishChat(world, { ...chat, topics });
  world.events.publish(chat.key, { type: 'deleted', chatId: chat.key, messageIds });
};

/** Adds a topic; its id is the id of the service message that opens it. */
export const createTopic = (
  call: Pick<Call, 'world' | 'mailboxes'>,
  chat: ChatRecord,
  fromId: number,
  name: string,
  iconColor: number,
): TopicRecord => {
  const topic = { threadId: chat.lastMessageId + 1, name, iconColor, closed: false };
  publishChat(call.world, { ...chat, topics: { ...chat.topics, [topic.threadId]: topic } });
  const body = { forum_topic_created: { name, icon_color: iconColor } };
  postMessage(call.world, call.mailboxes, { chatKey: chat.key, fromId, threadId: topic.threadId, body });
  return topic;
};

export const defaultIconColor = 0x6fb9f0;

const topicChat = (call: Call): ChatRecord => {
  const chat = writableChat(call);
  if (!chat.isForum) throw badRequest('the chat is not a forum');
  if (chat.members[call.bot.id] !== 'administrator') throw badRequest('not enough rights to manage topics');
  return chat;
};

const changeTopic = (call: Call, change: (topic: TopicRecord) => TopicRecord, body: Record<string, unknown>): true => {
  const chat = topicChat(call);
  const topic = chat.topics[call.params.int('message_thread_id') ?? 0];
  if (topic === undefined) throw badRequest('message thread not found');
  publishChat(call.world, { ...chat, topics: { ...chat.topics, [topic.threadId]: change(topic) } });
  service(call, chat, topic.threadId, body);
  return true;
};

const service = (call: Call, chat: ChatRecord, threadId: number, body: Record<string, unknown>): void => {
  postMessage(call.world, call.mailboxes, { chatKey: chat.key, fromId: call.bot.id, threadId, body });
};
