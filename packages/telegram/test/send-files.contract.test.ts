import type { MediaKey, OutgoingFile } from '@agent-claw/core';
import { RetryableError } from '@agent-claw/core';
import { deflateSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { telegramReplyRenderer } from '../src/reply-renderer.ts';
import { aMessengerOnDouble } from './messenger-on-double.ts';

const opened: { readonly close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const world of opened.splice(0)) await world.close();
});
const always = () => 10_000;

/** The head of a PNG of this size; nobody here looks at the rest. */
const png = (width = 4, height = 3): Uint8Array => {
  const bytes = Buffer.alloc(64);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};

const create = async () => {
  const world = await aMessengerOnDouble();
  opened.push(world);
  const { messenger, chat, history, fault } = world;
  const send = (...files: readonly OutgoingFile[]) =>
    messenger.send(chat, telegramReplyRenderer.files(files)[0], {}, always);
  const refuse = (method: string, description: string) =>
    fault(method, 'error', { status: 400, description: `Bad Request: ${description}` });
  /** What people see: kind, name, words below. */
  const seen = async () =>
    (await history(chat)).messages
      .filter(({ from }) => from.isBot)
      .map(({ media, text, albumId }) => [media?.kind, media?.fileName ?? '', text, albumId !== undefined]);
  return { ...world, send, refuse, seen };
};

const sent = { kind: 'sent', messageId: expect.any(Number) as number };

describe('a file', () => {
  it('is shown as what it is', async () => {
    const { send, stored, seen } = await create();
    for (const kind of ['photo', 'video', 'audio', 'voice', 'document'] as const)
      expect(await send(await stored(png(), { kind, name: `${kind}.bin`, caption: `*${kind}*` }))).toEqual(sent);
    expect(await seen()).toEqual([
      ['photo', 'photo.bin', 'photo', false],
      ['video', 'video.bin', 'video', false],
      ['audio', 'audio.bin', 'audio', false],
      ['voice', 'voice.bin', 'voice', false],
      ['document', 'document.bin', 'document', false],
    ]);
  });

  it('says how long it is', async () => {
    const { send, stored, history, chat } = await create();
    await send(await stored('x', { kind: 'voice', durationS: 7 }));
    expect((await history(chat)).messages.at(-1)?.media?.durationS).toBe(7);
  });

  it.each([
    ['photo', 'PHOTO_INVALID_DIMENSIONS', png(9_000, 2_000)],
    ['photo', 'IMAGE_PROCESS_FAILED', Buffer.from('no picture')],
    ['photo', 'file is too big for a photo', Buffer.concat([png(), Buffer.alloc(10 * 1024 * 1024)])],
  ] as const)('that is refused as a %s (%s) comes as a document', async (kind, _why, bytes) => {
    const { send, stored, seen, log } = await create();
    expect(await send(await stored(bytes, { kind, name: 'x.png', caption: 'Here' }))).toEqual(sent);
    expect(await seen()).toEqual([['document', 'x.png', 'Here', false]]);
    expect(log.lines).toHaveLength(1);
  });

  it.each([
    [['VOICE_MESSAGES_FORBIDDEN'], 'audio'],
    [['VOICE_MESSAGES_FORBIDDEN', 'wrong type of the file'], 'document'],
  ] as const)('that nobody may say aloud (%j) comes as a recording', async ([voice, audio], kind) => {
    const { send, stored, seen, refuse } = await create();
    refuse('sendVoice', voice);
    if (audio !== undefined) refuse('sendAudio', audio);
    expect(await send(await stored('x', { kind: 'voice', name: 'voice.ogg' }))).toEqual(sent);
    expect(await seen()).toEqual([[kind, 'voice.ogg', '', false]]);
  });

  it('keeps its form, and loses the formatting below it, when that is what is refused', async () => {
    const { send, stored, seen, refuse } = await create();
    refuse('sendPhoto', 'entity begins in a middle of a UTF-16 symbol at byte offset 4');
    await send(await stored(png(), { kind: 'photo', name: 'x.png', caption: '**bold**' }));
    expect(await seen()).toEqual([['photo', 'x.png', 'bold', false]]);
  });

  it('that is refused in every form is not sent, and the reason is told', async () => {
    const { send, stored, seen, refuse } = await create();
    refuse('sendPhoto', 'IMAGE_PROCESS_FAILED');
    refuse('sendDocument', 'file must be non-empty');
    expect(await send(await stored(png(), { kind: 'photo' }))).toEqual({
      kind: 'undeliverable',
      reason: 'Telegram does not take it (file must be non-empty)',
      isFile: true,
    });
    expect(await seen()).toEqual([]);
  });

  it('is refused in our own words when Telegram’s quote something', async () => {
    const { send, stored, refuse } = await create();
    refuse('sendDocument', 'cannot POST /bot7000001:the-token-of-this-bot/sendDocument');
    expect(await send(await stored('x'))).toEqual({
      kind: 'undeliverable',
      reason: 'Telegram does not take it',
      isFile: true,
    });
  });

  it('that is too large for the server is refused as a file', async () => {
    const { send, stored, fault } = await create();
    fault('sendDocument', 'error', { status: 413, description: 'Request Entity Too Large' });
    expect(await send(await stored('x'))).toMatchObject({ kind: 'undeliverable', isFile: true });
  });

  it('does not hide that the person wants nothing from the bot', async () => {
    const { send, stored, block } = await create();
    await block();
    expect(await send(await stored('x'))).toEqual({
      kind: 'undeliverable',
      reason: 'Forbidden: bot was blocked by the user',
    });
  });

  it('whose connection is cut is in doubt, as a text is', async () => {
    const { send, stored, seen, fault } = await create();
    fault('sendDocument', 'reset_after');
    expect(await send(await stored('x'))).toEqual({ kind: 'in_doubt' });
    expect(await seen()).toHaveLength(1);
  });

  it('is read again from its start by a second try, with a fresh token or in another form', async () => {
    const { send, stored, history, chat, refuse } = await create();
    const bytes = Buffer.concat([png(), deflateSync(Buffer.alloc(100_000, 'x'))]);
    refuse('sendPhoto', 'IMAGE_PROCESS_FAILED');
    await send(await stored(bytes, { kind: 'photo' }));
    expect((await history(chat)).messages.at(-1)?.media?.size).toBe(bytes.length);
  });
});

