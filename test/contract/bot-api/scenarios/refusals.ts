import type { Json } from '../bot-client.ts';
import { refused, type Scenario } from '../scenario.ts';
import { owner, type World } from '../world.ts';

const sending =
  (params: Json) =>
  ({ bot, answerOf }: World): Promise<unknown> =>
    answerOf(bot.call('sendMessage', { chat_id: owner, text: 'x', ...params }));

/** What `getMe` of a client with this token is told. */
const withToken =
  (other: string) =>
  async (world: World): Promise<unknown> =>
    world.answerOf(world.other(other).call('getMe'));

export const refusalScenarios: readonly Scenario[] = [
  {
    name: 'a flood is answered with the time to wait, once',
    run: async (world) => {
      world.double.fault({ method: 'sendMessage', kind: 'flood', retryAfterS: 61 });
      return [await sending({})(world), ((await sending({ text: 'later' })(world)) as Json)['text']];
    },
    expected: [refused(429, 'Too Many Requests: retry after 61', { retry_after: 61 }), 'later'],
  },
  { name: 'an unknown chat', run: sending({ chat_id: 99 }), expected: refused(400, 'Bad Request: chat not found') },
  {
    name: 'a message to edit that is gone',
    run: ({ bot, answerOf }) => answerOf(bot.call('editMessageText', { chat_id: owner, message_id: 999, text: 'x' })),
    expected: refused(400, 'Bad Request: message to edit not found'),
  },
  {
    name: 'a text of 4,097 characters, and none of 4,096 emoji',
    run: async (world) => [
      await sending({ text: 'x'.repeat(4097) })(world),
      String(((await sending({ text: '😀'.repeat(4096) })(world)) as Json)['text']).length,
    ],
    expected: [refused(400, 'Bad Request: message is too long'), 8192],
  },
  {
    name: 'a tag that Telegram does not know, placed in bytes',
    run: sending({ parse_mode: 'HTML', text: 'é <div>x</div>' }),
    expected: refused(400, 'Bad Request: can\'t parse entities: Unsupported start tag "div" at byte offset 3'),
  },
  {
    name: 'a reserved character of MarkdownV2',
    run: sending({ parse_mode: 'MarkdownV2', text: 'a.' }),
    expected: refused(
      400,
      "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    ),
  },
  {
    name: 'a button with 65 bytes of data',
    run: sending({ reply_markup: { inline_keyboard: [[{ text: 'A', callback_data: 'x'.repeat(65) }]] } }),
    expected: refused(400, 'Bad Request: BUTTON_DATA_INVALID'),
  },
  {
    name: 'a file_id of nobody',
    run: ({ bot, answerOf }) => answerOf(bot.call('getFile', { file_id: 'AAAA' })),
    expected: refused(400, 'Bad Request: invalid file_id'),
  },
  { name: 'a token that no bot has', run: withToken('9:nobody'), expected: refused(401, 'Unauthorized') },
  {
    name: 'an outage with a page instead of JSON is an error, not an answer',
    run: async (world) => {
      world.double.fault({ method: 'sendMessage', kind: 'html' });
      return sending({})(world).then(
        // A library that turns it into an answer of its own must at least not say that it went well.
        (answer) => typeof (answer as Json)['code'] === 'number' && Number((answer as Json)['code']) >= 500,
        () => true,
      );
    },
    expected: true,
  },
  {
    name: 'a connection that breaks after the message went out leaves one message',
    run: async (world) => {
      world.double.fault({ method: 'sendMessage', kind: 'reset_after' });
      const failed = await sending({ text: 'once' })(world).then(
        () => false,
        () => true,
      );
      const { messages } = await world.people('GET', `/chats/${owner}/messages`);
      return [failed, (messages as Json[]).map(({ text }) => text)];
    },
    expected: [true, ['once']],
  },
  {
    name: 'a rate limit of Telegram, met unprovoked, ends after the time it names',
    limited: true,
    run: async (world) => {
      const results = [];
      for (let n = 1; n <= 6; n += 1) results.push(await sending({ text: String(n) })(world));
      await world.clock.advance(1_000);
      results.push(await sending({ text: '7' })(world));
      return results.map((result) => (result as Json)['text'] ?? result);
    },
    expected: ['1', '2', '3', '4', '5', refused(429, 'Too Many Requests: retry after 1', { retry_after: 1 }), '7'],
  },
];
