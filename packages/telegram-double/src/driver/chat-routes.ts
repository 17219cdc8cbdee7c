import { commandsFor } from '../methods/command-methods.ts';
import { createTopic, defaultIconColor, deleteTopic } from '../methods/topic-methods.ts';
import type { MemberStatus } from '../double-api.ts';
import { chatObject } from '../world/bot-view.ts';
import { migrate, setBlocked, setMember } from '../world/membership.ts';
import { chatView, personView, readKey } from '../world/page-view.ts';
import { sendUpdate } from '../world/updates.ts';
import { userOf } from '../world/world.ts';
import { assertPerson, DriverError, type DriverRequest, type Routes } from './driver-request.ts';
import { chatOf, published } from './find-chat.ts';
import { newChat } from './new-chat.ts';

const block = (request: DriverRequest, blocked: boolean): unknown => {
  const { world, mailboxes } = request.deps;
  return chatView(world, setBlocked(world, mailboxes, chatOf(request), blocked), request.asId);
};

/** What people do with chats: open, read, block, join, stop a draft, look at the command menu. */
export const chatRoutes: Routes = {
  'POST /chats': newChat,
  'POST /chats/:chat/topics': (request) => {
    const chat = chatOf(request);
    if (!chat.isForum) throw new DriverError(400, `Chat ${chat.key} is not a forum.`);
    return {
      ...createTopic(request.deps, chat, request.asId, request.params.text('name') || 'Topic', defaultIconColor),
      unread: 0,
    };
  },
  'DELETE /chats/:chat/topics/:thread': (request) => {
    const chat = chatOf(request);
    const threadId = Number(request.path['thread']);
    if (chat.topics[threadId] === undefined) throw new DriverError(404, `Chat ${chat.key} has no topic ${threadId}.`);
    if (!['creator', 'administrator'].includes(chat.members[request.asId] ?? ''))
      throw new DriverError(403, `Person ${request.asId} does not run chat ${chat.key}.`);
    deleteTopic(request.deps, chat, threadId);
    return {};
  },
  'POST /chats/:chat/read': (request) => {
    const chat = chatOf(request);
    const upTo = request.params.int('upTo') ?? chat.lastMessageId;
    const changed = {
      ...chat,
      read: { ...chat.read, [readKey(request.asId, request.params.int('thread') || undefined)]: upTo },
    };
    request.deps.world.chats.put(chat.key, changed);
    return published(request.deps, changed, request.asId);
  },
  'POST /chats/:chat/block': (request) => block(request, true),
  'POST /chats/:chat/unblock': (request) => block(request, false),
  'POST /chats/:chat/members': (request) => {
    const { deps, params, asId } = request;
    const status = params.text('status');
    if (!['member', 'administrator', 'left', 'kicked'].includes(status))
      throw new DriverError(400, `No member status "${status}".`);
    const userId = params.int('userId') ?? 0;
    assertPerson(deps.world, userId);
    const changed = setMember(deps.world, deps.mailboxes, chatOf(request), userId, status as MemberStatus, asId);
    return chatView(deps.world, changed, asId);
  },
  'POST /chats/:chat/migrate': (request) => {
    const chat = chatOf(request);
    if (chat.type !== 'group' || chat.migratedTo !== undefined)
      throw new DriverError(400, `Chat ${chat.key} is not a group that could become a supergroup.`);
    const { world, mailboxes } = request.deps;
    return chatView(world, migrate(world, mailboxes, chat, request.asId), request.asId);
  },
  'DELETE /chats/:chat': (request) => {
    const chat = chatOf(request);
    if (chat.type === 'private') throw new DriverError(400, `Chat ${chat.key} is no group.`);
    if (chat.members[request.asId] !== 'creator')
      throw new DriverError(403, `Person ${request.asId} did not create chat ${chat.key}.`);
    request.deps.world.chats.put(chat.key, { ...chat, isDeleted: true });
    return {};
  },
  'POST /chats/:chat/stop': (request) => {
    const { deps, params } = request;
    const chat = chatOf(request);
    const draftId = params.int('draftId') ?? 0;
    const thread = params.int('thread');
    const draft = deps.world.presence.stopDraft(chat.key, thread, draftId);
    if (draft === undefined) throw new DriverError(404, `No draft ${draftId} in chat ${chat.key}; it may have ended.`);
    const content = {
      chat: chatObject(deps.world, chat),
      ...(thread === undefined ? {} : { message_thread_id: thread }),
      draft_id: draftId,
    };
    const mailbox = deps.mailboxes.get(draft.from.id);
    if (mailbox !== undefined) sendUpdate(mailbox, 'stopped_message_generation', content, { chatId: chat.id });
    return {};
  },
  'GET /chats/:chat/commands': (request) => {
    const chat = chatOf(request);
    const { world } = request.deps;
    const bots = world.bots.filter(({ id }) => chat.botId === id || chat.members[id] !== undefined);
    return {
      commands: bots.flatMap((bot) =>
        commandsFor(world, bot.id, chat, request.asId).map((one) => ({
          ...one,
          bot: personView(userOf(world, bot.id)),
        })),
      ),
    };
  },
};
