import { describe, expect, it } from 'vitest';
import { systemInBrowser } from './browser-system.ts';
import { openChat } from './chat-page.ts';
import type { ChatPage } from './chat-page.ts';

/** Drafts of Telegram's own, switched on, seen and stopped in the chat page. */
describe('drafts of the app itself', () => {
  const world = systemInBrowser({ environment: { AGENT_CLAW_HEARTBEAT_HOURS: '' } });
  const draftIn = ({ page }: ChatPage) => page.getByTestId('draft');
  const draftReads = (chat: ChatPage, pattern: RegExp) =>
    expect.poll(() => draftIn(chat).innerText({ timeout: 15_000 }), { timeout: 15_000 }).toMatch(pattern);

  it('show an answer while it grows, once somebody wants them; then there is one message', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    await chat.send('/settings');
    await chat.answer(/While I write, a draft of the app instead of a message: off$/u);
    await chat.page.getByTestId('button').getByText('Turn drafts on', { exact: true }).click();
    await chat.answer(/While I write, a draft of the app instead of a message: on$/u);
    const before = (await chat.messages()).length;
    await chat.send('count to 14 slowly');
    await draftReads(chat, /^1 2 3/u);
    await draftReads(chat, /^1 2 3 4 5 6 7/u);
    expect((await chat.messages()).length - before).toBe(1);
    expect(await chat.answer(/ 14$/u)).toBe('1 2 3 4 5 6 7 8 9 10 11 12 13 14');
    await expect.poll(() => draftIn(chat).count()).toBe(0);
    expect((await chat.messages()).length - before).toBe(2);
  });

  it('stop their turn at a press on Stop; what there was stays, as a message', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    await chat.send('count to 200 slowly');
    await draftReads(chat, /^1 2 3/u);
    await chat.page.locator('.draft-stop').click();
    expect(await chat.answer(/^1 2 3[\s\S]*⏹ Stopped\.$/u, 10_000)).not.toContain('200');
    await expect.poll(() => draftIn(chat).count()).toBe(0);
  });
});
