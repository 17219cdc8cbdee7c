import type { Json } from '../bot-client.ts';
import { refused, type Scenario } from '../scenario.ts';
import { botId, fieldsOf, owner, type World } from '../world.ts';

const styled = (value: unknown): Json => fieldsOf(value, 'text', 'entities');

/** Sends, and says how text and entities came out. */
const sent =
  (params: Json) =>
  async ({ bot }: World): Promise<unknown> =>
    styled(await bot.call('sendMessage', { chat_id: owner, ...params }));

const keyboard = (text: string, callback_data: string): Json => ({ inline_keyboard: [[{ text, callback_data }]] });

const notModified = refused(
  400,
  'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
);

export const messageScenarios: readonly Scenario[] = [
  {
    name: 'getMe says who the bot is',
    run: async ({ bot }) =>
      fieldsOf(await bot.call('getMe'), 'id', 'is_bot', 'username', 'can_read_all_group_messages'),
    expected: { id: botId, is_bot: true, username: 'agent_claw_bot', can_read_all_group_messages: false },
  },
  {
    name: 'sendMessage keeps every character of a plain text',
    run: async ({ bot }) => {
      const message = await bot.call('sendMessage', { chat_id: owner, text: '  a & b = "c" + 50% < é 😀\n\nß  ' });
      return { ...fieldsOf(message, 'text', 'entities'), chat: fieldsOf((message as Json)['chat'], 'id', 'type') };
    },
    expected: { text: 'a & b = "c" + 50% < é 😀\n\nß', chat: { id: owner, type: 'private' } },
  },
  {
    name: 'sendMessage takes a chat id as text',
    run: async ({ bot }) => fieldsOf(await bot.call('sendMessage', { chat_id: String(owner), text: 'hi' }), 'text'),
    expected: { text: 'hi' },
  },
  {
    name: 'sendMessage takes entities, counted in UTF-16 units',
    run: sent({
      text: '😀 bold code site',
      entities: [
        { type: 'bold', offset: 3, length: 4 },
        { type: 'pre', offset: 8, length: 4, language: 'ts' },
        { type: 'text_link', offset: 13, length: 4, url: 'https://Example.org' },
      ],
    }),
    expected: {
      text: '😀 bold code site',
      entities: [
        { type: 'bold', offset: 3, length: 4 },
        { type: 'pre', offset: 8, length: 4, language: 'ts' },
        { type: 'text_link', offset: 13, length: 4, url: 'https://example.org/' },
      ],
    },
  },
  {
    name: 'sendMessage finds links, mentions and commands by itself',
    run: sent({ text: '/go @robin_r https://example.org #tag' }),
    expected: {
      text: '/go @robin_r https://example.org #tag',
      entities: [
        { type: 'bot_command', offset: 0, length: 3 },
        { type: 'mention', offset: 4, length: 8 },
        { type: 'url', offset: 13, length: 19 },
        { type: 'hashtag', offset: 33, length: 4 },
      ],
    },
  },
  {
    name: 'sendMessage reads HTML',
    run: sent({ parse_mode: 'HTML', text: '<b>a<i>b</i></b> &lt;x&gt; <pre><code class="language-py">1</code></pre>' }),
    expected: {
      text: 'ab <x> 1',
      entities: [
        { type: 'bold', offset: 0, length: 1 },
        { type: 'bold', offset: 1, length: 1 },
        { type: 'italic', offset: 1, length: 1 },
        { type: 'pre', offset: 7, length: 1, language: 'py' },
      ],
    },
  },
  {
    name: 'sendMessage reads MarkdownV2',
    run: sent({ parse_mode: 'MarkdownV2', text: '*a* ||b|| [c](https://a.org/) 1\\.\n>quote' }),
    expected: {
      text: 'a b c 1.\nquote',
      entities: [
        { type: 'bold', offset: 0, length: 1 },
        { type: 'spoiler', offset: 2, length: 1 },
        { type: 'text_link', offset: 4, length: 1, url: 'https://a.org/' },
        { type: 'blockquote', offset: 9, length: 5 },
      ],
    },
  },
  {
    name: 'sendMessage answers a message, and says so when it is gone',
    run: async ({ bot, answerOf }) => {
      const first = (await bot.call('sendMessage', { chat_id: owner, text: 'one' })) as Json;
      const id = Number(first['message_id']);
      const reply = (reply_parameters: Json) =>
        answerOf(bot.call('sendMessage', { chat_id: owner, text: 'two', reply_parameters }));
      const answer = (await reply({ message_id: id })) as Json;
      const anyway = (await reply({ message_id: 999, allow_sending_without_reply: true })) as Json;
      const gone = await reply({ message_id: 999 });
      return [fieldsOf(answer['reply_to_message'], 'text'), anyway['reply_to_message'] ?? null, gone];
    },
    expected: [{ text: 'one' }, null, refused(400, 'Bad Request: message to be replied not found')],
  },
  {
    name: 'a button comes back as a callback query that is answered once',
    run: async ({ bot, people, answerOf }) => {
      const markup = keyboard('Yes', 'yes:1');
      const message = (await bot.call('sendMessage', { chat_id: owner, text: 'ok?', reply_markup: markup })) as Json;
      await people('POST', `/chats/${owner}/messages/${String(message['message_id'])}/press`, { row: 0, column: 0 });
      const [update] = (await bot.call('getUpdates', {})) as { callback_query: Json }[];
      const query = update?.callback_query ?? {};
      const answer = () =>
        bot.call('answerCallbackQuery', { callback_query_id: query['id'], text: 'Done', show_alert: true });
      const shown = [await answer(), await answerOf(answer())];
      const view = await people('GET', `/callbacks/${String(query['id'])}`);
      return [message['reply_markup'], fieldsOf(query, 'data'), ...shown, fieldsOf(view, 'text', 'showAlert')];
    },
    expected: [
      keyboard('Yes', 'yes:1'),
      { data: 'yes:1' },
      true,
      refused(400, 'Bad Request: query is too old and response timeout expired or query ID is invalid'),
      { text: 'Done', showAlert: true },
    ],
  },
  {
    name: 'editMessageText changes text, and refuses what changes nothing',
    run: async ({ bot, answerOf }) => {
      const { message_id } = (await bot.call('sendMessage', { chat_id: owner, text: 'one' })) as Json;
      const edit = (more: Json) => answerOf(bot.call('editMessageText', { chat_id: owner, message_id, ...more }));
      const edited = (await edit({ text: '<b>two</b>', parse_mode: 'HTML' })) as Json;
      const again = await edit({ text: 'two', entities: [{ type: 'bold', offset: 0, length: 3 }] });
      return [{ ...styled(edited), isEdited: edited['edit_date'] !== undefined }, again];
    },
    expected: [{ text: 'two', entities: [{ type: 'bold', offset: 0, length: 3 }], isEdited: true }, notModified],
  },
  {
    name: 'editMessageReplyMarkup changes the keyboard alone',
    run: async ({ bot, answerOf }) => {
      const { message_id } = (await bot.call('sendMessage', { chat_id: owner, text: 'one' })) as Json;
      const edit = (more: Json) =>
        answerOf(bot.call('editMessageReplyMarkup', { chat_id: owner, message_id, ...more }));
      const edited = await edit({ reply_markup: keyboard('A', 'a') });
      const again = await edit({ reply_markup: keyboard('A', 'a') });
      return [fieldsOf(edited, 'text', 'reply_markup'), again, fieldsOf(await edit({}), 'text', 'reply_markup')];
    },
    expected: [{ text: 'one', reply_markup: keyboard('A', 'a') }, notModified, { text: 'one' }],
  },
  {
    name: 'deleteMessage takes a message away once; deleteMessages passes over what is gone',
    run: async ({ bot, answerOf }) => {
      const ids: unknown[] = [];
      for (const text of ['one', 'two', 'three'])
        ids.push(((await bot.call('sendMessage', { chat_id: owner, text })) as Json)['message_id']);
      const remove = () => answerOf(bot.call('deleteMessage', { chat_id: owner, message_id: ids[0] }));
      return [await remove(), await remove(), await bot.call('deleteMessages', { chat_id: owner, message_ids: ids })];
    },
    expected: [true, refused(400, 'Bad Request: message to delete not found'), true],
  },
  {
    name: 'a reaction is set, replaced and taken back',
    run: async ({ bot, people }) => {
      const view = (await people('POST', `/chats/${owner}/messages`, { text: 'look' })) as {
        messages?: { messageId: number }[];
      };
      const message_id = view.messages?.[0]?.messageId;
      const shown = [];
      for (const reaction of [[{ type: 'emoji', emoji: '👀' }], [{ type: 'emoji', emoji: '👍' }], []]) {
        const result = await bot.call('setMessageReaction', { chat_id: owner, message_id, reaction });
        const { reactions } = await people('GET', `/chats/${owner}/messages/${message_id}`);
        shown.push([result, (reactions as Json[]).map(({ emoji }) => emoji)]);
      }
      return shown;
    },
    expected: [
      [true, ['👀']],
      [true, ['👍']],
      [true, []],
    ],
  },
  {
    name: 'sendChatAction shows for five seconds',
    run: async ({ bot, people, clock }) => {
      const actions = async () => {
        const { typing } = await people('GET', `/chats/${owner}/messages`);
        return (typing as Json[]).map(({ action }) => action);
      };
      const result = await bot.call('sendChatAction', { chat_id: owner, action: 'upload_document' });
      const before = await actions();
      await clock.advance(5_000);
      return [result, before, await actions()];
    },
    expected: [true, ['upload_document'], []],
  },
  {
    name: 'a message forwarded or copied keeps its text',
    run: async ({ bot }) => {
      const { message_id } = (await bot.call('sendMessage', { chat_id: owner, text: 'news' })) as Json;
      const from = { chat_id: owner, from_chat_id: owner, message_id };
      const forwarded = (await bot.call('forwardMessage', from)) as Json;
      const copied = (await bot.call('copyMessage', from)) as Json;
      const origin = forwarded['forward_origin'] as Json;
      return [forwarded['text'], origin['type'], Object.keys(copied)];
    },
    expected: ['news', 'user', ['message_id']],
  },
];
