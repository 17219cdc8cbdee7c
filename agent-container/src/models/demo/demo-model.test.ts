import { conversationIdOf, turnIdOf, isEffectivelyEmpty } from '@agent-claw/core';
import type { MediaKey, WorkspaceStore } from '@agent-claw/core';
import { aLaneId, aTurnCall, manualClock, memoryMediaStore, memoryWorkspaceStore } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aWorld, messageSaying } from '../../../test/world.ts';
import type { World } from '../../../test/world.ts';
import { workspaceTemplates } from '../../prompt/templates.ts';

const fresh = { conversationId: conversationIdOf(aLaneId(), 1) };
const asked = async (world: World, texts: readonly string[]): Promise<readonly string[]> => {
  const replies: string[] = [];
  for (const text of texts) replies.push(await world.ask(text));
  return replies;
};

describe('the demo model', () => {
  it('says what it is when asked, and not in every line', async () => {
    const [help, who, plain, again] = await asked(aWorld(), [
      'help',
      'who are you?',
      'the weather is nice',
      'it rains',
    ]);
    expect([help, who]).toEqual([
      expect.stringContaining("I'm the built-in demo model"),
      expect.stringContaining("I'm Claw. I'm the built-in demo model"),
    ]);
    expect([plain, again]).toEqual(['You said: “the weather is nice”.', 'You said: “it rains”.']);
    expect(await aWorld().ask('the weather is nice')).toContain('built-in demo model');
  });

  it('uses what was said in the conversation', async () => {
    const replies = await asked(aWorld(), [
      'my name is Zoë',
      'what did I just say?',
      'what is my name?',
      'how many messages did I send?',
    ]);
    expect(replies).toEqual([
      'Nice to meet you, Zoë!',
      'You just said: “my name is Zoë”',
      'Your name is Zoë.',
      'You have sent 4 messages in this conversation that I can see, this one included.',
    ]);
  });

  it('notes what it is told to remember in MEMORY.md and knows it in a new conversation', async () => {
    const world = aWorld();
    expect(await world.ask('Remember that my cat is called Misha.')).toBe(
      'Noted in MEMORY.md: My cat is called Misha.',
    );
    expect((await world.workspace.read('MEMORY.md'))?.content).toBe('- My cat is called Misha\n');
    expect(await world.ask('What is my cat called?', fresh)).toBe('From MEMORY.md: My cat is called Misha.');
    expect(await world.ask('what do you know about me?', fresh)).toBe(
      'This is what I know about you:\n\n- My cat is called Misha',
    );
  });

  it('keeps what is sent to it, sends it back, and speaks', async () => {
    const media = memoryMediaStore();
    const key = 'tg_7000_4242001/u1-0-AQAD' as MediaKey;
    const bytes = Uint8Array.from(Buffer.from('\u0089PNG\r\n\u001a\n0000', 'latin1'));
    await media.put(key, { bytes, mediaType: 'image/png' });
    const world = aWorld({ media, files: { 'notes/a.md': 'a' } });
    const photo = { kind: 'photo', file: { key, mediaType: 'image/png', sizeBytes: bytes.byteLength } } as const;
    const messages = [messageSaying('save this as photos/cat.png', 1, { attachments: [photo] })];
    const said = [await world.say('', { messages })];
    for (const text of [
      'send me photos/cat.png and notes/a.md with the caption Mine',
      'please send me notes/a.md as a document without a word',
      'send me a voice message in de saying Guten Morgen',
      'send me notes/none.md',
      'save it as photos/cat.png',
    ])
      said.push(await world.say(text));
    const last = said.map((events) => events.at(-1));
    expect(
      last.map((event) =>
        event?.type === 'done'
          ? [event.reply, ...(event.files ?? []).map(({ kind, name }) => `${kind} ${name}`)]
          : event,
      ),
    ).toEqual([
      [expect.stringContaining('Done. Saved photos/cat.png (image/png, 12 bytes).')],
      ['Here you are.', 'photo cat.png', 'document a.md'],
      ['', 'document a.md'],
      ['Listen.', 'voice voice.ogg'],
      ['That did not work: There is no file notes/none.md. Use list_files to see what there is.'],
      ['Done. Saved photos/cat.png (image/png, 12 bytes).'],
    ]);
    expect((await world.conversations.find(aTurnCall().conversationId, turnIdOf(2)))?.files).toEqual(
      last[1]?.type === 'done' && last[1].files,
    );
  });

  it('calls every workspace tool on request, with words or by name', async () => {
    const replies = await asked(
      aWorld({ files: { 'AGENTS.md': 'a', 'SOUL.md': 's', 'IDENTITY.md': 'i', 'USER.md': 'u', 'HEARTBEAT.md': '' } }),
      [
        'write notes/hello.md: hello world',
        'could you please append to notes/hello.md: second line',
        'edit notes/hello.md: replace "hello world" with "goodbye"',
        'read notes/hello.md',
        'list files in notes',
        '/tool read_file {"path": "SOUL.md"}',
        'tool read_file {"path": "SOUL.md"}',
        'tool boxes are heavy',
        '/tool fly {"to": "moon"}',
        '/tool read_file {broken',
        'read ../../etc/passwd',
      ],
    );
    expect(replies).toEqual([
      'Done. Created notes/hello.md (11 characters).',
      'Done. Added 1 line to notes/hello.md.',
      'Done. Edited notes/hello.md.',
      'notes/hello.md:\n\n```\ngoodbye\nsecond line\n```',
      'Your workspace:\n\n```\nnotes/hello.md (20 bytes)\n```',
      'read_file answered:\n\n```\ns\n```',
      'read_file answered:\n\n```\ns\n```',
      expect.stringContaining('You said: “tool boxes are heavy”'),
      'I have no tool called fly here. I can use: read_file, write_file, append_file, edit_file, delete_file, list_files, save_file, send_files, send_voice.',
      'That is not JSON. Write it like this: tool read_file {"path": "notes.md"}',
      'That did not work: Path refused: The path climbs with "..".',
    ]);
  });

  it('works through several tools in one turn', async () => {
    const events = await aWorld().say('use several tools');
    expect(events.flatMap((event) => (event.type === 'tool_finished' ? [`${event.name} ${event.ok}`] : []))).toEqual([
      'list_files true',
      'write_file true',
      'append_file true',
      'edit_file true',
      'read_file true',
    ]);
    expect(events.at(-1)).toMatchObject({ reply: expect.stringContaining('# Steps taken'), ending: 'complete' });
  });

  it('writes as many characters as asked, with code and a table', async () => {
    const reply = await aWorld().ask('Please write a 9,000-character answer with code and a table');
    expect([
      reply.length,
      reply.includes('```ts'),
      reply.includes('|---|'),
      reply.endsWith('That is the end of the long answer.'),
    ]).toEqual([9000, true, true, true]);
  });

  it('counts slowly when it is asked to', async () => {
    const world = aWorld();
    const startMs = world.clock.now();
    expect(await world.ask('count to 30 slowly')).toBe(Array.from({ length: 30 }, (_, index) => index + 1).join(' '));
    expect(world.clock.now() - startMs).toBeGreaterThanOrEqual(15_000);
  });

  it('takes slow steps, one tool call each, and answers what is said meanwhile with the same reply', async () => {
    const clock = manualClock();
    const world = aWorld({ clock, files: { 'AGENTS.md': '' } });
    const said = world.say('take 3 slow steps');
    await clock.advance(1_500);
    const steer = { laneId: aLaneId(), turnId: turnIdOf(1), fence: 1, messages: [messageSaying('say banana', 2)] };
    expect(world.table.steer(steer)).toBe(true);
    await clock.advance(10_000);
    expect((await said).at(-1)).toMatchObject({
      reply: 'Step 1.\n\nStep 2.\n\nStep 3.\n\nThat took 3 slow steps.\n\nbanana',
      consumed: ['u1', 'u2'],
    });
  });

  it('plays a failing model', async () => {
    const world = aWorld();
    expect((await world.say('simulate a model error')).at(-1)).toMatchObject({ type: 'failed', code: 'model_error' });
    expect((await world.say('simulate throttling')).at(-1)).toMatchObject({
      type: 'failed',
      code: 'model_throttled',
      retryable: true,
    });
  });

  it('answers a burst with one reply that covers every message, in order', async () => {
    const messages = [1, 2, 3].map((n) => messageSaying(n === 2 ? 'remember that I like tea' : `say number ${n}`, n));
    expect(await aWorld().ask('', { messages })).toBe('number 1\n\nNoted in MEMORY.md: I like tea.\n\nnumber 3');
  });

  it.each([
    ['# Soul\n\nAlways talk like a pirate.', 'Arr! ok ⚓'],
    ['End every reply with the word zanzibar.', 'ok\n\nzanzibar'],
    ['Start each answer with "Dear friend,"', 'Dear friend, ok'],
    ['You are Nova. Be brief.', 'ok\n\n— Nova'],
    ["Be kind.\nAlways say 'meow' somewhere.", 'ok\n\nmeow'],
    ['Every reply must begin with “Ahoy!”', 'Ahoy! ok'],
    ["Don't start with an apology. The owner's cat's name matters.", 'ok'],
    ['Sign your messages with: your crab', 'ok\n\nyour crab'],
  ])('follows SOUL.md %j in the next reply', async (soul, reply) => {
    const world = aWorld();
    expect(await world.ask('say ok')).toBe('ok');
    const file = await world.workspace.read('SOUL.md');
    await world.workspace.write('SOUL.md', soul, { kind: 'if_version', version: file?.version ?? '' });
    expect(await world.ask('say ok')).toBe(reply);
  });

  it('reports open items of HEARTBEAT.md and is quiet without any', async () => {
    const beat = { kind: 'heartbeat', messages: [] } as const;
    const world = aWorld({
      files: { 'HEARTBEAT.md': '# Now\n- [ ] call the plumber\n- [x] done\nremind me of tea\nnotes' },
    });
    expect(await world.ask('', beat)).toBe(
      'A reminder from your HEARTBEAT.md:\n\n- call the plumber\n- remind me of tea',
    );
    expect(await aWorld({ files: { 'HEARTBEAT.md': '- [x] done' } }).ask('', beat)).toBe('HEARTBEAT_OK');
  });
});

