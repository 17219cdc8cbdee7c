import type { Fault, MediaView, MessageView } from '@agent-claw/telegram-double';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startSystem, temporaryFolder } from './local-system.ts';
import type { SystemUnderTest } from './local-system.ts';
import { aPng } from './media-files.ts';
import { OWNER } from './owner-chat.ts';
import { until } from './until.ts';

/** What the owner says and sees in the private chat, files included. */
const openChat = (system: SystemUnderTest) => {
  const chat = `${system.url}/_double/chats/${OWNER}/messages`;
  const answered = async <Answer>(url: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(url, init);
    if (!response.ok) throw new Error(`${url} was answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const asJson = (body: object): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const history = async () => (await answered<{ messages: readonly MessageView[] }>(`${chat}?limit=200`)).messages;
  const post = async (init: RequestInit): Promise<number> =>
    (await answered<{ messages: readonly MessageView[] }>(chat, init)).messages.at(-1)?.messageId ?? 0;
  const botAfter = async (after: number) =>
    (await history()).filter(({ from, messageId }) => from.isBot && messageId > after);
  const bytesOf = async (media: MediaView | undefined): Promise<Buffer> =>
    Buffer.from(await (await fetch(`${system.url}${media?.url}`)).arrayBuffer());
  return {
    say: (text: string) => post(asJson({ text })),
    send: (bytes: Buffer, name: string, type: string, fields: Readonly<Record<string, string>>) => {
      const form = new FormData();
      for (const [field, value] of Object.entries(fields)) form.append(field, value);
      form.append('file', new Blob([Uint8Array.from(bytes)], { type }), name);
      return post({ method: 'POST', body: form });
    },
    fault: (fault: Fault) => answered(`${system.url}/_double/faults`, asJson(fault)),
    bytesOf,
    botAfter,
    /** Waits for so many messages of the bot, without a draft among them. */
    answer: (after: number, count: number): Promise<readonly MessageView[]> =>
      until(
        `${count} messages after ${after}`,
        120_000,
        async () => {
          const said = await botAfter(after);
          const isDraft = said.some(({ text, buttons }) => text.endsWith('…') || buttons.length > 0);
          return said.length >= count && !isDraft ? said : null;
        },
        () => `${system.output()}\n${system.logs().split('\n').slice(-40).join('\n')}`,
      ),
  };
};

/** What is seen of each message: its file, and the words of it. */
const seen = (messages: readonly MessageView[]) =>
  messages.map(({ media, text }) => [media === undefined ? '' : `${media.kind} ${media.fileName ?? ''}`, text]);

describe('files that the agent sends', () => {
  const folder = temporaryFolder();
  let system: SystemUnderTest;
  let chat: ReturnType<typeof openChat>;

  beforeAll(async () => {
    system = await startSystem({ dataDir: folder.path, environment: { AGENT_CLAW_HEARTBEAT_HOURS: '' } });
    chat = openChat(system);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  it('are those it was asked to keep: a photo comes back as it was sent', async () => {
    const kept = await chat.send(aPng(), 'p.png', 'image/png', { text: 'save this as photos/cat.png' });
    expect((await chat.answer(kept, 1))[0]?.text).toContain('Saved photos/cat.png (image/png');
    const asked = await chat.say('send me photos/cat.png with the caption My **cat**');
    const said = await chat.answer(asked, 2);
    expect(seen(said)).toEqual([
      ['', 'Here you are.'],
      ['photo cat.png', 'My cat'],
    ]);
    expect(await chat.bytesOf(said[1]?.media)).toEqual(aPng());
  });

  it('come as an album when there are several photos', async () => {
    const kept = await chat.send(aPng(), 'd.png', 'image/png', { text: 'save this as photos/dog.png' });
    await chat.answer(kept, 1);
    const asked = await chat.say('send me photos/cat.png and photos/dog.png');
    const [words, cat, dog] = await chat.answer(asked, 3);
    expect(seen([words, cat, dog].flatMap((message) => message ?? []))).toEqual([
      ['', 'Here you are.'],
      ['photo cat.png', ''],
      ['photo dog.png', ''],
    ]);
    expect(cat?.albumId).toMatch(/^\d+$/u);
    expect(dog?.albumId).toBe(cat?.albumId);
  });

  it('come without a word where the agent has none', async () => {
    const asked = await chat.say('send me SOUL.md without a word');
    expect(seen(await chat.answer(asked, 1))).toEqual([['document SOUL.md', '']]);
  });

  it('speak: a voice message says what it was to say', async () => {
    const asked = await chat.say('send me a voice message saying My name is Zoë.');
    const [, voice] = await chat.answer(asked, 2);
    expect(voice?.media).toMatchObject({ kind: 'voice', mimeType: 'audio/ogg', durationS: 1 });
    const back = await chat.send(await chat.bytesOf(voice?.media), 'v.oga', 'audio/ogg', { voice: '1' });
    expect((await chat.answer(back, 1))[0]?.text).toBe('Nice to meet you, Zoë!');
  });

  it('come as documents when Telegram takes them for nothing better', async () => {
    await chat.fault({
      method: 'sendPhoto',
      kind: 'error',
      status: 400,
      description: 'Bad Request: PHOTO_INVALID_DIMENSIONS',
      // Each time that it is tried: the pace of the chat may make it begin again.
      times: 9,
    });
    const asked = await chat.say('send me photos/cat.png');
    expect(seen(await chat.answer(asked, 2))).toEqual([
      ['', 'Here you are.'],
      ['document cat.png', ''],
    ]);
  });

  it('come once when the line is cut after one has arrived', async () => {
    await chat.fault({ method: 'sendDocument', kind: 'reset_after' });
    const asked = await chat.say('send me SOUL.md');
    await chat.answer(asked, 2);
    const next = await chat.say('say done');
    await chat.answer(next, 1);
    expect(seen(await chat.botAfter(asked))).toEqual([
      ['', 'Here you are.'],
      ['document SOUL.md', ''],
      ['', 'done'],
    ]);
  });
});

describe('kill -9 of everything between two files', () => {
  it('sends neither of them twice, and both', async () => {
    using folder = temporaryFolder();
    const port = await freePort();
    const environment = { AGENT_CLAW_WAKE_HIDDEN_S: '5', AGENT_CLAW_LEASE_MS: '8000', AGENT_CLAW_HEARTBEAT_HOURS: '' };
    const start = () => startSystem({ dataDir: folder.path, port, environment });
    let asked = 0;
    {
      await using system = await start();
      const chat = openChat(system);
      await chat.answer(await chat.send(aPng(), 'p.png', 'image/png', { text: 'save this as cat.png' }), 1);
      await chat.fault({ method: 'sendDocument', kind: 'slow', delayMs: 60_000 });
      asked = await chat.say('send me cat.png and SOUL.md');
      await chat.answer(asked, 2);
      await system.killTree();
    }
    await using system = await start();
    const chat = openChat(system);
    await chat.answer(asked, 3);
    await chat.answer(await chat.say('say done'), 1);
    expect(seen(await chat.botAfter(asked))).toEqual([
      ['', 'Here you are.'],
      ['photo cat.png', ''],
      ['document SOUL.md', ''],
      ['', 'done'],
    ]);
  }, 300_000);
});
