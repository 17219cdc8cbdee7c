import type { Json } from '../bot-client.ts';
import { refused, type Scenario } from '../scenario.ts';
import { openHook } from '../webhook.ts';
import { owner, type World } from '../world.ts';

interface Update {
  readonly update_id: number;
  readonly message?: { readonly text?: string };
}

const say = (world: World, text: string) => world.people('POST', `/chats/${owner}/messages`, { text });
const poll = async ({ bot }: World, params: Json = {}): Promise<readonly Update[]> =>
  (await bot.call('getUpdates', params)) as readonly Update[];
const texts = (updates: readonly Update[]) => updates.map(({ message }) => message?.text);

export const updateScenarios: readonly Scenario[] = [
  {
    name: 'getUpdates repeats updates until an offset confirms them',
    run: async (world) => {
      for (const text of ['one', 'two', 'three']) await say(world, text);
      const first = await poll(world, { limit: 2 });
      const next = { offset: (first[1]?.update_id ?? 0) + 1 };
      return [texts(first), texts(await poll(world, { limit: 2 })), texts(await poll(world, next))];
    },
    expected: [['one', 'two'], ['one', 'two'], ['three']],
  },
  {
    name: 'getUpdates waits for an update',
    run: async (world) => {
      const waiting = poll(world, { timeout: 40 });
      await world.waitsFor(40_000);
      await say(world, 'at last');
      return texts(await waiting);
    },
    expected: ['at last'],
  },
  {
    name: 'getUpdates brings only the kinds it asked for',
    run: async (world) => {
      await poll(world, { allowed_updates: ['callback_query'] });
      await say(world, 'unheard');
      const masked = await poll(world, { allowed_updates: ['message'] });
      await say(world, 'heard');
      return [texts(masked), texts(await poll(world))];
    },
    expected: [[], ['heard']],
  },
  {
    name: 'the older of two polls ends with a conflict',
    run: async (world) => {
      const older = world.answerOf(world.bot.call('getUpdates', { timeout: 30 }));
      await world.waitsFor(30_000);
      const newer = poll(world, { timeout: 31 });
      const ended = await older;
      await say(world, 'mine');
      return [ended, texts(await newer)];
    },
    expected: [
      refused(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'),
      ['mine'],
    ],
  },
  {
    name: 'a webhook is set, described and taken away',
    run: async ({ bot, answerOf }) => {
      const url = 'https://bot.example.org/hook';
      const set = await bot.call('setWebhook', {
        url,
        secret_token: 'a-b_1',
        max_connections: 7,
        allowed_updates: ['message'],
      });
      const info = await bot.call('getWebhookInfo');
      const polling = await answerOf(bot.call('getUpdates', {}));
      const deleted = await bot.call('deleteWebhook', { drop_pending_updates: true });
      const { url: none } = (await bot.call('getWebhookInfo')) as Json;
      return [set, info, polling, deleted, none];
    },
    expected: [
      true,
      {
        url: 'https://bot.example.org/hook',
        has_custom_certificate: false,
        pending_update_count: 0,
        max_connections: 7,
        allowed_updates: ['message'],
      },
      refused(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      ),
      true,
      '',
    ],
  },
  {
    name: 'a webhook gets the secret and the updates of a chat in order, again until they are taken',
    run: async (world) => {
      await using hook = await openHook([{ status: 500 }, { status: 503, retryAfterS: 9 }]);
      await world.bot.call('setWebhook', { url: hook.url, secret_token: 'sesame' });
      await say(world, 'one');
      await say(world, 'two');
      await hook.received(2);
      const info = (await world.bot.call('getWebhookInfo')) as Json;
      await world.clock.advance(8_999);
      const early = hook.deliveries().length;
      await world.clock.advance(1);
      await hook.received(4);
      return [
        hook.deliveries().map(({ secret, body }) => [secret, (body as unknown as Update).message?.text]),
        early,
        [info['pending_update_count'], info['last_error_message']],
      ];
    },
    expected: [
      [
        ['sesame', 'one'],
        ['sesame', 'one'],
        ['sesame', 'one'],
        ['sesame', 'two'],
      ],
      2,
      [2, 'Wrong response from the webhook: 503 Service Unavailable'],
    ],
  },
  {
    name: 'the answer of a webhook may carry a call',
    run: async (world) => {
      await using hook = await openHook([
        { status: 200, answer: { method: 'sendMessage', chat_id: owner, text: 'pong' } },
      ]);
      await world.bot.call('setWebhook', { url: hook.url });
      await say(world, 'ping');
      await hook.received(1);
      await world.clock.advance(0);
      const sent = await world.bot.call('sendMessage', { chat_id: owner, text: 'end' });
      const { messages } = await world.people('GET', `/chats/${owner}/messages`);
      return [(messages as Json[]).map(({ text }) => text), typeof (sent as Json)['message_id']];
    },
    expected: [['ping', 'pong', 'end'], 'number'],
  },
];
