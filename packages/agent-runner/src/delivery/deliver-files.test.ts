import { describe, expect, it } from 'vitest';
import type { Ask, LedgerPart, MediaKey, OutgoingFile } from '@agent-claw/core';
import { anEntry, aTurn } from '@agent-claw/testkit';
import type { ScriptedEvent } from '@agent-claw/testkit';
import { aLegWorld } from '../../test/leg-world.ts';
import { talkingAgent } from '../../test/talking-agent.ts';

const HOME = { channel: 'tg', account: '7000', place: '4242001' };

const aFile = (name: string, more: Partial<OutgoingFile> = {}): OutgoingFile => ({
  kind: 'document',
  key: `sent-tg_7000_4242001/${name.replaceAll('.', '-')}` as MediaKey,
  mediaType: 'text/plain',
  sizeBytes: 3,
  name,
  ...more,
});
const album = [
  aFile('1.png', { kind: 'photo', album: 1, caption: 'Both' }),
  aFile('2.png', { kind: 'photo', album: 1 }),
];
const doneWith = (files: readonly OutgoingFile[], reply = '', ask?: Ask): ScriptedEvent => ({
  type: 'done',
  reply,
  consumed: [],
  files,
  ...(ask === undefined ? { ending: 'complete' } : { ending: 'waiting', ask }),
});
const refused = { kind: 'undeliverable', reason: 'Telegram does not take it (wrong_type)', isFile: true } as const;

const worldWith = async (files: readonly OutgoingFile[], reply = '') => {
  const world = aLegWorld([doneWith(files, reply)]);
  await world.say(anEntry(1, { messageId: 100 }));
  return world;
};
type World = Awaited<ReturnType<typeof worldWith>>;

/** What the chat shows: words, or the names of files with the words below them. */
const seen = ({ messenger }: World) =>
  messenger.shown().map(({ part, silent }) => {
    const { text, files = [] } = part as unknown as { readonly text: string; readonly files?: readonly OutgoingFile[] };
    return [silent ? 'silent' : 'loud', [...files.map(({ name }) => name), text].filter(Boolean).join(' | ')];
  });

const afterCrash = async (
  files: readonly OutgoingFile[],
  ledger: Readonly<Record<string, LedgerPart>>,
  arrived: readonly (readonly OutgoingFile[])[] = [],
) => {
  const world = await worldWith(files);
  for (const group of arrived)
    await world.messenger.send(HOME, { text: '', files: group } as never, { silent: true }, () => 1);
  await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger }), 'e1-s');
  return world;
};

describe('the files of a turn', () => {
  it('come below its words, an album as one, each once', async () => {
    const world = await worldWith([...album, aFile('a.md')], 'Here you are.');
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(seen(world)).toEqual([
      ['loud', 'Here you are.'],
      ['silent', '1.png | Both'],
      ['silent', '2.png'],
      ['silent', 'a.md'],
    ]);
    expect(world.lane()?.lastMessageId).toBe(104);
  });

  it('come alone where there are no words, loud and with what quotes the question', async () => {
    const world = await worldWith([aFile('a.md'), aFile('b.md')]);
    await world.leg();
    expect(seen(world)).toEqual([
      ['loud', 'a.md'],
      ['silent', 'b.md'],
    ]);
  });

  it('come before the question for consent that their turn halts with', async () => {
    const ask = { rule: 'delete', tool: 'delete_file', input: '{"path":"a.md"}' };
    const world = aLegWorld([doneWith([aFile('a.md')], '', ask)]);
    await world.say(anEntry(1));
    await world.leg();
    expect(seen(world)).toEqual([
      ['loud', 'a.md'],
      ['loud', expect.stringContaining('May I call `delete_file`?')],
    ]);
  });

  it('are followed by what does not fit below them', async () => {
    const world = await worldWith([aFile('a.md', { caption: `${'a'.repeat(100)}rest` }), aFile('b.md')]);
    await world.leg();
    expect(seen(world).map(([, text]) => text)).toEqual([`a.md | ${'a'.repeat(100)}`, 'rest', 'b.md']);
  });

  it('stay away when the person has stopped the turn', async () => {
    const { agent } = talkingAgent(0, {
      async *turn() {
        yield { seq: 1, type: 'done', reply: 'so far', consumed: [], ending: 'stopped', files: [aFile('a.md')] };
      },
    });
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    await world.crashed(aTurn({ startedAtMs: world.clock.now() }), 'e1-s');
    await world.say(anEntry(2, { kind: 'stop', text: '/stop' }));
    await world.leg();
    expect(seen(world)).toEqual([['loud', 'so far\n\n⏹ _Stopped._']]);
  });

  it('of a regular check that has nothing to say are sent all the same', async () => {
    const world = aLegWorld([doneWith([aFile('a.md')], 'HEARTBEAT_OK')]);
    await world.say(anEntry(1, { kind: 'heartbeat' }));
    await world.leg();
    expect(seen(world)).toEqual([['loud', 'a.md']]);
  });

  it('go to nobody who has lost access meanwhile', async () => {
    const world = await worldWith([aFile('a.md')]);
    world.messenger.block(HOME);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect([seen(world), world.counted]).toEqual([[], ['reply_undeliverable']]);
  });
});

