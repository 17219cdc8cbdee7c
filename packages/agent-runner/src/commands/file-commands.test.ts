import { PermanentError, RetryableError } from '@agent-claw/core';
import { aLaneId, anEntry } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';

const aCommand = (name: string, args = '', sequence = 1) =>
  anEntry(sequence, { kind: 'command', command: { name, args } });
const PLAIN = (lanes: Parameters<NonNullable<Parameters<typeof aLegWorld>[1]>>[0]) => lanes;

/** What is shown for a command in the owner's chat with these files. */
const askedFor = async (files: Readonly<Record<string, string>>, name: string, args = '') => {
  const world = aLegWorld([], PLAIN, { files });
  await world.say(aCommand(name, args));
  await world.leg();
  const parts = world.messenger.shown().map(({ part }) => part as unknown as { text: string; document?: object });
  const [document] = parts.flatMap((part) => part.document ?? []);
  return { text: parts.map(({ text }) => text).join(''), ...(document === undefined ? {} : { document }) };
};

describe('/memory', () => {
  it('shows what is in MEMORY.md', async () => {
    expect(await askedFor({ 'MEMORY.md': '- tea, no sugar\n' }, 'memory')).toEqual({
      text: '**MEMORY.md**\n\n- tea, no sugar',
    });
  });

  it('brings a long one as a file, and says that there is none yet', async () => {
    const content = '- tea\n'.repeat(600).trim();
    expect(await askedFor({ 'MEMORY.md': content }, 'memory')).toEqual({
      text: 'What I remember.',
      document: { name: 'MEMORY.md', content },
    });
    expect((await askedFor({}, 'memory')).text).toMatch(/^MEMORY\.md is empty so far\./u);
  });

  it('shows nothing in a group or to a guest, and reads nothing', async () => {
    const record = {
      guests: { 4242002: { name: 'Grace', sinceMs: 0 } },
      groups: { '-1001': { title: 'Us', sinceMs: 0, activation: 'mention' as const } },
    };
    for (const place of ['-1001', '4242002']) {
      const world = aLegWorld([], PLAIN, { laneId: aLaneId(place), record, files: { 'MEMORY.md': 'secret' } });
      await world.say(aCommand('memory'));
      await world.leg();
      expect({ shown: world.shown(), opened: world.opened }).toEqual({
        shown: ['My memory is between my owner and me, in our private chat.'],
        opened: [],
      });
    }
  });
});

describe('/files', () => {
  const FILES = { 'MEMORY.md': 'x', 'notes/a.md': '# A\n```\ncode\n```\n', 'notes/b.bin': 'a\uFFFDb' };

  it.each([
    ['', '**Files**\n• `MEMORY.md` 1 B\n• `notes/a.md` 17 B\n• `notes/b.bin` 5 B\n\n/files name shows one.'],
    ['notes/', '**Files** in `notes/`\n• `notes/a.md` 17 B\n• `notes/b.bin` 5 B\n\n/files name shows one.'],
    ['notes/a.md', '`notes/a.md`\n\n````\n# A\n```\ncode\n```\n````'],
    ['notes/b.bin', '`notes/b.bin` is no text, so I cannot show it here.'],
    ['gone.md', 'There is no `gone.md`. /files lists what there is.'],
    ['../x', String.raw`The path climbs with "\.\."\.`],
  ])('of %j shows %j', async (args, text) => {
    expect(await askedFor(FILES, 'files', args)).toEqual({ text });
  });

  it('brings a long text as a file', async () => {
    const content = 'line\n'.repeat(1_000);
    expect(await askedFor({ 'notes/long.md': content }, 'files', 'notes/long.md')).toEqual({
      text: 'notes/long.md',
      document: { name: 'long.md', content },
    });
  });

  it('shows a guest the files of their own lane', async () => {
    const world = aLegWorld([], PLAIN, {
      laneId: aLaneId('4242002'),
      record: { guests: { 4242002: { name: 'Grace', sinceMs: 0 } } },
    });
    await world.say(aCommand('files'));
    await world.leg();
    expect({ shown: world.shown(), opened: world.opened }).toEqual({
      shown: ['There are no files yet.'],
      opened: ['lanes/tg_7000_4242002/'],
    });
  });

  it('says so when the files cannot be reached', async () => {
    const world = aLegWorld();
    await world.say(aCommand('files'));
    const list = async () => {
      throw new RetryableError('throttled');
    };
    await world.leg({ with: { openFiles: async () => ({ read: async () => null, list }) } });
    expect(world.shown()).toEqual(['I could not reach the files at the moment. Try again in a minute.']);
  });

  it('says so when the files may not be read; the log has no name of a file', async () => {
    const world = aLegWorld();
    await world.say(aCommand('files', 'diary.md'));
    const read = async () => {
      const cause = Object.assign(new Error('Access to diary.md is denied.'), { name: 'AccessDenied' });
      throw new PermanentError('Read of "diary.md" failed: AccessDenied (HTTP 403).', { cause });
    };
    await world.leg({ with: { openFiles: async () => ({ read, list: async () => [] }) } });
    expect(world.shown()).toEqual(['I am not allowed to read the files. Whoever runs me finds the reason in my log.']);
    const logged = world.log.lines.map(
      ({ event, error, fields }) => `${event} ${String(error)} ${JSON.stringify(fields)}`,
    );
    expect(logged.filter((line) => line.startsWith('files_refused'))).toEqual([
      expect.stringContaining('Files could not be read: AccessDenied.'),
    ]);
    expect(logged.filter((line) => line.includes('diary'))).toEqual([]);
  });
});
