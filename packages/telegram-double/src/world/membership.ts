import { epochS } from '../clock.ts';
import type { MemberStatus } from '../double-api.ts';
import { chatObject } from './bot-view.ts';
import { chatView } from './page-view.ts';
import { postMessage } from './post-message.ts';
import type { ChatRecord } from './records.ts';
import { type Mailboxes, sendUpdate } from './updates.ts';
import { userOf, type World } from './world.ts';

/** Changes who is in a group: the bot concerned gets my_chat_member, administrators chat_member, and the chat a service message. */
export const setMember = (
  world: World,
  mailboxes: Mailboxes,
  chat: ChatRecord,
  userId: number,
  status: MemberStatus,
  byId: number,
): ChatRecord => {
  const user = userOf(world, userId);
  const before = chat.members[userId] ?? 'left';
  const changed: ChatRecord = { ...chat, members: { ...chat.members, [userId]: status } };
  world.chats.put(chat.key, changed);
  world.events.publish(chat.key, { type: 'chat', chat: chatView(world, changed, world.ownerId) });
  const update = {
    chat: chatObject(world, chat),
    from: userOf(world, byId),
    date: epochS(world.clock),
    old_chat_member: { user, status: before },
    new_chat_member: { user, status },
  };
  for (const [botId, mailbox] of mailboxes) {
    if (botId === userId) sendUpdate(mailbox, 'my_chat_member', update, { chatId: chat.id });
    else if (chat.members[botId] === 'administrator') sendUpdate(mailbox, 'chat_member', update, { userId });
  }
  const wasIn = !['left', 'kicked'].includes(before);
  const isIn = !['left', 'kicked'].includes(status);
  if (wasIn !== isIn) {
    const body = isIn ? { new_chat_members: [user] } : { left_chat_member: user };
    postMessage(world, mailboxes, { chatKey: chat.key, fromId: byId, body });
  }
  return world.chats.get(chat.key) ?? changed;
};

/** A person blocks or unblocks a bot; the bot hears of it as my_chat_member. */
export const setBlocked = (world: World, mailboxes: Mailboxes, chat: ChatRecord, blocked: boolean): ChatRecord => {
  const changed = { ...chat, blocked };
  const mailbox = mailboxes.get(chat.botId ?? 0);
  if (mailbox === undefined || chat.blocked === blocked) return chat;
  world.chats.put(chat.key, changed);
  world.events.publish(chat.key, { type: 'chat', chat: chatView(world, changed, world.ownerId) });
  const user = userOf(world, mailbox.botId);
  const update = {
    chat: chatObject(world, chat),
    from: userOf(world, chat.id),
    date: epochS(world.clock),
    old_chat_member: { user, status: blocked ? 'member' : 'kicked' },
    new_chat_member: { user, status: blocked ? 'kicked' : 'member' },
  };
  sendUpdate(mailbox, 'my_chat_member', update, { chatId: chat.id });
  return changed;
};

/** A group becomes a supergroup with a new id; the old id only says where it went. */
export const migrate = (world: World, mailboxes: Mailboxes, chat: ChatRecord, byId: number): ChatRecord => {
  const id = -(1_000_000_000_000 + world.nextNumber('supergroup', 2_000_000_001));
  const next: ChatRecord = { ...chat, key: String(id), id, type: 'supergroup', lastMessageId: 0, pinned: [], read: {} };
  world.chats.put(next.key, next);
  postMessage(world, mailboxes, { chatKey: chat.key, fromId: byId, body: { migrate_to_chat_id: id } });
  world.chats.put(chat.key, { ...(world.chats.get(chat.key) ?? chat), migratedTo: id });
  postMessage(world, mailboxes, { chatKey: next.key, fromId: byId, body: { migrate_from_chat_id: chat.id } });
  const created = world.chats.get(next.key) ?? next;
  world.events.publish(next.key, { type: 'chat', chat: chatView(world, created, world.ownerId) });
  return created;
};