describe('a file that the channel refuses', () => {
  it('is named in a line in its place, with the reason, and the others come', async () => {
    const world = await worldWith([aFile('a`b.bin'), aFile('c.md')]);
    world.messenger.answerSend(refused);
    await world.leg();
    expect(seen(world)).toEqual([
      ['loud', String.raw`⚠️ I could not send ${'`a b.bin`'}: Telegram does not take it \(wrong\_type\).`],
      ['silent', 'c.md'],
    ]);
    expect(world.counted).toEqual([]);
  });

  it('of an album makes its files come one by one', async () => {
    const world = await worldWith(album);
    for (const outcome of [refused, { kind: 'sent', messageId: 300 }, refused] as const)
      world.messenger.answerSend(outcome);
    await world.leg();
    expect(seen(world)).toEqual([
      ['loud', '1.png | Both'],
      ['silent', expect.stringContaining('could not send `2.png`')],
    ]);
  });
});

describe('a crash while files are sent', () => {
  it('after the send is no second copy: the file is found', async () => {
    const world = await afterCrash([aFile('a.md'), aFile('b.md')], { m0: { state: 'sending' } }, [[aFile('a.md')]]);
    await world.leg();
    expect(seen(world).map(([, text]) => text)).toEqual(['a.md', 'b.md']);
  });

  it('before the send loses nothing', async () => {
    const world = await afterCrash([aFile('a.md')], { m0: { state: 'sending' } });
    await world.leg();
    expect(seen(world).map(([, text]) => text)).toEqual(['a.md']);
  });

  it('after an album takes none of its messages for the file behind it', async () => {
    const world = await afterCrash([...album, aFile('a.md')], { m0: { state: 'sending' } }, [album]);
    world.messenger.answerSend({ kind: 'in_doubt' });
    await world.leg();
    expect(seen(world).map(([, text]) => text)).toEqual(['1.png', '2.png', 'a.md']);
    expect(world.lane()?.lastMessageId).toBe(103);
  });

  it('leaves out what the ledger has as sent', async () => {
    const world = await afterCrash([aFile('a.md'), aFile('b.md')], { m0: { state: 'sent', messageId: 101 } });
    await world.leg();
    expect(seen(world).map(([, text]) => text)).toEqual(['b.md']);
  });

  it('sends a file twice at most, and then the doubt is said', async () => {
    const world = await afterCrash([aFile('a.md')], { m0: { state: 'in_doubt' } });
    await world.leg();
    expect(seen(world)).toEqual([['silent', expect.stringContaining('missing or doubled')]]);
  });

  it('says the doubt about one file of a refused album too', async () => {
    const world = await afterCrash(album, { 'm0-0': { state: 'in_doubt' } });
    world.messenger.answerSend(refused);
    await world.leg();
    expect(seen(world)).toEqual([
      ['silent', '2.png'],
      ['silent', expect.stringContaining('missing or doubled')],
    ]);
  });
});
