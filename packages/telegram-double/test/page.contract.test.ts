import { InputFile } from 'grammy';
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aDouble, forum, friend, group, owner, realClock } from './double-under-test.ts';
import { openBrowser, openPage } from './page-in-browser.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);
const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer });

describe('the chat page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });
  const aWorld = () => aDouble({ clock: realClock, rateLimits: false });

  it('shows the private chat first, and sends, answers, edits and deletes in it', async () => {
    await using world = await aWorld();
    await using chat = await openPage(browser, world.url);
    await chat.page.getByTestId('chat-item').first().click();
    await chat.send('helo');
    await chat.message('helo').waitFor();
    await chat.page.getByTestId('composer').press('ArrowUp');
    await chat.send('hello');
    await chat.message('hello').getByText('edited').waitFor();
    const answer = await world.api.sendMessage(owner, 'Hi…');
    await chat.message('Hi…').waitFor();
    await world.api.editMessageText(owner, answer.message_id, 'Hi, all done.');
    await chat.message('Hi, all done.').waitFor();
    await chat.choose('Hi, all done.', 'Reply');
    await chat.send('thanks');
    await chat.message('thanks').locator('.reply-quote', { hasText: 'Hi, all done.' }).waitFor();
    await chat.choose('hello', 'Delete');
    await expect.poll(chat.texts).toEqual(['Hi, all done.', 'thanks']);
    await world.api.sendMessage(owner, 'An aside');
    await chat.choose('An aside', 'Delete');
    await expect.poll(chat.texts).toEqual(['Hi, all done.', 'thanks']);
    const heard = (await world.api.getUpdates()).map((one) => one.message?.text ?? one.edited_message?.text);
    expect([heard, chat.troubles]).toEqual([['helo', 'hello', 'thanks'], []]);
  });

  it('takes a bot out of a group and adds it again, and the bot hears of both', async () => {
    await using world = await aWorld();
    await using chat = await openPage(browser, `${world.url}/#${group}`);
    const bot = (await world.api.getMe()).first_name;
    for (const [action, said] of [
      [`Remove ${bot}`, `${bot} left`],
      [`Add ${bot}`, `added ${bot}`],
    ] as const) {
      await chat.page.getByRole('button', { name: 'Chat actions' }).click();
      await chat.page.getByRole('menuitem', { name: action, exact: true }).click();
      await chat.page.getByText(said).last().waitFor();
    }
    const heard = (await world.api.getUpdates()).flatMap(({ my_chat_member: changed }) =>
      changed === undefined ? [] : [[changed.chat.id, changed.from.id, changed.new_chat_member.status]],
    );
    expect([heard, chat.troubles]).toEqual([
      [
        [group, owner, 'left'],
        [group, owner, 'member'],
      ],
      [],
    ]);
  });

  it('shows typing, a draft that grows, and the message that replaces both', async () => {
    await using world = await aWorld();
    await using chat = await openPage(browser, `${world.url}/#${owner}`);
    await world.api.sendChatAction(owner, 'typing');
    await chat.page.getByTestId('typing').waitFor();
    await world.api.sendMessageDraft(owner, 1, '');
    await chat.page.getByTestId('draft').getByText('Thinking…').waitFor();
    await world.api.sendMessageDraft(owner, 1, 'Once upon');
    await chat.page.getByTestId('draft').getByText('Once upon').waitFor();
    await world.api.sendMessage(owner, 'Once upon a time');
    await chat.page.getByTestId('draft').waitFor({ state: 'detached' });
    await chat.page.getByTestId('typing').waitFor({ state: 'detached' });
    expect([await chat.texts(), chat.troubles]).toEqual([['Once upon a time'], []]);
  });

  it('draws formatted text as elements, and keeps a wide code block inside its bubble on a phone', async () => {
    await using world = await aWorld();
    await using chat = await openPage(browser, `${world.url}/#${owner}`, { width: 360, height: 720 });
    const wide = `<pre><code class="language-ts">${'const a = 1; '.repeat(40)}</code></pre>`;
    await world.api.sendMessage(owner, `<b>bold</b> <i>&lt;img src=x&gt;</i>\n${wide}<blockquote>said</blockquote>`, {
      parse_mode: 'HTML',
    });
    const message = chat.page.getByTestId('message');
    await message.locator('pre').waitFor();
    expect({
      bold: await message.locator('strong, b').first().innerText(),
      injected: await message.locator('img').count(),
      overflow: await chat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      bubble: await message.locator('.bubble').evaluate((bubble) => bubble.getBoundingClientRect().right <= innerWidth),
      troubles: chat.troubles,
    }).toEqual({ bold: 'bold', injected: 0, overflow: 0, bubble: true, troubles: [] });
  });

  it('presses buttons: a toast, an alert, and both reach the bot as queries', async () => {
    await using world = await aWorld();
    await using chat = await openPage(browser, `${world.url}/#${owner}`);
    const keyboard = { inline_keyboard: [['Toast', 'Alert'].map((text) => ({ text, callback_data: text }))] };
    await world.api.sendMessage(owner, 'Sure?', { reply_markup: keyboard });
    const pressed: (string | undefined)[] = [];
    for (const [offset, name] of ['Toast', 'Alert'].entries()) {
      await chat.page.getByTestId('button').filter({ hasText: name }).click();
      const [update] = await world.api.getUpdates({ timeout: 5, offset: -1 });
      pressed.push(update?.callback_query?.data);
      await world.api.answerCallbackQuery(update?.callback_query?.id ?? '', {
        text: `${name}!`,
        show_alert: offset === 1,
      });
      await world.api.getUpdates({ offset: (update?.update_id ?? 0) + 1 });
    }
    await chat.page.getByTestId('toast').getByText('Toast!').waitFor();
    await chat.page.getByTestId('alert').getByText('Alert!').waitFor();
    await chat.page.getByRole('button', { name: 'OK' }).click();
    await chat.page.getByTestId('alert').waitFor({ state: 'detached' });
    expect([pressed, chat.troubles]).toEqual([['Toast', 'Alert'], []]);
  });

  it('reacts, and shows the reaction of the bot', async () => {
    await using world = await aWorld();
    await using chat = await openPage(browser, `${world.url}/#${owner}`);
    const { message_id } = await world.api.sendMessage(owner, 'good?');
    await chat.message('good?').waitFor();
    await chat.choose('good?', '🔥');
    await world.api.setMessageReaction(owner, message_id, [{ type: 'emoji', emoji: '🔥' }]);
    await chat.message('good?').getByRole('button', { name: '🔥, 2' }).waitFor();
    expect(chat.troubles).toEqual([]);
  });

  it('carries photos, a document and a voice message up, and a file down', async () => {
    await using world = await aWorld();
    await using chat = await openPage(browser, `${world.url}/#${owner}`);
    const attach = async (what: string, files: ReturnType<typeof file>[]) => {
      await chat.page.getByTestId('attach').click();
      const item = chat.page.getByRole('menuitem', { name: what, exact: true });
      const [chooser] = await Promise.all([chat.page.waitForEvent('filechooser'), item.click()]);
      await chooser.setFiles(files);
    };
    await attach('Photo or video', [file('a.png', 'image/png', png), file('b.png', 'image/png', png)]);
    await chat.send('two pictures');
    await expect.poll(() => chat.page.getByTestId('album-item').count()).toEqual(2);
    await attach('File', [file('plan.pdf', 'application/pdf', Buffer.from('plan'))]);
    await chat.page.getByTestId('send').click();
    await chat.message('plan.pdf').waitFor();
    await attach('Voice message from a file', [file('v.ogg', 'audio/ogg', Buffer.from('voice'))]);
    await chat.page.getByTestId('send').click();
    await chat.page.locator('.sound-play').waitFor();
    await world.api.sendDocument(owner, new InputFile(Buffer.from('result'), 'result.txt'));
    const link = chat.page.getByRole('link', { name: 'Download result.txt' });
    const [download] = await Promise.all([chat.page.waitForEvent('download'), link.click()]);
    const bytes = await readFile(await download.path());
    const kinds = (await world.api.getUpdates()).map(({ message }) =>
      (['photo', 'document', 'voice'] as const).find((kind) => message?.[kind] !== undefined),
    );
    expect([kinds, String(bytes), chat.troubles]).toEqual([['photo', 'photo', 'document', 'voice'], 'result', []]);
  });

  it('shows the pictures, the voice and the files that a bot sends', async () => {
    await using world = await aWorld();
    await using chat = await openPage(browser, `${world.url}/#${owner}`);
    await world.api.sendPhoto(owner, new InputFile(png, 'one.png'), { caption: 'one alone' });
    await chat.message('one alone').getByRole('button', { name: 'Open photo' }).waitFor();
    const pair = (name: string) => ({ type: 'photo' as const, media: new InputFile(png, name) });
    await world.api.sendMediaGroup(owner, [{ ...pair('a.png'), caption: 'two together' }, pair('b.png')]);
    await expect.poll(() => chat.page.getByTestId('album-item').count()).toEqual(2);
    await world.api.sendVoice(owner, new InputFile(Buffer.from('voice'), 'v.ogg'), { duration: 7 });
    await chat.page.locator('.sound-play').waitFor();
    await world.api.sendDocument(owner, new InputFile(Buffer.from('plan'), 'plan b.pdf'));
    await chat.page.getByRole('link', { name: 'Download plan b.pdf' }).waitFor();
    const drawn = await chat.page
      .locator('.photo img')
      .evaluateAll((images) => images.map((image) => (image as { naturalWidth?: number }).naturalWidth));
    expect([drawn, chat.troubles]).toEqual([[1, 1, 1], []]);
  });

  it('lets another person act in the group, with names and their own side of the chat', async () => {
    await using world = await aWorld();
    await world.say(group, 'soup is ready');
    await using chat = await openPage(browser, world.url);
    await chat.page.getByRole('button', { name: 'Menu', exact: true }).click();
    await chat.page.getByRole('menuitemradio', { name: 'Act as Robin' }).click();
    await chat.page.locator('.who-name', { hasText: 'Robin' }).waitFor();
    await chat.openChat(group);
    await chat.send('coming');
    await chat.message('coming').waitFor();
    const sides = await chat.page
      .getByTestId('message')
      .evaluateAll((rows) =>
        rows.map((row) => [row.querySelector('.sender')?.textContent, row.classList.contains('own')]),
      );
    const { messages } = await world.history(group);
    expect([sides, messages.map(({ from }) => (from as { id: number }).id), chat.troubles]).toEqual([
      [
        ['Sam', false],
        [undefined, true],
      ],
      [owner, friend],
      [],
    ]);
  });

  it('forwards to a chosen chat by keyboard and shows it there, and a whole album on the screen of a phone', async () => {
    await using world = await aWorld();
    await world.say(group, 'the plan', { as: friend });
    await using chat = await openPage(browser, `${world.url}/#${group}`);
    await chat.message('the plan').getByRole('button', { name: 'Message actions' }).focus();
    await chat.page.keyboard.press('Enter');
    await chat.page.keyboard.press('ArrowDown');
    await chat.page.keyboard.press('Enter');
    const chosen = chat.page.getByRole('menuitem', { name: 'To Workshop › Ideas' });
    await chosen.waitFor();
    for (let n = 0; n < 9 && !(await chosen.evaluate((item) => item.matches(':focus'))); n += 1)
      await chat.page.keyboard.press('ArrowDown');
    await chat.page.keyboard.press('Enter');
    await chat.message('the plan').getByText('Forwarded from Robin').waitFor();
    const pair = (name: string) => ({ type: 'photo' as const, media: new InputFile(png, name) });
    await world.api.sendMediaGroup(owner, [{ ...pair('a.png'), caption: 'two together' }, pair('b.png')]);
    await using phone = await openPage(browser, `${world.url}/#${owner}`, { width: 360, height: 720 });
    await phone.message('two together').getByTestId('message-text').click({ button: 'right' });
    await phone.page.getByRole('menuitem', { name: 'Forward', exact: true }).click();
    const target = phone.page.getByRole('menuitem', { name: 'To Kitchen table' });
    await target.waitFor();
    const box = await phone.page.getByRole('menu').boundingBox();
    await target.click();
    await expect.poll(() => phone.page.getByText('Forwarded from agent-claw').count()).toEqual(2);
    const heard = (await world.api.getUpdates()).map(({ message }) => [
      message?.chat.id,
      message?.message_thread_id,
      message?.forward_origin?.type === 'user' ? message.forward_origin.sender_user.first_name : undefined,
    ]);
    expect({
      address: [new URL(chat.page.url()).hash, new URL(phone.page.url()).hash],
      isOnScreen: box !== null && box.x >= 0 && box.y >= 0 && box.x + box.width <= 360 && box.y + box.height <= 720,
      heard,
      troubles: [chat.troubles, phone.troubles],
    }).toEqual({
      address: [`#${forum}/2`, `#${group}`],
      isOnScreen: true,
      heard: [
        [group, undefined, undefined],
        [forum, 2, 'Robin'],
        [group, undefined, 'agent-claw'],
        [group, undefined, 'agent-claw'],
      ],
      troubles: [[], []],
    });
  });

  it('writes in a forum topic, blocks the bot and changes the theme', async () => {
    await using world = await aWorld();
    await using chat = await openPage(browser, world.url);
    await chat.page.locator(`[data-chat-id="${forum}"][data-thread-id="2"]`).click();
    await chat.send('an idea');
    await chat.message('an idea').waitFor();
    await chat.openChat(owner);
    await chat.page.getByRole('button', { name: 'Chat actions' }).click();
    await chat.page.getByRole('menuitem', { name: 'Block the bot' }).click();
    await chat.page.getByPlaceholder('Blocked. A message unblocks the bot').waitFor();
    await chat.page.getByTestId('theme-toggle').click();
    const updates = await world.api.getUpdates();
    expect({
      topic: updates[0]?.message?.message_thread_id,
      status: updates[1]?.my_chat_member?.new_chat_member.status,
      theme: await chat.page.evaluate(() => document.documentElement.dataset['theme']),
      troubles: chat.troubles,
    }).toEqual({ topic: 2, status: 'kicked', theme: 'dark', troubles: [] });
  });
});
