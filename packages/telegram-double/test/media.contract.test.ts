import { InputFile, InputMediaBuilder } from 'grammy';
import { describe, expect, it } from 'vitest';
import { aDouble, owner, reasonOf, token } from './double-under-test.ts';

/** One red pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

const formOf = (
  files: readonly (readonly [name: string, type: string, bytes: Buffer])[],
  fields: Record<string, string>,
) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const [name, type, bytes] of files) form.append('file', new File([new Uint8Array(bytes)], name, { type }), name);
  return form;
};

type World = Awaited<ReturnType<typeof aDouble>>;
const fetched = async (world: World, fileId: string) => {
  const { file_path } = await world.api.getFile(fileId);
  const response = await fetch(`${world.url}/file/bot${token.replace(':', '%3A')}/${file_path}`);
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
};

describe('files from people', () => {
  it('come as photo, voice, audio and document, and download as they were', async () => {
    await using world = await aDouble();
    const post = (form: FormData) => world.people('POST', `/chats/${owner}/messages`, form);
    await post(formOf([['a.png', 'image/png', png]], { text: 'look' }));
    await post(formOf([['v.ogg', 'audio/ogg', Buffer.from('voice')]], { voice: '1' }));
    await post(formOf([['song.mp3', 'audio/mpeg', Buffer.from('song')]], {}));
    await post(formOf([['a.png', 'image/png', png]], { as_document: '1' }));
    const messages = (await world.api.getUpdates()).flatMap(({ message }) => message ?? []);
    const ids = messages.map(
      (m) => m.photo?.[0]?.file_id ?? m.voice?.file_id ?? m.audio?.file_id ?? m.document?.file_id ?? '',
    );
    const bytes = await Promise.all(ids.map((id) => fetched(world, id)));
    expect({
      photo: messages[0]?.photo?.map(({ width, height }) => [width, height]),
      caption: messages[0]?.caption,
      names: [messages[2]?.audio?.file_name, messages[3]?.document?.file_name],
      bytes: bytes.map((one) => one.bytes),
    }).toEqual({
      photo: [[1, 1]],
      caption: 'look',
      names: ['song.mp3', 'a.png'],
      bytes: [png, Buffer.from('voice'), Buffer.from('song'), png],
    });
  });

  it('sent together are one album, with the caption on the first', async () => {
    await using world = await aDouble();
    const files = [1, 2, 3].map((n) => [`${n}.png`, 'image/png', png] as const);
    await world.people('POST', `/chats/${owner}/messages`, formOf(files, { text: 'three' }));
    const messages = (await world.api.getUpdates()).flatMap(({ message }) => message ?? []);
    expect([new Set(messages.map((one) => one.media_group_id)).size, messages.map(({ caption }) => caption)]).toEqual([
      1,
      ['three', undefined, undefined],
    ]);
  });
});

describe('files from the bot', () => {
  it('show on the page as what they were sent as', async () => {
    await using world = await aDouble();
    const { api } = world;
    await api.sendPhoto(owner, new InputFile(png, 'a.png'), { caption: '*shot*', parse_mode: 'Markdown' });
    await api.sendVoice(owner, new InputFile(Buffer.from('v'), 'v.ogg'), { duration: 3 });
    await api.sendAudio(owner, new InputFile(Buffer.from('s'), 'song.mp3'));
    const shown = (await world.history(owner)).messages.map(({ text, media }) => {
      const { kind, durationS, fileName } = media as { kind: string; durationS?: number; fileName?: string };
      return [kind, text || fileName || durationS];
    });
    expect(shown).toEqual([
      ['photo', 'shot'],
      ['voice', 'v.ogg'],
      ['audio', 'song.mp3'],
    ]);
  });

  it('make an album of uploads and known files, each with its own caption', async () => {
    await using world = await aDouble();
    const known = await world.api.sendPhoto(owner, new InputFile(png, 'a.png'));
    const album = await world.api.sendMediaGroup(owner, [
      InputMediaBuilder.photo(new InputFile(png, 'b.png'), { caption: '<b>new</b>', parse_mode: 'HTML' }),
      InputMediaBuilder.photo(known.photo[0]?.file_id ?? '', { caption: 'known' }),
    ]);
    const pictures = album.map((one) => ('photo' in one ? one : undefined));
    expect([
      new Set(album.map((one) => ('media_group_id' in one ? one.media_group_id : ''))).size,
      pictures.map((one) => [one?.caption, one?.caption_entities?.[0]?.type]),
      pictures[1]?.photo?.[0]?.file_unique_id === known.photo[0]?.file_unique_id,
    ]).toEqual([
      1,
      [
        ['new', 'bold'],
        ['known', undefined],
      ],
      true,
    ]);
  });

  it('refuse what is too large, too many or unknown', async () => {
    await using world = await aDouble();
    const { api } = world;
    const large = new InputFile(Buffer.alloc(11 * 1024 * 1024), 'big.png');
    expect([
      await reasonOf(api.sendPhoto(owner, large)),
      await reasonOf(api.sendPhoto(owner, 'AgADnonsense')),
      await reasonOf(api.getFile('AgADnonsense')),
      await reasonOf(
        api.sendMediaGroup(
          owner,
          Array.from({ length: 11 }, () => InputMediaBuilder.photo('AgADnonsense')),
        ),
      ),
    ]).toEqual([
      'Bad Request: file is too big for a photo',
      "Bad Request: wrong remote file identifier specified: can't unserialize it",
      'Bad Request: invalid file_id',
      'Bad Request: too many messages to send as an album',
    ]);
  });

  it('are not read beyond what Telegram takes', async () => {
    await using world = await aDouble();
    await expect(api413(world)).rejects.toMatchObject({ error_code: 413, description: 'Request Entity Too Large' });
  });
});

const api413 = (world: World) =>
  world.api.sendDocument(owner, new InputFile(Buffer.alloc(56 * 1024 * 1024), 'huge.bin'));

describe('download links', () => {
  it('work for an hour after getFile, then need another getFile', async () => {
    await using world = await aDouble();
    const { document } = await world.api.sendDocument(owner, new InputFile(Buffer.from('hello'), 'a.txt'));
    const { file_path } = await world.api.getFile(document.file_id);
    const load = async () => (await fetch(`${world.url}/file/bot${token}/${file_path}`)).status;
    const fresh = await load();
    await world.clock.advance(3_600_001);
    const stale = await load();
    await world.api.getFile(document.file_id);
    expect([fresh, stale, await load()]).toEqual([200, 404, 200]);
  });

  it('open nothing that getFile has not given out, and nothing without the token', async () => {
    await using world = await aDouble();
    const { document } = await world.api.sendDocument(owner, new InputFile(Buffer.from('hello'), 'a.txt'));
    const { file_path } = await world.api.getFile(document.file_id);
    const status = async (path: string) => (await fetch(`${world.url}/file/${path}`)).status;
    expect([
      await status(`bot${token}/documents/file_other.txt`),
      await status(`bot${token}/%2e%2e/journal.jsonl`),
      await status(`bot7:x/${file_path}`),
      await status(`bot%ZZ/${file_path}`),
    ]).toEqual([404, 404, 401, 401]);
  });
});
