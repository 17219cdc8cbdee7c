import type { ChatRecord, MessageRecord } from './records.ts';
import { privateKey, type World } from './world.ts';

const threadName = 'Ideas';

/** The people and chats of a first start; a world that already has people stays as it is. */
export const seedWorld = (world: World): void => {
  for (const bot of world.bots)
    world.users.put(String(bot.id), { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username });
  const owner = world.ownerId;
  if (world.users.get(String(owner)) === undefined)
    world.users.put(String(owner), {
      id: owner,
      is_bot: false,
      first_name: 'Sam',
      username: 'sam_local',
      language_code: 'en',
    });
  const [bot] = world.bots;
  if (bot === undefined) return;
  const friend = owner + 1;
  const key = privateKey(world, bot.id, owner);
  if (world.chats.get(key) !== undefined) return;
  world.users.put(String(friend), {
    id: friend,
    is_bot: false,
    first_name: 'Robin',
    username: 'robin_local',
    language_code: 'en',
  });
  // The private chat comes first in a new list: it is what a newcomer is looking for.
  const createdS = Math.floor(world.clock.now() / 1000);
  world.chats.put(key, { ...emptyChat, key, id: owner, type: 'private', botId: bot.id, createdS });
  const members = { [owner]: 'creator', [friend]: 'member', [bot.id]: 'administrator' } as const;
  const group = -1001;
  world.chats.put(String(group), {
    ...emptyChat,
    key: String(group),
    id: group,
    type: 'group',
    title: 'Kitchen table',
    createdS: createdS - 1,
    members,
  });
  const forum = -1_001_000_000_001;
  const topic = { threadId: 2, name: threadName, iconColor: 0x6fb9f0, closed: false };
  world.chats.put(String(forum), {
    ...emptyChat,
    key: String(forum),
    id: forum,
    type: 'supergroup',
    title: 'Workshop',
    createdS: createdS - 2,
    isForum: true,
    members,
    topics: { 2: topic },
    lastMessageId: 2,
  });
  const opening: MessageRecord = {
    chatKey: String(forum),
    id: 2,
    fromId: owner,
    date: createdS - 2,
    threadId: 2,
    silent: true,
    body: { forum_topic_created: { name: threadName, icon_color: topic.iconColor } },
    reactions: {},
  };
  world.putMessage(opening);
};

/** What every new chat starts from. */
export const emptyChat: Omit<ChatRecord, 'key' | 'id' | 'type'> = {
  isForum: false,
  blocked: false,
  lastMessageId: 0,
  members: {},
  topics: {},
  pinned: [],
  read: {},
};
