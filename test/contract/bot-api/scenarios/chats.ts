import type { Json } from '../bot-client.ts';
import { refused, type Scenario } from '../scenario.ts';
import { fieldsOf, openChat, owner } from '../world.ts';

const forum = { type: 'supergroup', title: 'Forum', isForum: true, botStatus: 'administrator' };
const commands = (...names: string[]) => names.map((command) => ({ command, description: `Does ${command}` }));

export const chatScenarios: readonly Scenario[] = [
  {
    name: 'a forum topic is created, written into, closed and deleted',
    run: async (world) => {
      const chat_id = await openChat(world, forum);
      const { bot, answerOf } = world;
      const topic = (await bot.call('createForumTopic', { chat_id, name: 'Trip' })) as Json;
      const { message_thread_id } = topic;
      const send = (thread: unknown) =>
        answerOf(bot.call('sendMessage', { chat_id, message_thread_id: thread, text: 'in it' }));
      const message = (await send(message_thread_id)) as Json;
      const closed = await bot.call('closeForumTopic', { chat_id, message_thread_id });
      const reopened = await bot.call('reopenForumTopic', { chat_id, message_thread_id });
      const deleted = await bot.call('deleteForumTopic', { chat_id, message_thread_id });
      return [
        fieldsOf(topic, 'name'),
        message['message_thread_id'] === message_thread_id,
        fieldsOf(message, 'is_topic_message'),
        [closed, reopened, deleted],
        await send(message_thread_id),
        await send(1),
      ];
    },
    expected: [
      { name: 'Trip' },
      true,
      { is_topic_message: true },
      [true, true, true],
      refused(400, 'Bad Request: message thread not found'),
      refused(400, 'Bad Request: message thread not found'),
    ],
  },
  {
    name: 'a thread means nothing in a group without topics',
    run: async (world) => {
      const chat_id = await openChat(world, { type: 'supergroup', title: 'Flat' });
      const message = await world.bot.call('sendMessage', { chat_id, message_thread_id: 77, text: 'hi' });
      return fieldsOf(message, 'text', 'message_thread_id');
    },
    expected: { text: 'hi' },
  },
  {
    name: 'commands are kept per scope and language',
    run: async ({ bot }) => {
      const scopes: Json[] = [
        {},
        { scope: { type: 'all_private_chats' } },
        { scope: { type: 'chat', chat_id: owner } },
        { scope: { type: 'all_private_chats' }, language_code: 'de' },
      ];
      for (const [i, where] of scopes.entries())
        await bot.call('setMyCommands', { commands: commands(`c${i}`), ...where });
      await bot.call('deleteMyCommands', { scope: { type: 'chat', chat_id: owner } });
      const lists = [];
      for (const where of scopes) lists.push(await bot.call('getMyCommands', where));
      return lists;
    },
    expected: [commands('c0'), commands('c1'), [], commands('c3')],
  },
  {
    name: 'a group that became a supergroup says where it went',
    run: async (world) => {
      const chat_id = await openChat(world, { type: 'group', title: 'Old' });
      const { chatId } = await world.people('POST', `/chats/${chat_id}/migrate`, {});
      const send = (chat: unknown) => world.answerOf(world.bot.call('sendMessage', { chat_id: chat, text: 'hi' }));
      const refusal = (await send(chat_id)) as { parameters: Json };
      const there = await send(refusal.parameters['migrate_to_chat_id']);
      const leadsThere = refusal.parameters['migrate_to_chat_id'] === Number(chatId);
      return [{ ...refusal, parameters: leadsThere }, fieldsOf(there, 'text')];
    },
    expected: [
      { code: 400, description: 'Bad Request: group chat was upgraded to a supergroup chat', parameters: true },
      { text: 'hi' },
    ],
  },
  {
    name: 'who blocks the bot, or throws it out, is told apart',
    run: async (world) => {
      const { bot, people, answerOf } = world;
      await people('POST', `/chats/${owner}/block`, {});
      const chat_id = await openChat(world, { type: 'supergroup', title: 'Out' });
      const send = (chat: number) => answerOf(bot.call('sendMessage', { chat_id: chat, text: 'hi' }));
      const blocked = await send(owner);
      const { id } = (await bot.call('getMe')) as Json;
      await people('POST', `/chats/${chat_id}/members`, { userId: id, status: 'kicked' });
      const kicked = await send(chat_id);
      await people('POST', `/chats/${owner}/unblock`, {});
      return [blocked, kicked, fieldsOf(await send(owner), 'text')];
    },
    expected: [
      refused(403, 'Forbidden: bot was blocked by the user'),
      refused(403, 'Forbidden: bot was kicked from the supergroup chat'),
      { text: 'hi' },
    ],
  },
  {
    name: 'the bot looks at a chat and its members, and leaves',
    run: async (world) => {
      const chat_id = await openChat(world, { type: 'supergroup', title: 'Club' });
      const { bot, answerOf } = world;
      const chat = await bot.call('getChat', { chat_id });
      const member = (await bot.call('getChatMember', { chat_id, user_id: owner })) as Json;
      const left = await bot.call('leaveChat', { chat_id });
      return [
        fieldsOf(chat, 'title', 'type'),
        member['status'],
        left,
        await answerOf(bot.call('sendMessage', { chat_id, text: 'hi' })),
      ];
    },
    expected: [
      { title: 'Club', type: 'supergroup' },
      'creator',
      true,
      refused(403, 'Forbidden: bot is not a member of the supergroup chat'),
    ],
  },
  {
    name: 'a draft is seen until the message comes, and not in groups',
    run: async (world) => {
      const { bot, people, answerOf } = world;
      const draft = (chat_id: number) =>
        answerOf(bot.call('sendMessageDraft', { chat_id, draft_id: 5, text: '<b>thin</b>', parse_mode: 'HTML' }));
      const drafts = async () => {
        const { drafts: seen } = await people('GET', `/chats/${owner}/messages`);
        return (seen as Json[]).map((one) => fieldsOf(one, 'draftId', 'text', 'entities'));
      };
      const result = await draft(owner);
      const before = await drafts();
      await bot.call('sendMessage', { chat_id: owner, text: 'thinking' });
      return [result, before, await drafts(), await draft(await openChat(world, { type: 'supergroup', title: 'G' }))];
    },
    expected: [
      true,
      [{ draftId: 5, text: 'thin', entities: [{ type: 'bold', offset: 0, length: 4 }] }],
      [],
      refused(400, 'Bad Request: TEXTDRAFT_PEER_INVALID'),
    ],
  },
  {
    name: 'a message is pinned, told of, and unpinned',
    run: async (world) => {
      const chat_id = await openChat(world, { type: 'supergroup', title: 'Club', botStatus: 'administrator' });
      const { bot, people } = world;
      const { message_id } = (await bot.call('sendMessage', { chat_id, text: 'rules' })) as Json;
      const pinned = await bot.call('pinChatMessage', { chat_id, message_id, disable_notification: true });
      const { messages } = await people('GET', `/chats/${chat_id}/messages`);
      const shown = (messages as Json[]).map((one) => (one['pinned'] === true ? one['text'] : null)).filter(Boolean);
      return [pinned, shown, await bot.call('unpinChatMessage', { chat_id, message_id })];
    },
    expected: [true, ['rules'], true],
  },
];
