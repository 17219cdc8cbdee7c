import { InputFile } from 'grammy';
import { describe, expect, it } from 'vitest';
import { aDouble, botId, forum, friend, group, owner, reasonOf } from './double-under-test.ts';

type World = Awaited<ReturnType<typeof aDouble>>;

const forward = (world: World, from: number, id: number, body: object) =>
  world.people('POST', `/chats/${from}/messages/${id}/forward`, body);

const said = async (world: World, chat: number, text: string, as: number): Promise<number> => {
  const { messages } = await world.people<{ messages: { messageId: number }[] }>('POST', `/chats/${chat}/messages`, {
    text,
    as,
  });
  return messages[0]?.messageId ?? 0;
};

const lastHeard = async (world: World) => (await world.api.getUpdates()).at(-1)?.message;

describe('a message that a person forwards', () => {
  it('says what was said and by whom, and is shown to those in the chat', async () => {
    await using world = await aDouble();
    const id = await said(world, group, 'see https://example.org', friend);
    await world.clock.advance(60_000);
    const shown = await forward(world, group, id, { to: owner });
    const heard = await lastHeard(world);
    const entities = [{ type: 'url', offset: 4, length: 19 }];
    expect({
      shown,
      heard: [heard?.from?.id, heard?.text, heard?.entities, heard?.forward_origin],
      aMinuteLater: (heard?.date ?? 0) - (heard?.forward_origin?.date ?? 0),
    }).toMatchObject({
      shown: { chatId: String(owner), from: { id: owner }, text: 'see https://example.org', forwardedFrom: 'Robin' },
      heard: [owner, 'see https://example.org', entities, { type: 'user', sender_user: { id: friend, is_bot: false } }],
      aMinuteLater: 60,
    });
  });

  it('brings the file and caption of a bot along, and none of its buttons', async () => {
    await using world = await aDouble();
    const sent = await world.api.sendDocument(owner, new InputFile(Buffer.from('plan'), 'plan.pdf'), {
      caption: '*new*',
      parse_mode: 'Markdown',
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
    });
    const shown = await forward(world, owner, sent.message_id, { to: forum, thread: 2 });
    const heard = await lastHeard(world);
    expect([shown['forwardedFrom'], shown['buttons'], heard]).toMatchObject([
      'agent-claw',
      [],
      {
        message_thread_id: 2,
        caption: 'new',
        caption_entities: [{ type: 'bold', offset: 0, length: 3 }],
        document: { file_unique_id: sent.document.file_unique_id },
        forward_origin: { type: 'user', sender_user: { id: botId, is_bot: true } },
      },
    ]);
    expect(heard?.reply_markup).toBeUndefined();
  });

  it('keeps its first author when it is forwarded on, and cannot be reworded', async () => {
    await using world = await aDouble();
    const id = await said(world, group, 'the plan', friend);
    const first = await forward(world, group, id, { to: forum });
    const second = await forward(world, forum, Number(first['messageId']), { to: owner });
    const path = `/chats/${owner}/messages/${String(second['messageId'])}`;
    expect([first['forwardedFrom'], second['forwardedFrom'], await world.people('PUT', path, { text: 'x' })]).toEqual([
      'Robin',
      'Robin',
      { error: `Message ${String(second['messageId'])} is forwarded and keeps its words; send a message of your own.` },
    ]);
  });

  it('carries the name alone of somebody who hides behind it', async () => {
    await using world = await aDouble();
    const { id } = await world.people<{ id: number }>('POST', '/people', {
      firstName: 'Kim',
      lastName: 'Doe',
      hidesForwards: true,
    });
    await world.people('POST', `/chats/${group}/members`, { userId: id, status: 'member' });
    const messageId = await said(world, group, 'psst', id);
    const shown = await forward(world, group, messageId, { to: owner });
    const byPerson = (await lastHeard(world))?.forward_origin;
    const byBot = (await world.api.forwardMessage(owner, group, messageId)).forward_origin;
    const origin = { type: 'hidden_user', sender_user_name: 'Kim Doe', date: byPerson?.date };
    expect([shown['forwardedFrom'], byPerson, byBot]).toEqual(['Kim Doe', origin, origin]);
  });

  it('unblocks the bot that it is sent to', async () => {
    await using world = await aDouble();
    const id = await said(world, group, 'hi', owner);
    await world.people('POST', `/chats/${owner}/block`, {});
    await forward(world, group, id, { to: owner });
    expect(await reasonOf(world.api.sendMessage(owner, 'welcome back'))).toBe('accepted');
  });

  it('is refused when it is no message, goes nowhere, or somebody is not in both chats', async () => {
    await using world = await aDouble();
    const id = await said(world, group, 'hi', owner);
    const { id: guest } = await world.people<{ id: number }>('POST', '/people', { firstName: 'Ada' });
    await world.people('POST', `/chats/${forum}/members`, { userId: guest, status: 'member' });
    const inForum = await said(world, forum, 'hello', guest);
    const refusals = [
      await forward(world, forum, 2, { to: owner }),
      await forward(world, group, 99, { to: owner }),
      await forward(world, group, id, {}),
      await forward(world, group, id, { to: '-77' }),
      await forward(world, group, id, { to: forum, thread: 9 }),
      await forward(world, group, id, { to: forum, as: guest }),
      await forward(world, forum, inForum, { to: group, as: guest }),
      await forward(world, forum, inForum, { to: owner, as: friend }),
    ];
    expect([refusals, (await world.history(owner)).messages]).toEqual([
      [
        { error: `Message 2 only tells what happened in chat ${forum}: forward another one.` },
        { error: `No message 99 in chat ${group}.` },
        { error: 'A forward needs a chat to go to: name it in "to".' },
        { error: 'No chat -77. GET /_double/chats lists them.' },
        { error: `Chat ${forum} has no topic 9.` },
        { error: `Person ${guest} is not in chat ${group}.` },
        { error: `Person ${guest} is not in chat ${group}.` },
        { error: `Person ${friend} is not in chat ${owner}.` },
      ],
      [],
    ]);
  });
});
