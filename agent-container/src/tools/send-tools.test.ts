import type { MediaKey, OutgoingFile, WorkspaceStore } from '@agent-claw/core';
import { aLaneId, memoryMediaStore, memorySpeaker, memoryWorkspaceStore } from '@agent-claw/testkit';
import type { InvokableTool } from '@strands-agents/sdk';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../test/world.ts';
import { createOutgoingFiles } from '../media/outgoing-files.ts';
import { saveFileTool } from './save-file.ts';
import { sendTools } from './send-tools.ts';

const LANE = aLaneId();
const png = (size = 40): Uint8Array => {
  const bytes = new Uint8Array(size);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return bytes;
};
const mp4 = Uint8Array.from(Buffer.from('\0\0\0\u0018ftypisom0000'));
const MB = 1024 * 1024;

const aDesk = (
  files: Readonly<Record<string, string | Uint8Array>> = {},
  {
    privateLane = true,
    workspace = memoryWorkspaceStore(files),
  }: { privateLane?: boolean; workspace?: WorkspaceStore } = {},
) => {
  const media = memoryMediaStore();
  const speaker = memorySpeaker();
  const outgoing = createOutgoingFiles();
  const own = { laneId: LANE, workspace, privateLane, media, log: silentLog };
  const tools = [...sendTools({ ...own, speaker, outgoing }), saveFileTool(own)] as unknown as readonly InvokableTool<
    unknown,
    string
  >[];
  const use = async (name: string, input: object): Promise<string> => {
    try {
      return (await tools.find((tool) => tool.name === name)?.invoke(input)) ?? 'no such tool';
    } catch (error) {
      return `refused: ${(error as Error).message}`;
    }
  };
  /** What is going to be sent, in short: name, kind, album. */
  const queued = () => outgoing.all().map(({ name, kind, album }) => [name, kind, album ?? 0]);
  return { use, queued, outgoing, media, speaker, workspace };
};

describe('send_files', () => {
  it('takes a file as what it is, stored under a name that follows from its content', async () => {
    const desk = aDesk({ 'photos/cat.png': png(), 'again.png': png() });
    expect(await desk.use('send_files', { paths: ['photos/cat.png'], caption: 'My *cat*' })).toBe(
      'Taken; sent below your answer when this turn ends: cat.png (photo, 40 bytes).',
    );
    await desk.use('send_files', { paths: ['again.png'] });
    const [cat, again] = desk.outgoing.all();
    expect(cat).toEqual({
      kind: 'photo',
      name: 'cat.png',
      mediaType: 'image/png',
      sizeBytes: 40,
      caption: 'My *cat*',
      key: expect.stringMatching(/^sent-tg_7000_4242001\/[0-9a-f]{64}$/u) as MediaKey,
    } satisfies OutgoingFile);
    expect(again?.key).toBe(cat?.key);
    const stored = cat && (await desk.media.read(cat.key, 100));
    expect([...(stored?.bytes ?? [])]).toEqual([...png()]);
  });

  it('makes albums of what Telegram lets into one, and sends the rest apart', async () => {
    const { png: _, ...files } = {
      png: '',
      'a.png': png(),
      'b.mp4': mp4,
      'c.md': 'c',
      'd.csv': 'd',
      'e.gif': 'GIF89a',
    };
    const desk = aDesk({ ...files, 'v.ogg': Buffer.from('OggS…OpusHead…') });
    await desk.use('send_files', { paths: ['a.png', 'c.md', 'b.mp4', 'v.ogg', 'd.csv', 'e.gif'] });
    expect(desk.queued()).toEqual([
      ['a.png', 'photo', 1],
      ['b.mp4', 'video', 1],
      ['c.md', 'document', 2],
      ['d.csv', 'document', 2],
      ['e.gif', 'document', 2],
      ['v.ogg', 'voice', 0],
    ]);
  });

  it('sends documents when it is told to, and pictures that are too big for pictures', async () => {
    const desk = aDesk({ 'a.png': png(), 'big.png': png(10 * MB + 1) });
    await desk.use('send_files', { paths: ['a.png'], as: 'document' });
    await desk.use('send_files', { paths: ['big.png'] });
    expect(desk.queued()).toEqual([
      ['a.png', 'document', 0],
      ['big.png', 'document', 0],
    ]);
  });

  it('keeps an album within what one request may weigh', async () => {
    const desk = aDesk({ 'a.bin': new Uint8Array(30 * MB).fill(1), 'b.bin': new Uint8Array(30 * MB).fill(2) });
    await desk.use('send_files', { paths: ['a.bin', 'b.bin'] });
    expect(desk.queued()).toEqual([
      ['a.bin', 'document', 0],
      ['b.bin', 'document', 0],
    ]);
  });

  it('takes all of what was asked for or nothing, and says why', async () => {
    const desk = aDesk({ 'a.md': 'a', 'empty.md': '', 'huge.bin': new Uint8Array(50 * MB + 1) });
    expect([
      await desk.use('send_files', { paths: ['a.md', 'none.md'] }),
      await desk.use('send_files', { paths: ['a.md', 'empty.md'] }),
      await desk.use('send_files', { paths: ['a.md', 'huge.bin'] }),
      await desk.use('send_files', { paths: ['../a.md'] }),
    ]).toEqual([
      'refused: There is no file none.md. Use list_files to see what there is.',
      'refused: empty.md is empty; an empty file cannot be sent.',
      'refused: huge.bin is too big: 50 MB is the most that can be sent.',
      'refused: Path refused: The path climbs with "..".',
    ]);
    expect(desk.queued()).toEqual([]);
  });

  it('sends nobody’s personal files into a group', async () => {
    const desk = aDesk({ 'MEMORY.md': 'secret', 'memory/2026-11-21.md': 'secret' }, { privateLane: false });
    const tried = await Promise.all(
      ['MEMORY.md', './memory.md', 'memory/2026-11-21.md', 'USER.md'].map((path) =>
        desk.use('send_files', { paths: [path] }),
      ),
    );
    expect(tried).toEqual(tried.map(() => expect.stringContaining('private to the owner') as string));
    expect([desk.queued(), desk.media.puts]).toEqual([[], []]);
  });

  it('sends twenty files in a turn and no more', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `${index}.md`);
    const desk = aDesk(Object.fromEntries(names.map((name) => [name, name])));
    await desk.use('send_files', { paths: names });
    await desk.use('send_files', { paths: names.slice(1) });
    expect(await desk.use('send_files', { paths: names.slice(0, 2) })).toMatch(
      /^refused: .*20 files at most, and 1 are left/u,
    );
    expect(desk.queued()).toHaveLength(19);
  });
});

