import { describe, expect, it } from 'vitest';
import { grammy } from './clients/grammy.ts';
import { listening, receivers } from './receivers.ts';
import { openWorld, owner, token } from './world.ts';

describe.each(receivers)('the webhook of $name', ({ name, refusesWith, serve }) => {
  it('takes what the double delivers with its secret, in order, and refuses another secret', async () => {
    await using world = await openWorld(grammy);
    const { url: root } = world;
    const seen: string[] = [];
    await using hook = await listening(serve(token, root, 'sesame', (text) => seen.push(text)));
    const webhook = async () => world.people('GET', '/webhook');
    const say = (text: string) => world.people('POST', `/chats/${owner}/messages`, { text });

    await world.bot.call('setWebhook', { url: hook.url, secret_token: 'sesame' });
    for (const text of ['one', 'two & ü']) await say(text);
    await expect.poll(async () => [seen.length, (await webhook())['delivered']]).toEqual([2, 2]);
    await world.clock.advance(1_000);
    await world.bot.call('setWebhook', { url: hook.url, secret_token: 'other' });
    await say('three');
    await expect.poll(async () => (await webhook())['lastErrorMessage']).toBeDefined();

    const { lastErrorMessage, pendingUpdateCount } = await webhook();
    expect([seen, lastErrorMessage, pendingUpdateCount]).toEqual([
      ['one', 'two & ü'],
      `Wrong response from the webhook: ${refusesWith}`,
      1,
    ]);
    const answers = world.double.requests().filter(({ via }) => via === 'webhook_answer');
    expect(answers.map(({ method, outcome }) => [method, outcome.status])).toEqual(
      name === 'Telegraf'
        ? [
            ['sendChatAction', 200],
            ['sendChatAction', 200],
          ]
        : [],
    );
  });
});
