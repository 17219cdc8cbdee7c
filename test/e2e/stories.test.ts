import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemInBrowser } from './browser-system.ts';
import { openChat } from './chat-page.ts';
import { until } from './until.ts';

/** Typed into the page and read from the page: the whole path, as an owner uses it. */
describe('chatting in the browser', () => {
  const world = systemInBrowser({ environment: { AGENT_CLAW_HEARTBEAT_HOURS: '' } });

  it('answers a message', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    await chat.send('say good morning');
    expect(await chat.answer(/good morning/u)).toContain('good morning');
  });

  it('streams: the answer grows in place and one message is left', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    const before = (await chat.messages()).length;
    await chat.send('count to 12 slowly');
    const unfinished = await chat.answer(/^1 2 3(?!.* 12$)[\s\S]*…$/u);
    const finished = await chat.answer(/^1 2 3 .* 11 12$/u);
    expect([unfinished.length < finished.length, (await chat.messages()).length - before]).toEqual([true, 2]);
  });

  it('answers five quick messages completely and in order', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    const before = (await chat.messages()).length;
    for (const word of ['alpha', 'bravo', 'charlie', 'delta', 'echo']) await chat.send(`say ${word}`);
    const answers = await until('all five words in the answers', 40_000, async () => {
      const text = (await chat.messages())
        .slice(before)
        .filter(({ from }) => from === 'bot')
        .map((message) => message.text)
        .join('\n');
      return ['alpha', 'bravo', 'charlie', 'delta', 'echo'].every((word) => text.includes(word)) && !text.endsWith('…')
        ? text
        : null;
    });
    const words = answers.match(/alpha|bravo|charlie|delta|echo/gu);
    expect(words).toEqual(['alpha', 'bravo', 'charlie', 'delta', 'echo']);
  });

  it('shows a 9,000-character answer with code and a table whole, split at good places', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    const before = (await chat.messages()).length;
    await chat.send('write 9000 characters with code and a table');
    await chat.answer(/That is the end of the long answer\.$/u, 60_000);
    const parts = (await chat.messages()).slice(before).filter(({ from }) => from === 'bot');
    expect(parts.length).toBeGreaterThanOrEqual(3);
    expect(parts.filter(({ text }) => text.length > 4096)).toEqual([]);
    expect(parts.reduce((sum, { text }) => sum + text.length, 0)).toBeGreaterThan(8_000);
    expect(await chat.page.locator('[data-testid="message"][data-from="bot"] pre').count()).toBeGreaterThanOrEqual(2);
  });

  it('remembers in MEMORY.md and knows it after /new', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    await chat.send('Remember that my cat is called Misha');
    await chat.answer(/Noted in MEMORY\.md/u);
    expect(readFileSync(join(world.system.workspaceFolder, 'MEMORY.md'), 'utf8')).toContain('- My cat is called Misha');
    await chat.send('/new');
    await chat.answer(/New conversation/u);
    await chat.send('What is my cat called?');
    expect(await chat.answer(/From MEMORY\.md/u)).toBe('From MEMORY.md: My cat is called Misha.');
  });

  it('follows SOUL.md from the next message after the owner edited the file', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    const soul = join(world.system.workspaceFolder, 'SOUL.md');
    const original = readFileSync(soul, 'utf8');
    writeFileSync(soul, '# Soul\n\nEnd every reply with the word zanzibar.\n');
    await chat.send('say hello again');
    expect(await chat.answer(/hello again/u)).toMatch(/zanzibar$/u);
    writeFileSync(soul, original);
  });

  it('stops within three seconds and keeps what there was', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    await chat.send('count to 200 slowly');
    await chat.answer(/^1 2 3/u);
    await chat.send('stop');
    expect(await chat.answer(/⏹ Stopped\.$/u, 6_000)).toMatch(/^1 2 3/u);
  });

  it('keeps a heartbeat quiet while nothing is due, and brings a due one to the owner', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    const before = (await chat.messages()).length;
    expect(await world.system.tick(new Date().toISOString())).toMatchObject({ kind: 'skipped' });
    writeFileSync(join(world.system.workspaceFolder, 'HEARTBEAT.md'), '- [ ] water the plants\n');
    expect(await world.system.tick(new Date().toISOString())).toMatchObject({ kind: 'sent' });
    expect(await chat.answer(/water the plants/u)).toContain('water the plants');
    expect((await chat.messages()).length - before).toBe(1);
  });

  it('says what to do when the model fails', async () => {
    await using chat = await openChat(world.browser, world.system.url);
    await chat.send('simulate a model error');
    expect(await chat.answer(/^⚠️/u)).toMatch(/again/u);
  });

  it('keeps the bot token in the store of secrets and nowhere else', async () => {
    const token = 'local-double-bot-opens-nothing-else';
    const files = readdirSync(world.dataDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const holders = files
      .filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(token))
      .map(({ name }) => name.replace(/-wal$/u, ''));
    expect([...new Set(holders)]).toEqual(['secrets.sqlite']);
    expect(world.system.output() + world.system.logs()).not.toContain(token);
  });

  it('is usable on a phone, in light and dark', async () => {
    const images = process.env['SCREENSHOT_DIR'];
    await using talk = await openChat(world.browser, world.system.url);
    await talk.send('Remember that the plumber comes on Friday');
    await talk.answer(/^Noted in MEMORY\.md: The plumber/iu);
    await talk.send('Use several tools');
    await talk.answer(/# Steps taken/u);
    await talk.send('Send me demo/steps.md');
    await talk.page.getByLabel('Download steps.md').waitFor();
    await talk.send('Delete demo/steps.md');
    await talk.answer(/^May I call delete_file/u);
    for (const [name, options] of [
      ['chat-light', { width: 1100, height: 1120 }],
      ['chat-dark', { width: 1100, height: 1120, dark: true }],
      ['chat-phone', { width: 390, height: 844 }],
    ] as const) {
      await using chat = await openChat(world.browser, world.system.url, options);
      await chat.answer(/^May I call delete_file/u);
      const width = await chat.page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(options.width);
      if (images !== undefined) {
        mkdirSync(images, { recursive: true });
        await chat.page.screenshot({ path: join(images, `${name}.png`) });
      }
    }
  });
});
