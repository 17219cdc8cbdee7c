import { describe, expect, it } from 'vitest';
import { systemInBrowser } from './browser-system.ts';
import { openChat } from './chat-page.ts';
import { OWNER } from './owner-chat.ts';

/** Commands about the conversation, typed into the page. */
describe('commands in the browser', () => {
  const world = systemInBrowser();

  it('count tokens, forget an answer, sum up, and bring the conversation as a file', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    await chat.send('say first things first');
    await chat.answer(/first things first/u);
    await chat.send('say a second thing');
    await chat.answer(/a second thing/u);
    await chat.send('/usage');
    expect(await chat.answer(/^Tokens used in this chat/u)).toMatch(/Today \(UTC\): .* 2 turns/u);
    await chat.send('/undo');
    expect(await chat.answer(/^↩️/u)).toContain('a second thing');
    await chat.send('say a third thing');
    await chat.answer(/a third thing/u);
    await chat.send('/export');
    await chat.answer(/^Our conversation, as far as I remember it\.$/u);
    const written = await fileIn(world.system.url);
    expect([written.includes('first things'), written.includes('second'), written.includes('third')]).toEqual([
      true,
      false,
      true,
    ]);
    await chat.send('/status');
    expect(await chat.answer(/^Status/u)).toMatch(/Now: at rest\n[^]*Version: \d+\.\d+\.\d+$/u);
    await chat.send('/compact');
    expect(await chat.answer(/^🗜/u)).toMatch(/about [\d.k]+ tokens became [\d.k]+\./u);
  });
});

/** The newest file in the owner's chat. */
const fileIn = async (url: string): Promise<string> => {
  const response = await fetch(`${url}/_double/chats/${OWNER}/messages?limit=200`);
  const { messages } = (await response.json()) as {
    messages: readonly { readonly media?: { readonly url: string } }[];
  };
  const media = messages.findLast((message) => message.media !== undefined)?.media;
  if (media === undefined) throw new Error('There is no file in the chat.');
  return (await fetch(`${url}${media.url}`)).text();
};