describe('a file that cannot be read', () => {
  it('waits while the store is out of reach, and nothing is sent', async () => {
    const { store, send, stored, seen } = await create();
    const file = await stored('x');
    const out = async () => Promise.reject(new RetryableError('The store does not answer.'));
    store.find = out;
    expect(await send(file)).toEqual({ kind: 'wait', retryAfterMs: 5_000 });
    expect(await seen()).toEqual([]);
  });

  it('and breaks off while it is sent is not sent in half', async () => {
    const { store, send, stored, seen } = await create();
    const file = await stored('x');
    store.open = async () => ({
      mediaType: 'text/plain',
      sizeBytes: 9,
      body: (async function* body() {
        yield Buffer.from('half');
        throw new RetryableError('The store went away.');
      })(),
    });
    expect(await send(file)).toEqual({ kind: 'wait', retryAfterMs: 5_000 });
    expect(await seen()).toEqual([]);
  });
});

describe('an album', () => {
  it('shows pictures and videos together, the words below the first', async () => {
    const { send, stored, seen } = await create();
    const files = [
      await stored(png(), { kind: 'photo', name: 'p.png', album: 1, caption: 'Two' }),
      await stored('x', { kind: 'video', album: 1, name: 'v.mp4' }),
    ];
    expect(await send(...files)).toEqual(sent);
    expect(await seen()).toEqual([
      ['photo', 'p.png', 'Two', true],
      ['video', 'v.mp4', '', true],
    ]);
  });

  it('that is refused is told as files that were refused: they can come one by one', async () => {
    const { send, stored, seen } = await create();
    const mixed = [await stored(png(), { kind: 'photo', album: 1 }), await stored('x', { album: 1 })];
    expect(await send(...mixed)).toEqual({
      kind: 'undeliverable',
      reason: "Telegram does not take it (document can't be mixed with other media types)",
      isFile: true,
    });
    expect(await seen()).toEqual([]);
  });
});

describe('the words below a file', () => {
  const file: OutgoingFile = {
    kind: 'document',
    key: 'a/b' as MediaKey,
    mediaType: 'text/plain',
    sizeBytes: 1,
    name: 'a',
  };
  type Part = {
    readonly text: string;
    readonly entities: readonly { readonly offset: number; readonly length: number }[];
  };
  const rendered = (caption: string) =>
    telegramReplyRenderer.files([{ ...file, caption }]) as unknown as readonly Part[];

  it('are cut at 1,024 characters where a reader minds least, and the rest follows with its formatting', () => {
    const first = `${'word '.repeat(200)}end.`;
    const [below, rest, ...more] = rendered(`${first}\n\n**${'bold '.repeat(30)}end**`);
    expect([below?.text, more]).toEqual([first, []]);
    expect(rest).toEqual({
      text: `${'bold '.repeat(30)}end`,
      entities: [{ type: 'bold', offset: 0, length: 153 }],
    });
  });

  it('lose nothing when the cut goes through formatting, and stay within every limit', () => {
    const words = Array.from({ length: 900 }, (_, index) => `w${index}`);
    const parts = rendered(`**${words.join(' ')}** 👩‍👩‍👧`);
    expect(
      parts
        .map(({ text }) => text)
        .join(' ')
        .split(/\s+/u),
    ).toEqual([...words, '👩‍👩‍👧']);
    expect(parts.map(({ text }, index) => text.length <= (index === 0 ? 1_024 : 4_096))).toEqual(parts.map(() => true));
    const bold = parts.flatMap(({ text, entities }) =>
      entities.map((one) => text.slice(one.offset, one.offset + one.length)),
    );
    expect(bold.join(' ')).toBe(words.join(' '));
  });

  it('may be missing', () => {
    expect(rendered('')).toEqual([{ text: '', entities: [], files: [{ ...file, caption: '' }] }]);
  });
});
