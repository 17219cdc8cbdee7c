import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOUBLE_BOT_TOKEN } from '@agent-claw/local/telegram-side';
import type { Fault, MessageView } from '@agent-claw/telegram-double';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSystem, temporaryFolder } from './local-system.ts';
import type { SystemUnderTest } from './local-system.ts';
import { aPdf, aPng, aVoice } from './media-files.ts';
import { until } from './until.ts';

const OWNER = '4242001';

interface Sent {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Files that people send, from Telegram through S3 to the model, on the local system. */
describe('files in messages', () => {
  const folder = temporaryFolder();
  let system: SystemUnderTest;

  beforeAll(async () => {
    system = await startSystem({ dataDir: folder.path, environment: { AGENT_CLAW_HEARTBEAT_HOURS: '' } });
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const answered = async <Answer>(path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${system.url}/_double${path}`, init);
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const history = async () =>
    (await answered<{ messages: readonly MessageView[] }>(`/chats/${OWNER}/messages?limit=200`)).messages;
  /** @returns the number of the last message sent. */
  const send = async (files: readonly Sent[], fields: Readonly<Record<string, string>> = {}): Promise<number> => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    for (const { name, type, bytes } of files) form.append('file', new Blob([Uint8Array.from(bytes)], { type }), name);
    const sent = await answered<{ messages: readonly MessageView[] }>(`/chats/${OWNER}/messages`, {
      method: 'POST',
      body: form,
    });
    return sent.messages.at(-1)?.messageId ?? 0;
  };
  const say = async (text: string, replyTo?: number): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const sent = await answered<{ messages: readonly MessageView[] }>(`/chats/${OWNER}/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ text, ...(replyTo === undefined ? {} : { replyTo }) }),
    });
    return sent.messages[0]?.messageId ?? 0;
  };
  /** The bot's answer that fits, once its text no longer changes. */
  const answerTo = (after: number, fits: RegExp): Promise<string> =>
    until(
      `an answer like ${fits}`,
      30_000,
      async () =>
        (await history()).findLast(
          ({ from, messageId, text, buttons }) =>
            from.isBot && messageId > after && buttons.length === 0 && fits.test(text),
        )?.text,
      () => `${system.output()}\n${system.logs().split('\n').slice(-40).join('\n')}`,
    );
  const fault = (one: Fault): Promise<unknown> =>
    answered('/faults', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(one) });
  const photo: Sent = { name: 'p.png', type: 'image/png', bytes: aPng() };

  it('shows a photo to the model, with its caption', async () => {
    const sent = await send([photo], { text: 'what is this' });
    expect(await answerTo(sent, /photo/u)).toContain(`“what is this” [photo, png, ${photo.bytes.length} bytes]`);
  });

  it('shows the file that a message answers to, too', async () => {
    const sent = await send([photo], { text: 'keep this' });
    const answer = await answerTo(sent, /keep this/u);
    expect(answer).toContain('[photo, png');
    const asked = await say('what was on it', sent);
    expect(await answerTo(asked, /what was/u)).toBe(
      `You said: “what was on it” [photo, png, ${photo.bytes.length} bytes].`,
    );
  });

  it('shows an album as one message with all its pictures, answered once', async () => {
    const sent = await send([photo, photo, photo], { text: 'three of them' });
    const picture = `[photo, png, ${photo.bytes.length} bytes]`;
    expect(await answerTo(sent, /photo/u)).toBe(
      `You said: “three of them” ${picture}.\n\nYou said: ${picture}.\n\nYou said: ${picture}.`,
    );
    expect((await history()).filter(({ from, messageId }) => from.isBot && messageId > sent)).toHaveLength(1);
  });

  it('shows a PDF and a table as documents, and reads other text out', async () => {
    const files = [
      { name: 'report.pdf', type: 'application/pdf', bytes: aPdf() },
      { name: 'sums.csv', type: 'text/csv', bytes: Buffer.from('name,sum\nAda,3\n') },
      { name: 'run.log', type: 'application/octet-stream', bytes: Buffer.from('started well\nthen stopped\n') },
    ];
    const sent = await send(files);
    const text = await answerTo(sent, /run\.log/u);
    expect(text).toContain(`[document report.pdf, pdf, ${aPdf().length} bytes]`);
    expect(text).toContain('[document sums.csv, csv, 15 bytes: name,sum]');
    expect(text).toContain('[document run.log, text/plain: started well]');
  });

  it('believes the bytes and not the name', async () => {
    const sent = await send([{ name: 'cat.csv', type: 'text/csv', bytes: aPng() }], { as_document: '1' });
    expect(await answerTo(sent, /cat\.csv/u)).toContain(`[document cat.csv, png, ${aPng().length} bytes]`);
  });

  it('tells about a file that is too big for Telegram to hand over', async () => {
    const sent = await send([{ name: 'big.pdf', type: 'application/pdf', bytes: Buffer.alloc(25 * 1024 * 1024, 1) }]);
    const text = await answerTo(sent, /big\.pdf/u);
    expect(text).toContain('⚠️ I could not get the document big.pdf: it is too big');
    expect(text).toContain('[document big.pdf, too_big]');
  });

  it('says of a file that is nothing it knows what it is called, and goes on', async () => {
    const sent = await send([{ name: 'x.bin', type: 'application/octet-stream', bytes: Buffer.from([0, 1, 2, 250]) }]);
    expect(await answerTo(sent, /x\.bin/u)).toContain(
      '[document x.bin, not shown: the model does not take files of this kind]',
    );
  });

  it('tries again when the download is cut, and says so when it never comes', async () => {
    await fault({ method: 'download', kind: 'truncate' });
    const healed = await send([photo], { text: 'cut once' });
    expect(await answerTo(healed, /cut once/u)).toContain(`[photo, png, ${photo.bytes.length} bytes]`);
    await fault({ method: 'download', kind: 'error', status: 502, times: 3 });
    const lost = await send([photo], { text: 'never' });
    const text = await answerTo(lost, /never/u);
    expect(text).toContain('⚠️ I could not get the photo: Telegram did not hand it over.');
  });

  const voice = (words?: string): Sent => ({ name: 'v.oga', type: 'audio/ogg', bytes: aVoice(words) });

  it('answers what is said in a voice message like what is typed', async () => {
    const sent = await send([voice('My name is Zoë.')], { voice: '1' });
    expect(await answerTo(sent, /Zoë/u)).toBe('Nice to meet you, Zoë!');
    const asked = await say('this one', sent);
    expect(await answerTo(asked, /this one/u)).toBe('You said: “this one” [voice, audio/ogg: My name is Zoë.].');
  });

  it('takes a command that is said aloud for one', async () => {
    const sent = await send([voice('Slash whoami.')], { voice: '1' });
    expect(await answerTo(sent, /4242001/u)).toContain('4242001');
  });

  it('stops a running turn when "stop" is said aloud', async () => {
    const counting = await say('count to 60 slowly');
    await until('a draft', 20_000, async () =>
      (await history()).some(({ messageId, text }) => messageId > counting && text.startsWith('1 2')),
    );
    await send([voice('Stop.')], { voice: '1' });
    expect(await answerTo(counting, /Stopped/u)).toMatch(/^1 2[\s\S]*⏹ Stopped\.$/u);
  });

  it('says so when nothing can be understood', async () => {
    const sent = await send([voice()], { voice: '1' });
    expect(await answerTo(sent, /voice/u)).toContain(
      '⚠️ I could not understand the voice message. Speech is understood by Amazon Transcribe in the cloud;',
    );
  });

  it('keeps the files in S3 by their messages, and the token and the address of a file nowhere', async () => {
    const bucket = join(system.workspaceFolder, '..');
    const lanes = readdirSync(join(bucket, 'media')).filter((name) => name !== 'heard');
    expect(lanes).toHaveLength(1);
    expect(readdirSync(join(bucket, 'media', lanes[0] ?? ''))).toContainEqual(expect.stringMatching(/^u\d+-0-/u));
    const everything = [system.output(), system.logs()];
    for (const entry of readdirSync(folder.path, { recursive: true, withFileTypes: true }))
      // What the double and the secret keep is theirs to keep.
      if (entry.isFile() && !/telegram|secrets/u.test(join(entry.parentPath, entry.name)))
        everything.push(readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    expect(everything.length).toBeGreaterThan(20);
    expect(everything.join('').includes('media_staged')).toBe(true);
    for (const text of everything)
      expect([text.includes(DOUBLE_BOT_TOKEN), /\/file\/bot/u.test(text)]).toEqual([false, false]);
  });
});
