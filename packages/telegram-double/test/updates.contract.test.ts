import { describe, expect, it } from 'vitest';
import { aDouble, botId, friend, group, owner, reasonOf } from './double-under-test.ts';

const textsOf = (updates: readonly { message?: { text?: string } }[]) => updates.map(({ message }) => message?.text);

describe('getUpdates', () => {
  it('gives the same updates again until a higher offset confirms them', async () => {
    await using world = await aDouble();
    await world.say(owner, 'one');
    await world.say(owner, 'two');
    const first = await world.api.getUpdates();
    const again = await world.api.getUpdates();
    const rest = await world.api.getUpdates({ offset: (first[0]?.update_id ?? 0) + 1 });
    const left = await world.api.getUpdates({ offset: (first[1]?.update_id ?? 0) + 1 });
    expect([textsOf(first), textsOf(again), textsOf(rest), left]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
      ['two'],
      [],
    ]);
  });

  it('counts a negative offset from the end and forgets what lies before', async () => {
    await using world = await aDouble();
    for (const text of ['one', 'two', 'three']) await world.say(owner, text);
    const last = await world.api.getUpdates({ offset: -1 });
    expect([textsOf(last), textsOf(await world.api.getUpdates())]).toEqual([['three'], ['three']]);
  });

  it('waits for an update, and answers empty when none comes in time', async () => {
    await using world = await aDouble();
    const waiting = world.api.getUpdates({ timeout: 30 });
    await expect.poll(() => world.sleepsBegun(30_000)).toEqual(1);
    await world.say(owner, 'at last');
    const found = await waiting;
    const inVain = world.api.getUpdates({ timeout: 30, offset: (found[0]?.update_id ?? 0) + 1 });
    await expect.poll(() => world.sleepsBegun(30_000)).toEqual(2);
    await world.clock.advance(30_000);
    expect([textsOf(found), await inVain]).toEqual([['at last'], []]);
  });

  it('ends the older of two polls, and one that a webhook replaces', async () => {
    await using world = await aDouble();
    const older = reasonOf(world.api.getUpdates({ timeout: 50 }));
    await expect.poll(() => world.sleepsBegun(50_000)).toEqual(1);
    const newer = reasonOf(world.api.getUpdates({ timeout: 50 }));
    const first = await older;
    await world.api.setWebhook('http://127.0.0.1:9/');
    expect([first, await newer, await reasonOf(world.api.getUpdates())]).toEqual([
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      'Conflict: terminated by setWebhook request',
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    ]);
  });

  it('keeps the mask of kinds until another call names one', async () => {
    await using world = await aDouble();
    await world.api.getUpdates({ allowed_updates: ['callback_query'] });
    await world.say(owner, 'unheard');
    await world.api.getUpdates();
    await world.say(owner, 'unheard too');
    const masked = await world.api.getUpdates({ allowed_updates: [] });
    await world.say(owner, 'heard');
    expect([textsOf(masked), textsOf(await world.api.getUpdates())]).toEqual([[], ['heard']]);
  });
});

describe('privacy mode', () => {
  it('shows a plain member only what is addressed to it, and service lines', async () => {
    await using world = await aDouble();
    await world.people('POST', `/chats/${group}/members`, { userId: botId, status: 'member' });
    const { message_id } = await world.api.sendMessage(group, 'hello all');
    await world.say(group, 'among ourselves');
    await world.say(group, '@agent_claw_bot2 is another one');
    await world.say(group, 'hey @agent_claw_bot');
    await world.say(group, '/start');
    await world.say(group, '/start@other_bot');
    await world.say(group, 'to you', { replyTo: message_id, as: friend });
    await world.people('POST', `/chats/${group}/members`, { userId: friend, status: 'left' });
    const updates = await world.api.getUpdates({ allowed_updates: ['message'] });
    const messages = updates.flatMap(({ message }) => message ?? []);
    expect(messages.map((message) => message.text ?? message.left_chat_member?.first_name)).toEqual([
      'hey @agent_claw_bot',
      '/start',
      'to you',
      'Robin',
    ]);
  });

  it('shows an administrator everything', async () => {
    await using world = await aDouble();
    await world.say(group, 'among ourselves');
    expect(textsOf(await world.api.getUpdates())).toEqual(['among ourselves']);
  });
});