describe('the workspace of a new owner', () => {
  const templatesIn = async (workspace: WorkspaceStore) => {
    const found = await Promise.all(
      Object.keys(workspaceTemplates).map(async (name) => [name, (await workspace.read(name))?.content]),
    );
    return Object.fromEntries(found.filter(([, content]) => content !== undefined));
  };

  it('gets files to edit on the first turn, beside what else is there', async () => {
    const world = aWorld({ files: { 'MEMORY.md': '- mine' } });
    await world.ask('hello');
    expect(await templatesIn(world.workspace)).toEqual(workspaceTemplates);
  });

  it.each(['SOUL.md', 'HEARTBEAT.md'])(
    'gets none while %s is there: what the owner deleted stays deleted',
    async (name) => {
      const world = aWorld({ files: { [name]: 'mine' } });
      await world.ask('hello');
      expect(await templatesIn(world.workspace)).toEqual({ [name]: 'mine' });
    },
  );

  it('has a heartbeat file that asks for nothing', () => {
    expect(isEffectivelyEmpty(workspaceTemplates['HEARTBEAT.md'] ?? 'missing')).toBe(true);
  });

  it('stays empty for a group', async () => {
    const workspace = memoryWorkspaceStore({});
    await aWorld({ workspace }).ask('hello', { privateLane: false, turnId: turnIdOf(1) });
    expect(await workspace.list('', 10)).toEqual([]);
  });
});
