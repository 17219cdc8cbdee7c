import { describe, expect, it } from 'vitest';
import { aDouble, forum, friend, group, owner, readEvents } from './double-under-test.ts';

const shortly = (events: readonly Record<string, unknown>[]) =>
  events.map(({ type, message, chat }) => {
    const { text } = (message ?? {}) as { text?: string };
    const { title, unread } = (chat ?? {}) as { title?: string; unread?: number };
    const what = [text ?? title ?? '', unread === undefined ? '' : String(unread)];
    return [String(type), ...what].filter((part) => part !== '').join(' ');
  });

const aWorld = async () => {
  const world = await aDouble();
  const { lastEventId } = await world.people<{ lastEventId: number }>('GET', '/state');
  const events = (count: number, query = '', headers = {}) =>
    readEvents(`${world.url}/_double/events?after=${lastEventId}${query}`, count, headers);
  return Object.assign(world, { events, lastEventId });
};

describe('live events', () => {
  it('give each listener its own unread count after a message', async () => {
    await using world = await aWorld();
    await world.say(group, 'soup is ready');
    expect([shortly(await world.events(3)), shortly(await world.events(3, `&as=${friend}`))]).toEqual([
      ['hello', 'message soup is ready', 'chat Kitchen table 0'],
      ['hello', 'message soup is ready', 'chat Kitchen table 1'],
    ]);
  });

  it('clear the count when the chat is read', async () => {
    await using world = await aWorld();
    await world.say(group, 'soup is ready');
    await world.people('POST', `/chats/${group}/read`, { as: friend });
    expect(shortly(await world.events(4, `&as=${friend}`)).at(-1)).toEqual('chat Kitchen table 0');
  });

  it('keep a private chat from everybody else', async () => {
    await using world = await aWorld();
    await world.say(owner, 'my secret');
    await world.say(group, 'for all');
    expect(shortly(await world.events(3, `&as=${friend}`))).toEqual([
      'hello',
      'message for all',
      'chat Kitchen table 1',
    ]);
  });

  it('show a new topic and its members-only number', async () => {
    await using world = await aWorld();
    await world.people('POST', `/chats/${forum}/topics`, { name: 'Garden' });
    const chats = (await world.events(4)).filter(({ type }) => type === 'chat');
    const { topics = [] } = (chats.at(-1)?.['chat'] ?? {}) as {
      topics?: { name: string; last?: { service?: string } }[];
    };
    expect(topics.map(({ name, last }) => [name, last?.service])).toEqual([
      ['Ideas', 'Sam created the topic “Ideas”'],
      ['Garden', 'Sam created the topic “Garden”'],
    ]);
  });

  it('resume after the last one that was heard, and never skip one that was not', async () => {
    await using world = await aWorld();
    for (const text of ['one', 'two', 'three']) await world.say(owner, text);
    const all = await world.events(7);
    const [hello, , , second] = all;
    const rest = await world.events(3, '', { 'last-event-id': String(second?.['id']) });
    expect({
      // Heard alone, the greeting must not move the listener past what follows it.
      greeting: Number(hello?.['id']) < Number(all[1]?.['id']),
      rest: shortly(rest.slice(1)),
    }).toEqual({ greeting: true, rest: ['message three', 'chat agent-claw 0'] });
  });

  it('ask for a fresh start when the gap is too old, from another start, or not a number', async () => {
    await using world = await aWorld();
    for (const after of ['0', String(world.lastEventId + 5), 'yesterday'])
      expect(shortly(await world.events(2, '', { 'last-event-id': after }))).toEqual(['hello', 'reset']);
  });

  it('say every fifteen seconds that the line is open', async () => {
    await using world = await aWorld();
    const response = await fetch(`${world.url}/_double/events`);
    const reader = response.body?.getReader();
    await reader?.read();
    await world.clock.advance(15_000);
    const { value } = (await reader?.read()) ?? {};
    await reader?.cancel();
    expect(Buffer.from(value ?? []).toString('utf8')).toEqual(': still here\n\n');
  });
});

describe('the people API', () => {
  it('refuses pages of other sites', async () => {
    await using world = await aDouble();
    const asked = (origin: string) => fetch(`${world.url}/_double/state`, { headers: { origin } });
    expect([
      (await asked('https://evil.example')).status,
      (await asked('null')).status,
      (await asked(world.url)).status,
    ]).toEqual([403, 403, 200]);
  });

  it('says who or what does not exist', async () => {
    await using world = await aDouble();
    expect([
      await world.people('GET', '/chats/5/messages'),
      await world.people('GET', '/state?as=5'),
      await world.people('GET', '/events?as=5'),
      await world.people('POST', `/chats/${group}/members`, { userId: 5, status: 'member' }),
      await world.say(owner, 'x', { as: friend }),
    ]).toEqual([
      { error: 'No chat 5. GET /_double/chats lists them.' },
      { error: 'Nobody has the id 5. Create a person with POST /_double/people.' },
      { error: 'Nobody has the id 5. Create a person with POST /_double/people.' },
      { error: 'Nobody has the id 5. Create a person with POST /_double/people.' },
      { error: `Person ${friend} is not in chat ${owner}.` },
    ]);
  });
});

describe('log lines', () => {
  it('name the place of a failure and carry neither a token nor what somebody wrote', async () => {
    const lines: unknown[] = [];
    await using world = await aDouble({ log: { info: (event, fields) => lines.push({ event, ...fields }) } });
    const status = async (path: string, body: unknown) =>
      (
        await fetch(`${world.url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).status;
    const wrong = await status(`/_double/chats/${owner}/messages`, { text: 'my secret words', entities: 5 });
    expect([wrong, lines.length, JSON.stringify(lines)]).toEqual([
      500,
      1,
      expect.not.stringMatching(/secret|local-token/),
    ]);
  });
});
