import { describe, expect, it } from 'vitest';
import { systemInBrowser } from './browser-system.ts';
import { openChat } from './chat-page.ts';
import type { ChatPage } from './chat-page.ts';
import { until } from './until.ts';

const newest = ({ page }: ChatPage) => page.getByTestId('message').last();
const buttonsOf = (chat: ChatPage): Promise<readonly string[]> => newest(chat).getByTestId('button').allInnerTexts();
const press = (chat: ChatPage, label: string): Promise<void> =>
  newest(chat).getByTestId('button').getByText(label, { exact: true }).click();

const buttonsIn = ({ page }: ChatPage): Promise<number> => page.getByTestId('button').count();

const post = async (url: string, path: string, body: object): Promise<unknown> => {
  const response = await fetch(`${url}/_double/chats/4242001/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The double refused ${path}: ${response.status} ${await response.text()}`);
  return response.json();
};
const newestOf = async (url: string) => {
  const response = await fetch(`${url}/_double/chats/4242001/messages?limit=200`);
  const { messages } = (await response.json()) as {
    messages: { messageId: number; buttons: { callbackData?: string }[][] }[];
  };
  const message = messages.at(-1);
  if (message === undefined) throw new Error('The chat is empty.');
  return message;
};

/** The menu in the chat, pressed and read in the page. */
describe('menus in the browser', () => {
  const world = systemInBrowser();

  it('change the model in place; a second press and an old menu change nothing more', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    await chat.send('/settings');
    await chat.answer(/^Settings of this chat/u);
    expect(await buttonsOf(chat)).toEqual([
      'Model: default ›',
      'Turn tokens on',
      'Turn tools off',
      'Turn checks off',
      'Turn drafts on',
      'Close',
    ]);
    const before = (await chat.messages()).length;
    await press(chat, 'Model: default ›');
    await chat.answer(/^Model of this chat: default/u);
    await newest(chat).getByTestId('button').getByText('fast', { exact: true }).dblclick();
    await chat.answer(/^Model of this chat: fast/u);
    await press(chat, '‹ Settings');
    await chat.answer(/^Settings of this chat\n• Model: fast/u);
    expect((await chat.messages()).length).toBe(before);
    await press(chat, 'Close');
    await chat.answer(/Closed\. \/settings opens it again\.$/u);
    expect(await buttonsOf(chat)).toEqual([]);
  });

  it('are for whoever asked, and say so when they are too old to use', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    await chat.send('/model');
    await chat.answer(/^Model of this chat: fast/u);
    const first = await newestOf(world.system.url);
    const [data] = first.buttons.flat().map(({ callbackData }) => callbackData ?? '');
    await post(world.system.url, `messages/${first.messageId}/press`, { data, as: 4242002 });
    // A lane keeps eight menus.
    for (let menus = 2; menus <= 9; menus += 1) await chat.send('/settings');
    await until('nine menus', 30_000, async () => (await buttonsIn(chat)) === 3 + 8 * 6);
    await post(world.system.url, `messages/${first.messageId}/press`, { data });
    await chat.answer(/^This menu is no longer in use\. Send \/settings for a new one\.$/u);
    expect(await buttonsIn(chat)).toBe(8 * 6);
    await chat.send('/status');
    expect(await chat.answer(/^Status/u)).toContain('Model: fast');
  });
});
