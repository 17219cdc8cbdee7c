import { describe, expect, it } from 'vitest';
import { aDouble, botId, forum, friend, group, owner, reasonOf } from './double-under-test.ts';

describe('commands', () => {
  it('show the narrowest scope that has any, in the language of the person first', async () => {
    await using world = await aDouble();
    const { api } = world;
    const command = (name: string) => [{ command: name, description: name }];
    await api.setMyCommands(command('everywhere'));
    await api.setMyCommands(command('in_private'), { scope: { type: 'all_private_chats' } });
    await api.setMyCommands(command('in_english'), { scope: { type: 'all_private_chats' }, language_code: 'en' });
    await api.setMyCommands(command('for_admins'), { scope: { type: 'all_chat_administrators' } });
    await api.setMyCommands(command('for_robin'), { scope: { type: 'chat_member', chat_id: forum, user_id: friend } });
    const shown = async (chat: number, as: number) =>
      (await world.people<{ commands: { command: string }[] }>('GET', `/chats/${chat}/commands?as=${as}`)).commands.map(
        (one) => one.command,
      );
    const before = [
      await shown(owner, owner),
      await shown(group, owner),
      await shown(group, friend),
      await shown(forum, friend),
    ];
    await api.deleteMyCommands({ scope: { type: 'all_private_chats' }, language_code: 'en' });
    expect([before, await shown(owner, owner), await api.getMyCommands()]).toEqual([
      [['in_english'], ['for_admins'], ['everywhere'], ['for_robin']],
      ['in_private'],
      [{ command: 'everywhere', description: 'everywhere' }],
    ]);
  });

  it('refuse names and descriptions that Telegram refuses', async () => {
    await using world = await aDouble();
    const set = (command: string, description: string) => reasonOf(world.api.setMyCommands([{ command, description }]));
    expect([await set('Big', 'x'), await set('ok', ' '), await set('ok', 'x'.repeat(257))]).toEqual([
      'Bad Request: BOT_COMMAND_INVALID',
      'Bad Request: command description must be non-empty',
      'Bad Request: command description length must not exceed 256',
    ]);
  });
});

describe('reactions', () => {
  it('of a person reach a bot that asked for them, with what was there before', async () => {
    await using world = await aDouble();
    const { message_id } = await world.api.sendMessage(owner, 'good?');
    await world.api.getUpdates({ allowed_updates: ['message_reaction'] });
    for (const emoji of ['👍', '❤️', null])
      await world.people('POST', `/chats/${owner}/messages/${message_id}/reaction`, { emoji });
    const seen = (await world.api.getUpdates()).map(({ message_reaction: one }) =>
      [one?.old_reaction, one?.new_reaction].map((list) =>
        list?.map((each) => ('emoji' in each ? each.emoji : '')).join(''),
      ),
    );
    expect(seen).toEqual([
      ['', '👍'],
      ['👍', '❤️'],
      ['❤️', ''],
    ]);
  });

  it('of the bot replace each other, and only known ones are taken', async () => {
    await using world = await aDouble();
    const { messages } = await world.people<{ messages: { messageId: number }[] }>('POST', `/chats/${owner}/messages`, {
      text: 'hi',
    });
    const id = messages[0]?.messageId ?? 0;
    await world.api.setMessageReaction(owner, id, [{ type: 'emoji', emoji: '👀' }]);
    await world.api.setMessageReaction(owner, id, [{ type: 'emoji', emoji: '👍' }]);
    const bad = await reasonOf(world.api.setMessageReaction(owner, id, [{ type: 'emoji', emoji: '🧀' as '👍' }]));
    const shown = (await world.history(owner)).messages[0]?.['reactions'];
    await world.api.setMessageReaction(owner, id, []);
    expect([shown, bad, (await world.history(owner)).messages[0]?.['reactions']]).toEqual([
      [{ emoji: '👍', userIds: [botId] }],
      'Bad Request: REACTION_INVALID',
      [],
    ]);
  });
});

describe('buttons', () => {
  const aPress = async (world: Awaited<ReturnType<typeof aDouble>>) => {
    const keyboard = { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] };
    const { message_id } = await world.api.sendMessage(owner, 'Sure?', { reply_markup: keyboard });
    const path = `/chats/${owner}/messages/${message_id}/press`;
    return (await world.people<{ queryId: string }>('POST', path, { row: 0, column: 0 })).queryId;
  };
  const tooOld = 'Bad Request: query is too old and response timeout expired or query ID is invalid';

  it('are answered once', async () => {
    await using world = await aDouble();
    const queryId = await aPress(world);
    const [update] = await world.api.getUpdates();
    await world.api.answerCallbackQuery(queryId, { text: 'Done', show_alert: true });
    expect([
      update?.callback_query?.data,
      await reasonOf(world.api.answerCallbackQuery(queryId)),
      await world.people('GET', `/callbacks/${queryId}`),
    ]).toMatchObject(['y', tooOld, { answered: true, text: 'Done', showAlert: true }]);
  });

  it('are too old after 150 seconds, for the bot and for its backlog', async () => {
    await using world = await aDouble();
    const queryId = await aPress(world);
    await world.clock.advance(150_001);
    expect([await world.api.getUpdates(), await reasonOf(world.api.answerCallbackQuery(queryId))]).toEqual([
      [],
      tooOld,
    ]);
  });
});

