import { badRequest } from '../bot-api-error.ts';
import { chatObject, messageObject } from '../world/bot-view.ts';
import { setMember } from '../world/membership.ts';
import { publishChat } from '../world/page-view.ts';
import { postMessage } from '../world/post-message.ts';
import type { ChatRecord } from '../world/records.ts';
import type { World } from '../world/world.ts';
import { type Call, knownChat, type Methods, writableChat } from './call.ts';

const memberObject = (world: World, chat: ChatRecord, userId: number): unknown => {
  const user = world.users.get(String(userId));
  if (user === undefined) throw badRequest('PARTICIPANT_ID_INVALID');
  return { user, status: chat.type === 'private' ? 'member' : (chat.members[userId] ?? 'left') };
};

const assertMayPin = (call: Call, chat: ChatRecord): void => {
  if (chat.type === 'supergroup' && chat.members[call.bot.id] !== 'administrator')
    throw badRequest('not enough rights to manage pinned messages in the chat');
};

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
};
