import { plainText } from '../text/plain-text.ts';
import type {
  ButtonView,
  ChatView,
  EntityView,
  MediaView,
  MessageView,
  PersonView,
  ReactionView,
} from '../double-api.ts';
import type { ChatRecord, MessageRecord, UserRecord } from './records.ts';
import { userOf, type World } from './world.ts';

type Json = Record<string, unknown>;

export const personView = (user: UserRecord): PersonView => ({
  id: user.id,
  name: [user.first_name, user.last_name].filter(Boolean).join(' '),
  firstName: user.first_name,
  ...(user.username === undefined ? {} : { username: user.username }),
  isBot: user.is_bot,
});

/** A chat as the page shows it to `viewerId`. */
export const chatView = (world: World, chat: ChatRecord, viewerId: number): ChatView => {
  const messages = world.messagesOf(chat.key);
  const unreadIn = (threadId: number | undefined): number => {
    const readUpTo = chat.read[readKey(viewerId, threadId)] ?? 0;
    return messages.filter((m) => m.threadId === threadId && m.id > readUpTo && m.fromId !== viewerId).length;
  };
  const lastIn = (list: MessageRecord[]): { last?: MessageView } => {
    const last = list.at(-1);
    return last === undefined ? {} : { last: messageView(world, last) };
  };
  const topics = Object.values(chat.topics).map((topic) => ({
    ...topic,
    unread: unreadIn(topic.threadId),
    ...lastIn(messages.filter((m) => m.threadId === topic.threadId)),
  }));
  return {
    chatId: chat.key,
    type: chat.type,
    title: titleFor(world, chat, viewerId),
    isForum: chat.isForum,
    topics,
    members: Object.entries(chat.members).map(([id, status]) => ({
      person: personView(userOf(world, Number(id))),
      status,
    })),
    unread: unreadIn(undefined) + topics.reduce((sum, topic) => sum + topic.unread, 0),
    blocked: chat.blocked,
    createdDate: chat.createdS ?? 0,
    ...(chat.migratedTo === undefined ? {} : { migratedTo: String(chat.migratedTo) }),
    ...lastIn(messages),
  };
};

/** Stores a changed chat and shows it to everybody in it. */
export const publishChat = (world: World, chat: ChatRecord): void => {
  world.chats.put(chat.key, chat);
  world.events.publish(chat.key, { type: 'chat', chat: chatView(world, chat, world.ownerId) });
};

export const readKey = (userId: number, threadId: number | undefined): string =>
  threadId === undefined ? String(userId) : `${userId}:${threadId}`;

const titleFor = (world: World, chat: ChatRecord, viewerId: number): string => {
  if (chat.type !== 'private') return chat.title ?? '';
  const other = viewerId === chat.id ? (chat.botId ?? chat.id) : chat.id;
  return personView(userOf(world, other)).name;
};

export const messageView = (world: World, message: MessageRecord): MessageView => {
  const body = message.body as Json;
  const target = message.replyToId === undefined ? undefined : world.message(message.chatKey, message.replyToId);
  const markup = (body['reply_markup'] ?? {}) as { inline_keyboard?: Json[][]; keyboard?: (string | Json)[][] };
  const media = mediaOf(world, body);
  const origin = body['forward_origin'] as { sender_user?: UserRecord; sender_user_name?: string } | undefined;
  const author = origin?.sender_user === undefined ? origin?.sender_user_name : personView(origin.sender_user).name;
  const location = body['location'] as { latitude: number; longitude: number } | undefined;
  const service = serviceText(world, message);
  return {
    chatId: message.chatKey,
    messageId: message.id,
    ...(message.threadId === undefined ? {} : { threadId: message.threadId }),
    from: personView(userOf(world, message.fromId)),
    date: message.date,
    ...(message.editDate === undefined ? {} : { editDate: message.editDate }),
    text: textOf(body),
    entities: (body['entities'] ?? body['caption_entities'] ?? []) as EntityView[],
    ...(media === null ? {} : { media }),
    ...(typeof body['media_group_id'] === 'string' ? { albumId: body['media_group_id'] } : {}),
    ...(location === undefined ? {} : { location: { latitude: location.latitude, longitude: location.longitude } }),
    ...(target === undefined ? {} : { replyTo: replyView(world, target) }),
    ...(author === undefined ? {} : { forwardedFrom: author }),
    buttons: (markup.inline_keyboard ?? []).map((row) => row.map(buttonView)),
    ...(markup.keyboard === undefined
      ? {}
      : {
          replyKeyboard: markup.keyboard.map((row) =>
            row.map((key) => (typeof key === 'string' ? key : String(key['text']))),
          ),
        }),
    reactions: reactionViews(message),
    ...(service === null ? {} : { service }),
    silent: message.silent,
    pinned: world.chats.get(message.chatKey)?.pinned.includes(message.id) ?? false,
  };
};

