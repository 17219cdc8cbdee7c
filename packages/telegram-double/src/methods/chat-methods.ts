import { codePoints } from '../text/plain-text.ts';
import { badRequest } from '../bot-api-error.ts';
import { chatObject, messageObject } from '../world/bot-view.ts';
import { chatView, reactionViews } from '../world/page-view.ts';
import { postMessage } from '../world/post-message.ts';
import { setMember } from '../world/membership.ts';
import type { ChatRecord, TopicRecord } from '../world/records.ts';
import type { World } from '../world/world.ts';
import { type Call, knownChat, type Methods, writableChat } from './call.ts';

const callbackMs = 150_000;

export const publishChat = (world: World, chat: ChatRecord): void => {
  world.chats.put(chat.key, chat);
  world.events.publish(chat.key, { type: 'chat', chat: chatView(world, chat, world.ownerId) });
};

const memberObject = (world: World, chat: ChatRecord, userId: number): unknown => {
  const user = world.users.get(String(userId));
  if (user === undefined) throw badRequest('PARTICIPANT_ID_INVALID');
  return { user, status: chat.type === 'private' ? 'member' : (chat.members[userId] ?? 'left') };
};

const topicChat = (call: Call): ChatRecord => {
  const chat = writableChat(call);
  if (!chat.isForum) throw badRequest('the chat is not a forum');
  if (chat.members[call.bot.id] !== 'administrator') throw badRequest('not enough rights to manage topics');
  return chat;
};

const assertMayPin = (call: Call, chat: ChatRecord): void => {
  if (chat.type === 'supergroup' && chat.members[call.bot.id] !== 'administrator')
    throw badRequest('not enough rights to manage pinned messages in the chat');
};

const service = (call: Call, chat: ChatRecord, threadId: number, body: Record<string, unknown>): void => {
  postMessage(call.world, call.mailboxes, { chatKey: chat.key, fromId: call.bot.id, threadId, body });
};