describe('inline keyboards', () => {
  const rows = [[{ text: 'Stop', callback_data: 'stop' }]];
  const withButtons = { reply_markup: { inline_keyboard: rows } };

  it('stay with an edit that names them and vanish with one that does not, even if the text stays', async () => {
    await using world = await aDouble();
    const { message_id } = await world.api.sendMessage(owner, 'one', withButtons);
    const shown = async () => {
      const [message] = (await world.history(owner)).messages;
      return { text: message?.text, buttons: message?.['buttons'] };
    };
    const seen = [await shown()];
    await world.api.editMessageText(owner, message_id, 'two', withButtons);
    seen.push(await shown());
    await world.api.editMessageText(owner, message_id, 'two');
    seen.push(await shown());
    const buttons = [[{ text: 'Stop', callbackData: 'stop' }]];
    expect(seen).toEqual([
      { text: 'one', buttons },
      { text: 'two', buttons },
      { text: 'two', buttons: [] },
    ]);
  });

  it('cannot be pressed any more when they are gone', async () => {
    await using world = await aDouble();
    const { message_id } = await world.api.sendMessage(owner, 'one', withButtons);
    await world.api.editMessageText(owner, message_id, 'two');
    const path = `/chats/${owner}/messages/${message_id}/press`;
    expect(await world.people('POST', path, { data: 'stop' })).toEqual({
      error: `Message ${message_id} has no such button.`,
    });
  });
});

describe('deleting', () => {
  it('is for the person of a private chat, and in a group for those who run it', async () => {
    await using world = await aDouble();
    const ids = [];
    for (const chat of [owner, group]) ids.push((await world.api.sendMessage(chat, 'from the bot')).message_id);
    const [inPrivate, inGroup] = ids;
    expect([
      await world.people('DELETE', `/chats/${group}/messages/${inGroup}`, { as: friend }),
      await world.people('DELETE', `/chats/${group}/messages/${inGroup}`, { as: owner }),
      await world.people('DELETE', `/chats/${owner}/messages/${inPrivate}`, { as: owner }),
      await reasonOf(world.api.editMessageText(owner, inPrivate ?? 0, 'again')),
    ]).toEqual([
      { error: `Person ${friend} may not delete message ${inGroup}.` },
      {},
      {},
      'Bad Request: message to edit not found',
    ]);
  });

  it('of a topic takes its messages along, and the bot cannot write there any more', async () => {
    await using world = await aDouble();
    const { message_id } = await world.api.sendMessage(forum, 'in the topic', { message_thread_id: 2 });
    expect([
      await world.people('DELETE', `/chats/${forum}/topics/2`, { as: friend }),
      await world.people('DELETE', `/chats/${forum}/topics/2`),
      await reasonOf(world.api.sendMessage(forum, 'more', { message_thread_id: 2 })),
      await reasonOf(world.api.editMessageText(forum, message_id, 'again')),
    ]).toEqual([
      { error: `Person ${friend} does not run chat ${forum}.` },
      {},
      'Bad Request: message thread not found',
      'Bad Request: message to edit not found',
    ]);
  });
});

describe('replies', () => {
  it('quote what they answer, but not what it hides', async () => {
    await using world = await aDouble();
    const { message_id } = await world.api.sendMessage(owner, 'it was <tg-spoiler>Robin</tg-spoiler>', {
      parse_mode: 'HTML',
    });
    await world.say(owner, 'no!', { replyTo: message_id });
    expect((await world.history(owner)).messages.at(-1)?.['replyTo']).toEqual({
      messageId: message_id,
      name: 'agent-claw',
      text: 'it was ▒▒▒▒▒',
    });
  });
});

describe('forwarding and copying', () => {
  it('names the first author, or nobody', async () => {
    await using world = await aDouble();
    const { messages } = await world.people<{ messages: { messageId: number }[] }>('POST', `/chats/${group}/messages`, {
      text: 'the plan',
      as: friend,
    });
    const forwarded = await world.api.forwardMessage(owner, group, messages[0]?.messageId ?? 0);
    await world.api.forwardMessage(owner, owner, forwarded.message_id);
    await world.api.copyMessage(owner, group, messages[0]?.messageId ?? 0);
    expect((await world.history(owner)).messages.map(({ text, forwardedFrom }) => [text, forwardedFrom])).toEqual([
      ['the plan', 'Robin'],
      ['the plan', 'Robin'],
      ['the plan', undefined],
    ]);
  });

  it('refuses what is gone and what is no message', async () => {
    await using world = await aDouble();
    expect([
      await reasonOf(world.api.forwardMessage(owner, group, 99)),
      await reasonOf(world.api.copyMessage(owner, group, 99)),
      await reasonOf(world.api.forwardMessage(owner, forum, 2)),
    ]).toEqual([
      'Bad Request: message to forward not found',
      'Bad Request: message to copy not found',
      "Bad Request: the message can't be forwarded",
    ]);
  });
});

