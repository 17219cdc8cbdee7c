import type { CallbackView, MessageView, RecordedRequest } from '@agent-claw/telegram-double';
import { describe, expect, it } from 'vitest';
import { systemInBrowser } from './browser-system.ts';
import { openChat } from './chat-page.ts';
import { until } from './until.ts';

const OWNER = '4242001';
const STOPPED = /^1 2 3[\s\S]*⏹ Stopped\.$/u;

/** What a person does while a turn runs: press stop under its draft, and edit what waits behind it. */
describe('steering a running turn', () => {
  const world = systemInBrowser({ environment: { AGENT_CLAW_HEARTBEAT_HOURS: '' } });

  const people = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${world.system.url}/_double${path}`, body === undefined ? {} : post);
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const history = async () =>
    (await people<{ messages: readonly MessageView[] }>(`/chats/${OWNER}/messages?limit=200`)).messages;
  const say = async (text: string): Promise<number> => {
    const { messages } = await people<{ messages: readonly MessageView[] }>(`/chats/${OWNER}/messages`, { text });
    return messages[0]?.messageId ?? 0;
  };
  /** The newest message of the bot since `after` that fits. */
  const botSays = (what: string, after: number, fits: (message: MessageView) => boolean, withinMs = 30_000) =>
    until(what, withinMs, async () =>
      (await history()).findLast((message) => message.from.isBot && message.messageId > after && fits(message)),
    );
  const draftAfter = (after: number) =>
    botSays('a draft with a stop button', after, ({ text, buttons }) => text.startsWith('1 2 3') && buttons.length > 0);

  it('shows the button under the draft through all its edits, and not under the answer', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    const button = chat.page.getByTestId('message').last().getByTestId('button');
    await chat.send('count to 14 slowly');
    const drafts: string[] = [];
    for (const pattern of [/^1 2 3[\s\S]*…$/u, /^1 2 3 4 5 6 7[\s\S]*…$/u]) {
      drafts.push(await chat.answer(pattern));
      expect(await button.allInnerTexts()).toEqual(['⏹ Stop']);
    }
    expect(drafts[0]?.length).toBeLessThan(drafts[1]?.length ?? 0);
    expect(await chat.answer(/^1 2 3 [\s\S]* 14$/u)).toBe('1 2 3 4 5 6 7 8 9 10 11 12 13 14');
    await expect.poll(() => chat.page.getByTestId('button').count()).toBe(0);
  });

  it('stops at a press in the chat page: says so at once, keeps what there was, and takes the button away', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    const before = (await chat.messages()).length;
    await chat.send('count to 200 slowly');
    await chat.page.getByTestId('button').getByText('⏹ Stop').click({ timeout: 15_000 });
    expect(await chat.page.getByTestId('toast').innerText()).toBe('Stopping …');
    expect(await chat.answer(STOPPED, 6_000)).not.toContain('200');
    await expect.poll(() => chat.page.getByTestId('button').count()).toBe(0);
    expect((await chat.messages()).length - before).toBe(2);
  });

  it('stops the turn of the button and nothing that waits; the waiting message is answered as it reads after its edit', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    const asked = await say('count to 200 slowly');
    const draft = await draftAfter(asked);
    // A new conversation waits for the turn's end, and what was said after it waits behind it.
    await chat.send('/new');
    await chat.send('say apple');
    await until('the message is in the chat', 5_000, async () => (await chat.messages()).at(-1)?.text === 'say apple');
    await chat.page.getByTestId('composer').press('ArrowUp');
    await chat.send('say banana');
    const amended = () => world.system.logs().includes('"outcome":"amended"');
    await until('the edit is in the inbox', 10_000, async () => amended(), world.system.logs);

    const { queryId } = await people<{ queryId: string }>(`/chats/${OWNER}/messages/${draft.messageId}/press`, {
      row: 0,
      column: 0,
    });
    const press = await until('the press is answered', 5_000, async () => {
      const callback = await people<CallbackView>(`/callbacks/${queryId}`);
      return callback.answered && callback;
    });
    expect(press).toMatchObject({ userId: Number(OWNER), text: 'Stopping …', showAlert: false });
    const stopped = await botSays('the stopped answer', asked, ({ text }) => STOPPED.test(text), 6_000);
    expect(stopped.buttons).toEqual([]);

    await chat.answer(/banana/u);
    const said = (await history()).filter(({ messageId, from }) => from.isBot && messageId > asked);
    expect(said.map(({ text }) => text.replace(/^1 2 3[\s\S]*⏹/u, '1 2 3 … ⏹'))).toEqual([
      '1 2 3 … ⏹ Stopped.',
      expect.stringContaining('New conversation'),
      expect.stringContaining('banana'),
    ]);
    expect(said.filter(({ text }) => text.includes('apple'))).toEqual([]);
  });

  it('answers every press through the webhook, and a press that comes too late changes nothing', async () => {
    const asked = await say('count to 8 slowly');
    const { messageId } = await draftAfter(asked);
    const press = (data: string, updateFrom: number) =>
      people('/updates', {
        update: {
          callback_query: {
            id: `${9_000_000_000_000 + updateFrom}`,
            from: { id: updateFrom, is_bot: false, first_name: 'P' },
            message: { message_id: messageId, date: 0, chat: { id: Number(OWNER), type: 'private' } },
            chat_instance: OWNER,
            data,
          },
        },
      });
    await botSays('the answer', asked, ({ text, buttons }) => text === '1 2 3 4 5 6 7 8' && buttons.length === 0);
    const seen = (await history()).length;
    const stranger = Number(OWNER) + 1;
    for (const [data, from] of [
      ['stop:t0000000001', stranger],
      ['menu:2', Number(OWNER)],
      ['stop:t0000000001', Number(OWNER)],
    ] as const)
      await press(data, from);
    const answers = async () => {
      const path = '/requests?method=answerCallbackQuery';
      const { requests } = await people<{ requests: readonly RecordedRequest[] }>(path);
      const said = requests.map(({ via, params }) => [via, params['callback_query_id'], params['text']].join(' '));
      return said.filter((line) => line.includes(' 90000042420')).sort((one, other) => one.localeCompare(other));
    };
    await until('both presses of the owner are answered', 10_000, async () => (await answers()).length >= 2);
    const next = await say('say still here');
    await botSays('the next answer', next, ({ text }) => text.includes('still here'));
    expect(await answers()).toEqual([
      'webhook_answer 9000004242001 Stopping …',
      'webhook_answer 9000004242001 That button is no longer in use.',
    ]);
    expect((await history()).length - seen).toBe(2);
  });
});