const changeTopic = (call: Call, change: (topic: TopicRecord) => TopicRecord, body: Record<string, unknown>): true => {
  const chat = topicChat(call);
  const topic = chat.topics[call.params.int('message_thread_id') ?? 0];
  if (topic === undefined) throw badRequest('message thread not found');
  publishChat(call.world, { ...chat, topics: { ...chat.topics, [topic.threadId]: change(topic) } });
  service(call, chat, topic.threadId, body);
  return true;
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

export const chatMethods: Methods = {
  getme: ({ bot }) => ({
    id: bot.id,
    is_bot: true,
    first_name: bot.name,
    username: bot.username,
    can_join_groups: true,
    can_read_all_group_messages: !bot.privacyMode,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
  }),
  getchat: (call) => {
    const chat = knownChat(call);
    return { ...chatObject(call.world, chat), accent_color_id: 0, max_reaction_count: 11, accepted_gift_types: {} };
  },
  getchatmember: (call) => memberObject(call.world, knownChat(call), call.params.int('user_id') ?? 0),
  getchatmembercount: (call) =>
    Object.values(knownChat(call).members).filter((s) => s !== 'left' && s !== 'kicked').length,
  getchatadministrators: (call) => {
    const chat = writableChat(call);
    if (chat.type === 'private') throw badRequest('there are no administrators in the private chat');
    const admins = Object.entries(chat.members).filter(
      ([, status]) => status === 'creator' || status === 'administrator',
    );
    return admins.map(([id]) => memberObject(call.world, chat, Number(id)));
  },
  leavechat: (call) => {
    const chat = writableChat(call);
    if (chat.type === 'private') throw badRequest("chat member status can't be changed in private chats");
    setMember(call.world, call.mailboxes, chat, call.bot.id, 'left', call.bot.id);
    return true;
  },
  pinchatmessage: (call) => {
    const chat = writableChat(call);
    const message = call.world.message(chat.key, call.params.int('message_id') ?? 0);
    if (message === undefined) throw badRequest('message to pin not found');
    assertMayPin(call, chat);
    if (chat.pinned.includes(message.id)) return true;
    publishChat(call.world, { ...chat, pinned: [...chat.pinned, message.id] });
    postMessage(call.world, call.mailboxes, {
      chatKey: chat.key,
      fromId: call.bot.id,
      ...(message.threadId === undefined ? {} : { threadId: message.threadId }),
      silent: call.params.bool('disable_notification'),
      body: { pinned_message: messageObject(call.world, call.bot.id, message) },
    });
    return true;
  },
  unpinchatmessage: (call) => {
    const chat = writableChat(call);
    const id = call.params.int('message_id') ?? chat.pinned.at(-1) ?? 0;
    assertMayPin(call, chat);
    publishChat(call.world, { ...chat, pinned: chat.pinned.filter((one) => one !== id) });
    return true;
  },
  unpinallchatmessages: (call) => {
    const chat = writableChat(call);
    assertMayPin(call, chat);
    publishChat(call.world, { ...chat, pinned: [] });
    return true;
  },
  setmessagereaction: (call) => {
    const reactions = (call.params.json('reaction', 'reaction types') ?? []) as { type?: string; emoji?: string }[];
    if (!Array.isArray(reactions)) throw badRequest('expected an Array of ReactionType');
    const chat = writableChat(call);
    const message = call.world.message(chat.key, call.params.int('message_id') ?? 0);
    if (message === undefined) throw badRequest('message to react not found');
    if (reactions.length > 1) throw badRequest('REACTIONS_TOO_MANY');
    const emoji = reactions[0]?.emoji;
    if (reactions.length === 1 && !(reactions[0]?.type === 'emoji' && emoji !== undefined && botReactions.has(emoji)))
      throw badRequest('REACTION_INVALID');
    const { [String(call.bot.id)]: _old, ...others } = message.reactions;
    const changed = { ...message, reactions: emoji === undefined ? others : { ...others, [call.bot.id]: emoji } };
    call.world.putMessage(changed);
    const view = { chatId: chat.key, messageId: message.id, reactions: reactionViews(changed) };
    call.world.events.publish(chat.key, { type: 'reactions', ...view });
    return true;
  },
  answercallbackquery: ({ world, bot, params }) => {
    const callback = world.callbacks.get(params.text('callback_query_id'));
    const late = callback === undefined || callback.botId !== bot.id || world.clock.now() - callback.atMs > callbackMs;
    if (late || callback.answer !== undefined)
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    const [text, url] = [params.text('text'), params.text('url')];
    if (codePoints(text) > 200) throw badRequest('MESSAGE_TOO_LONG');
    const shown = {
      ...(text === '' ? {} : { text }),
      ...(url === '' ? {} : { url }),
      showAlert: params.bool('show_alert'),
    };
    world.callbacks.put(callback.id, { ...callback, answer: shown });
    const { id, chatKey, messageId, userId, data } = callback;
    const view = { queryId: id, chatId: chatKey, messageId, userId, data, answered: true, ...shown };
    world.events.publish(chatKey, { type: 'callback_answered', callback: view });
    return true;
  },
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
    const { [threadId]: _gone, ...topics } = chat.topics;
    const messageIds = call.world
      .messagesOf(chat.key)
      .filter((m) => m.threadId === threadId)
      .map((m) => m.id);
    for (const id of messageIds) call.world.deleteMessage(chat.key, id);
    publishChat(call.world, { ...chat, topics });
    call.world.events.publish(chat.key, { type: 'deleted', chatId: chat.key, messageIds });
    return true;
  },
};

/** The emoji Telegram lets everybody react with. */
const botReactions = new Set([
  ...Array.from(
    '👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡',
  ),
  '❤',
  '❤️',
  '❤‍🔥',
  '🕊',
  '☃',
  '🤷',
  '🤷‍♂',
  '🤷‍♀',
  '👨‍💻',
]);