describe('forum topics', () => {
  it('are made, renamed, closed, opened and deleted with their messages', async () => {
    await using world = await aDouble();
    const { api } = world;
    const { message_thread_id: id } = await api.createForumTopic(forum, 'Garden');
    await api.sendMessage(forum, 'tomatoes', { message_thread_id: id });
    await api.editForumTopic(forum, id, { name: 'Balcony' });
    await api.closeForumTopic(forum, id);
    await api.reopenForumTopic(forum, id);
    const lines = (await world.history(forum, `?thread=${id}`)).messages.map(({ text, service }) => text || service);
    await api.deleteForumTopic(forum, id);
    expect([lines, (await world.history(forum, `?thread=${id}`)).messages]).toEqual([
      [
        'agent-claw created the topic “Garden”',
        'tomatoes',
        'agent-claw changed the topic',
        'agent-claw closed the topic',
        'agent-claw reopened the topic',
      ],
      [],
    ]);
  });

  it('keep to themselves what is said in them', async () => {
    await using world = await aDouble();
    await world.say(forum, 'in ideas', { threadId: 2 });
    await world.say(forum, 'in general');
    await world.api.sendChatAction(forum, 'typing', { message_thread_id: 2 });
    const [ideas, general] = [await world.history(forum, '?thread=2'), await world.history(forum)];
    const updates = await world.api.getUpdates();
    expect({
      ideas: [ideas.messages.at(-1)?.text, ideas.typing.length],
      general: [general.messages.map(({ text }) => text), general.typing.length],
      updates: updates.map(({ message }) => [message?.message_thread_id, message?.is_topic_message]),
    }).toEqual({
      ideas: ['in ideas', 1],
      general: [['in general'], 0],
      updates: [
        [2, true],
        [undefined, undefined],
      ],
    });
  });

  it('that do not exist, or are General by number, are refused', async () => {
    await using world = await aDouble();
    const send = (id: number) => reasonOf(world.api.sendMessage(forum, 'x', { message_thread_id: id }));
    expect([await send(99), await send(1), await reasonOf(world.api.createForumTopic(group, 'x'))]).toEqual([
      'Bad Request: message thread not found',
      'Bad Request: message thread not found',
      'Bad Request: the chat is not a forum',
    ]);
  });
});

describe('pins', () => {
  it('mark the message, leave a line, and can be taken off', async () => {
    await using world = await aDouble();
    const { message_id } = await world.api.sendMessage(owner, 'remember');
    await world.api.pinChatMessage(owner, message_id);
    const pinned = (await world.history(owner)).messages.map((one) => [one.text || one['service'], one['pinned']]);
    await world.api.unpinAllChatMessages(owner);
    expect([
      pinned,
      (await world.history(owner)).messages[0]?.['pinned'],
      await reasonOf(world.api.pinChatMessage(owner, 99)),
    ]).toEqual([
      [
        ['remember', true],
        ['agent-claw pinned a message', false],
      ],
      false,
      'Bad Request: message to pin not found',
    ]);
  });
});

describe('membership', () => {
  it('blocks and unblocks, telling the bot', async () => {
    await using world = await aDouble();
    await world.people('POST', `/chats/${owner}/block`, {});
    const blocked = await reasonOf(world.api.sendMessage(owner, 'x'));
    await world.say(owner, 'back again');
    const updates = await world.api.getUpdates();
    expect([
      blocked,
      updates.map(({ my_chat_member: change, message }) => change?.new_chat_member.status ?? message?.text),
      await reasonOf(world.api.sendMessage(owner, 'x')),
    ]).toEqual(['Forbidden: bot was blocked by the user', ['kicked', 'member', 'back again'], 'accepted']);
  });

  it('refuses a bot that was put out, and names the new id of a group that moved', async () => {
    await using world = await aDouble();
    await world.people('POST', `/chats/${forum}/members`, { userId: botId, status: 'kicked' });
    const { chatId } = await world.people<{ chatId: string }>('POST', `/chats/${group}/migrate`, {});
    await expect(world.api.sendMessage(group, 'x')).rejects.toMatchObject({
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: Number(chatId) },
    });
    expect(await reasonOf(world.api.sendMessage(forum, 'x'))).toEqual(
      'Forbidden: bot was kicked from the supergroup chat',
    );
  });
});