describe('send_voice', () => {
  it('speaks, and says how long that is', async () => {
    const desk = aDesk();
    expect(await desk.use('send_voice', { text: ' Guten Morgen, Ada! ', language: 'de' })).toBe(
      'Spoken (2 s); sent below your answer when this turn ends.',
    );
    expect(desk.speaker.spoken).toEqual([{ text: 'Guten Morgen, Ada!', language: 'de' }]);
    expect(desk.outgoing.all()).toEqual([
      {
        kind: 'voice',
        name: 'voice.ogg',
        mediaType: 'audio/ogg',
        durationS: 2,
        sizeBytes: 54,
        key: expect.stringMatching(/^sent-/u) as MediaKey,
      },
    ]);
  });

  it('says no more than the service does, and nothing when there is nothing to say', async () => {
    const desk = aDesk();
    expect([
      await desk.use('send_voice', { text: 'x'.repeat(3_001) }),
      await desk.use('send_voice', { text: ' ' }),
    ]).toEqual([
      'refused: The text has 3001 characters and a voice message 3000 at most. Say it shorter, or in several messages.',
      'refused: There is nothing to say.',
    ]);
    expect([desk.speaker.spoken, desk.queued()]).toEqual([[], []]);
  });
});

describe('save_file', () => {
  const ID = 'u812-0-AQAD';
  const withPhoto = async (lane = 'tg_7000_4242001', privateLane = true) => {
    const desk = aDesk({}, { privateLane });
    await desk.media.put(`${lane}/${ID}` as MediaKey, { bytes: png(), mediaType: 'image/png' });
    return desk;
  };

  it('keeps a file that was sent, byte for byte, also when the step is repeated', async () => {
    const desk = await withPhoto();
    const said = 'Saved photos/cat.png (image/png, 40 bytes).';
    expect([
      await desk.use('save_file', { file: ID, path: 'photos/cat.png' }),
      await desk.use('save_file', { file: ID, path: 'photos/cat.png' }),
    ]).toEqual([said, said]);
    expect([...((await desk.workspace.readBytes('photos/cat.png', 99))?.bytes ?? [])]).toEqual([...png()]);
  });

  it('replaces no other file', async () => {
    const desk = await withPhoto();
    await desk.workspace.write('a.png', 'other', { kind: 'if_absent' });
    expect(await desk.use('save_file', { file: ID, path: 'a.png' })).toMatch(
      /^refused: There is another file at a\.png/u,
    );
    expect((await desk.workspace.read('a.png'))?.content).toBe('other');
  });

  it('reaches files of this chat alone, by whatever name they are asked for', async () => {
    const desk = await withPhoto('tg_7000_-5');
    const tried = await Promise.all(
      [ID, `../tg_7000_-5/${ID}`, `/${ID}`, '', 'x'.repeat(300)].map((file) =>
        desk.use('save_file', { file, path: 'a.png' }),
      ),
    );
    expect(tried).toEqual(tried.map(() => expect.stringMatching(/^refused: There is no file/u) as string));
  });

  it('writes nothing that is personal in a group', async () => {
    const desk = await withPhoto('tg_7000_4242001', false);
    expect(await desk.use('save_file', { file: ID, path: 'memory/x.png' })).toMatch(/private to the owner/u);
  });
});