export const reactionViews = (message: MessageRecord): ReactionView[] => {
  const byEmoji = Map.groupBy(Object.entries(message.reactions), ([, emoji]) => emoji);
  return [...byEmoji].map(([emoji, pairs]) => ({ emoji, userIds: pairs.map(([id]) => Number(id)) }));
};

const textOf = (body: Json): string => plainText(body['text'] ?? body['caption']);

const replyView = (world: World, target: MessageRecord) => ({
  messageId: target.id,
  name: personView(userOf(world, target.fromId)).name,
  text: withoutSpoilers(target.body) || (mediaOf(world, target.body)?.kind ?? ''),
});

/** A quote of a message must not give away what the message hides. */
const withoutSpoilers = (body: Json): string => {
  const entities = (body['entities'] ?? body['caption_entities'] ?? []) as EntityView[];
  return entities
    .filter(({ type }) => type === 'spoiler')
    .reduce(
      (text, { offset, length }) => text.slice(0, offset) + '▒'.repeat(length) + text.slice(offset + length),
      textOf(body),
    );
};

const buttonView = (button: Json): ButtonView => {
  const copy = button['copy_text'] as { text?: string } | undefined;
  return {
    text: String(button['text']),
    ...(typeof button['callback_data'] === 'string' ? { callbackData: button['callback_data'] } : {}),
    ...(typeof button['url'] === 'string' ? { url: button['url'] } : {}),
    ...(copy?.text === undefined ? {} : { copyText: copy.text }),
    ...(typeof button['style'] === 'string' ? { style: button['style'] } : {}),
  };
};

const mediaKinds = ['photo', 'animation', 'document', 'voice', 'audio', 'video', 'sticker'] as const;

const mediaOf = (world: World, body: Json): MediaView | null => {
  const kind = mediaKinds.find((one) => body[one] !== undefined);
  if (kind === undefined) return null;
  const stored = body[kind];
  const media = (Array.isArray(stored) ? stored.at(-1) : stored) as Json;
  const file = world.files.byUniqueId(String(media['file_unique_id']));
  if (file === undefined) return null;
  const number = (name: string, as: string) => (typeof media[name] === 'number' ? { [as]: media[name] } : {});
  return {
    kind,
    url: `/_double/files/${file.uniqueId}`,
    ...(file.name === '' ? {} : { fileName: file.name }),
    mimeType: file.mimeType,
    size: file.size,
    ...number('width', 'width'),
    ...number('height', 'height'),
    ...number('duration', 'durationS'),
  };
};

const serviceText = (world: World, message: MessageRecord): string | null => {
  const body = message.body as Json;
  const who = personView(userOf(world, message.fromId)).name;
  const names = (users: unknown): string => (users as UserRecord[]).map((user) => personView(user).name).join(', ');
  if (body['new_chat_members'] !== undefined) return `${who} added ${names(body['new_chat_members'])}`;
  if (body['left_chat_member'] !== undefined) return `${names([body['left_chat_member']])} left`;
  if (body['group_chat_created'] !== undefined || body['supergroup_chat_created'] !== undefined)
    return `${who} created the group`;
  if (body['forum_topic_created'] !== undefined)
    return `${who} created the topic “${(body['forum_topic_created'] as { name: string }).name}”`;
  if (body['forum_topic_edited'] !== undefined) return `${who} changed the topic`;
  if (body['forum_topic_closed'] !== undefined) return `${who} closed the topic`;
  if (body['forum_topic_reopened'] !== undefined) return `${who} reopened the topic`;
  if (body['pinned_message'] !== undefined) return `${who} pinned a message`;
  if (body['migrate_to_chat_id'] !== undefined || body['migrate_from_chat_id'] !== undefined)
    return 'The group became a supergroup';
  return null;
};
