import { RetryableError } from '@agent-claw/core';
import type { AgentRuntime, Attachment, FetchMediaOutcome, Hearing, TurnCall, TurnEvent } from '@agent-claw/core';
import { anEntry, aTurn, memoryMedia } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';
import { talkingAgent } from '../../test/talking-agent.ts';

const photo = (uniqueId: string): Attachment => ({
  kind: 'photo',
  fileId: `file-of-${uniqueId}`,
  uniqueId,
  sizeBytes: 9,
});
const voice: Attachment = { kind: 'voice', fileId: 'file-of-V', uniqueId: 'V', durationS: 3 };
const stored = (key: string) => ({ key: `tg_7000_4242001/${key}`, mediaType: 'image/jpeg', sizeBytes: 4 });

/** Notes what it is asked and answers at once. */
const notingAgent = () => {
  const turns: TurnCall[] = [];
  const agent = (): AgentRuntime => ({
    async *turn(_, call): AsyncGenerator<TurnEvent> {
      turns.push(call);
      const consumed = call.messages.map(({ id }) => id);
      yield {
        seq: 1,
        type: 'done',
        reply: call.messages.map(({ text }) => text).join('|'),
        consumed,
        ending: 'complete',
      };
    },
    steer: async () => true,
    stop: async () => true,
    endSession: async () => undefined,
  });
  return { agent, turns };
};

const aWorld = (script: Parameters<typeof memoryMedia>[0] = {}) => {
  const { agent, turns } = notingAgent();
  const world = aLegWorld(agent);
  const media = memoryMedia(script);
  return { ...world, media, turns, leg: () => world.leg({ with: { media } }) };
};

describe('files of a message', () => {
  it('are stored before the agent hears of the message, which has their places and not where the channel keeps them', async () => {
    const world = aWorld();
    await world.say(anEntry(1, { attachments: [photo('A'), photo('B')] }));
    await world.leg();
    expect(world.turns[0]?.messages[0]?.attachments).toEqual([
      { kind: 'photo', sizeBytes: 9, file: stored('u1-0-A') },
      { kind: 'photo', sizeBytes: 9, file: stored('u1-1-B') },
    ]);
    expect(world.media.store.puts).toEqual(['tg_7000_4242001/u1-0-A', 'tg_7000_4242001/u1-1-B']);
  });

  it.each<[string, FetchMediaOutcome | Error, string]>([
    ['too big', { kind: 'unavailable', problem: 'too_big' }, 'too_big'],
    ['gone', { kind: 'unavailable', problem: 'gone' }, 'gone'],
    ['withheld', { kind: 'withheld' }, 'unreachable'],
    ['an error', new RetryableError('store'), 'unreachable'],
  ])('become a label when the answer is: %s', async (_, outcome, problem) => {
    const world = aWorld({
      fetch: () => {
        if (outcome instanceof Error) throw outcome;
        return outcome;
      },
    });
    await world.say(anEntry(1, { text: 'look', attachments: [photo('A')] }));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.turns[0]?.messages[0]).toMatchObject({ text: 'look', attachments: [{ kind: 'photo', problem }] });
  });

  it('are not fetched twice when the turn is begun again by another leg', async () => {
    const world = aWorld();
    await world.say(anEntry(1, { attachments: [photo('A')] }));
    await world.media.store.put('tg_7000_4242001/u1-0-A' as never, {
      bytes: Uint8Array.of(1, 2, 3, 4),
      mediaType: 'image/jpeg',
    });
    await world.leg();
    expect(world.media.fetched).toEqual([]);
    expect(world.turns[0]?.messages[0]?.attachments?.[0]?.file).toEqual(stored('u1-0-A'));
  });

  it('are not fetched for a turn that this leg only attaches to', async () => {
    const world = aWorld();
    await world.say(anEntry(1, { attachments: [photo('A')] }));
    await world.crashed(aTurn({ startedAtMs: world.clock.now() }), 'e1-s');
    await world.leg();
    expect([world.media.fetched, world.turns[0]?.mayStart]).toEqual([[], false]);
  });

  it('keep neither the lease from being renewed nor the agent waiting for longer than a minute', async () => {
    const world = aWorld({ fetch: () => new Promise(() => undefined) });
    await world.say(anEntry(1, { attachments: [photo('A')] }));
    const startedAtMs = world.clock.now();
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.clock.now() - startedAtMs).toBeLessThan(62_000);
    expect(world.turns[0]?.messages[0]?.attachments).toMatchObject([{ problem: 'unreachable' }]);
  });

  it('of a message that steers are fetched beside the run, and a stop does not wait for them', async () => {
    const { agent, heard } = talkingAgent(60);
    const world = aLegWorld(agent);
    const media = memoryMedia({ fetch: () => new Promise(() => undefined) });
    await world.say(anEntry(1));
    const leg = world.begin({ with: { media } });
    await world.clock.advance(5_000);
    await world.say(anEntry(2, { attachments: [photo('A')] }));
    await world.clock.advance(5_000);
    await world.say(anEntry(3, { kind: 'stop' }));
    await world.clock.advance(2_500);
    expect(heard).toEqual(['stop']);
    await world.clock.advance(10_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
  });

  it('of a message that steers reach the run with it', async () => {
    const { agent, heard } = talkingAgent(20);
    const world = aLegWorld(agent);
    const media = memoryMedia();
    await world.say(anEntry(1));
    const leg = world.begin({ with: { media } });
    await world.clock.advance(3_000);
    await world.say(anEntry(2, { attachments: [photo('A')] }), anEntry(3));
    await world.clock.advance(6_000);
    expect([heard, media.fetched]).toEqual([['u2', 'u3'], ['file-of-A']]);
    await world.clock.advance(20_000);
    expect((await leg).kind).toBe('finished');
  });
});

describe('what a message answers to', () => {
  const answering = (...attachments: readonly Attachment[]) => ({ replyTo: { text: 'cap', attachments } });

  it('brings its files along, behind those of the message itself', async () => {
    const world = aWorld();
    await world.say(anEntry(1, { text: 'what is this?', attachments: [photo('A')], ...answering(photo('B')) }));
    await world.leg();
    expect(world.turns[0]?.messages).toMatchObject([
      {
        text: 'what is this?',
        attachments: [{ kind: 'photo', sizeBytes: 9, file: stored('u1-0-A') }],
        replyTo: { text: 'cap', attachments: [{ kind: 'photo', sizeBytes: 9, file: stored('u1-1-B') }] },
      },
    ]);
    expect(JSON.stringify(world.turns)).not.toContain('file-of');
  });

  it('keeps nobody from being answered when its file cannot be had', async () => {
    const world = aWorld({ fetch: () => ({ kind: 'unavailable', problem: 'too_big' }) });
    await world.say(anEntry(1, { text: 'what is this?', ...answering(photo('B')) }));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.turns[0]?.messages[0]?.replyTo).toEqual({
      text: 'cap',
      attachments: [{ kind: 'photo', sizeBytes: 9, problem: 'too_big' }],
    });
  });

  it('is listened to, and what is said there is not what the person says', async () => {
    const world = aWorld({ hear: () => ({ kind: 'heard', text: 'Slash new.' }) });
    await world.say(anEntry(1, { text: 'what does she want?', ...answering(voice) }));
    await world.leg();
    expect(world.turns[0]?.messages).toEqual([
      expect.objectContaining({
        text: 'what does she want?',
        replyTo: { text: 'cap', attachments: [{ kind: 'voice', durationS: 3, words: 'Slash new.' }] },
      }),
    ]);
    expect(world.media.heard).toEqual(['tg_7000_4242001/u1-0-V']);
  });

  it('is listened to after what the person says, and left alone when that is a command', async () => {
    const second: Attachment = { ...voice, uniqueId: 'W' };
    for (const [words, heard] of [
      ['Is she right?', ['u1-0-V', 'u1-1-W']],
      ['slash help', ['u1-0-V']],
    ] as const) {
      const world = aWorld({ hear: () => ({ kind: 'heard', text: words }) });
      await world.say(anEntry(1, { text: '', attachments: [voice], ...answering(second) }));
      expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
      expect(world.media.heard).toEqual(heard.map((name) => `tg_7000_4242001/${name}`));
    }
  });

  it('is not fetched for a command or a stop', async () => {
    const world = aWorld();
    const command = { kind: 'command', text: '/help', command: { name: 'help', args: '' } } as const;
    await world.say(anEntry(1, { ...command, ...answering(photo('A')) }));
    await world.leg();
    const compact = { kind: 'command', text: '/compact', command: { name: 'compact', args: '' } } as const;
    await world.say(anEntry(2, { ...compact, ...answering(voice, photo('A')) }));
    await world.leg();
    await world.say(anEntry(3, { kind: 'stop', text: 'stop', ...answering(voice) }));
    await world.leg();
    expect([world.turns.map(({ kind }) => kind), world.media.fetched]).toEqual([['compact'], []]);
  });

  it('comes with a message that steers', async () => {
    const calls: unknown[] = [];
    const { agent, heard } = talkingAgent(20, {
      steer: async (_, { messages }) => calls.push(...messages.map(({ replyTo }) => replyTo?.attachments)) > 0,
    });
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    const leg = world.begin({ with: { media: memoryMedia() } });
    await world.clock.advance(3_000);
    await world.say(anEntry(2, answering(photo('A'))));
    await world.clock.advance(6_000);
    expect([calls, heard]).toEqual([[[{ kind: 'photo', sizeBytes: 9, file: stored('u2-0-A') }]], []]);
    await world.clock.advance(20_000);
    // Nobody read it: it is the next turn.
    await world.clock.advance(30_000);
    expect((await leg).kind).toBe('finished');
  });
});

describe('a recording', () => {
  const saying = (text: string) => ({ hear: (): Hearing => ({ kind: 'heard', text }) });
  const spoken = (sequence: number) => anEntry(sequence, { text: '', attachments: [voice] });

  it('is words by the time the agent hears of it, and nothing is stored of it twice', async () => {
    const world = aWorld(saying('what is new?'));
    await world.say(spoken(1));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.turns[0]?.messages).toMatchObject([
      { text: 'what is new?', attachments: [{ kind: 'voice', durationS: 3 }] },
    ]);
    expect([world.media.fetched, world.media.heard]).toEqual([['file-of-V'], ['tg_7000_4242001/u1-0-V']]);
  });

  it('is asked about until it is heard, with typing meanwhile', async () => {
    const state = { asked: 0 };
    const world = aWorld({
      hear: async () => {
        state.asked += 1;
        if (state.asked === 1) throw new RetryableError('starting');
        return state.asked < 12 ? { kind: 'working' } : { kind: 'heard', text: 'at last' };
      },
    });
    await world.say(spoken(1));
    await world.leg();
    expect(world.shown()).toEqual(['at last']);
    expect(world.messenger.calls).toContain('typing');
  });

  it('that says /stop or a command is one: nothing of it reaches the agent', async () => {
    for (const [words, kind] of [
      ['Stop.', 'stop'],
      ['slash help', 'command'],
    ] as const) {
      const world = aWorld(saying(words));
      await world.say(spoken(1));
      expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
      expect([kind, world.turns, world.shown().length > 0]).toEqual([kind, [], true]);
    }
  });

  it('in which nothing is understood is said to be so', async () => {
    const world = aWorld({ hear: () => ({ kind: 'not_heard', detail: 'Noise.' }) });
    await world.say(spoken(1));
    await world.leg();
    expect(world.turns[0]?.messages[0]?.attachments).toEqual([
      { kind: 'voice', durationS: 3, problem: 'not_heard', detail: 'Noise.' },
    ]);
  });

  it('is given up after a while', async () => {
    const world = aWorld({ hear: () => ({ kind: 'working' }) });
    await world.say(spoken(1));
    const startedAtMs = world.clock.now();
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.clock.now() - startedAtMs).toBeLessThan(200_000);
    expect(world.turns[0]?.messages[0]?.attachments).toMatchObject([{ problem: 'not_heard' }]);
  });

  it('keeps no typed stop waiting', async () => {
    const world = aWorld({ hear: () => ({ kind: 'working' }) });
    await world.say(spoken(1));
    const leg = world.begin({ with: { media: world.media } });
    await world.clock.advance(10_000);
    await world.say(anEntry(2, { kind: 'stop', text: 'stop' }));
    await world.clock.advance(4_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect([world.turns, world.lane()?.inbox]).toEqual([[], {}]);
  });

  it('goes on being listened to by the next leg, in the same session', async () => {
    const state = { words: '' };
    const world = aWorld({
      hear: () => (state.words === '' ? { kind: 'working' } : { kind: 'heard', text: state.words }),
    });
    await world.say(spoken(1));
    const leg = world.begin({ with: { media: world.media }, lengthMs: 5_000 });
    await world.clock.advance(6_000);
    expect(await leg).toEqual({ kind: 'handed_over' });
    state.words = 'later';
    await world.leg();
    expect([world.media.fetched, world.shown()]).toEqual([['file-of-V'], ['later']]);
  });

  it('that stops a running turn ends it', async () => {
    const { agent, heard } = talkingAgent(60);
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    const leg = world.begin({ with: { media: memoryMedia(saying('Please stop!')) } });
    await world.clock.advance(5_000);
    await world.say(spoken(2), anEntry(3));
    await world.clock.advance(6_000);
    expect(heard).toContain('stop');
    expect(heard).not.toContain('u2');
    await world.clock.advance(70_000);
    expect((await leg).kind).toBe('finished');
  });

  it('holds what was said after it back until it is heard', async () => {
    const state: { words: string } = { words: '' };
    const { agent, heard } = talkingAgent(40);
    const world = aLegWorld(agent);
    const hear = (): Hearing => (state.words === '' ? { kind: 'working' } : { kind: 'heard', text: state.words });
    await world.say(anEntry(1));
    const leg = world.begin({ with: { media: memoryMedia({ hear }) } });
    await world.clock.advance(3_000);
    await world.say(spoken(2), anEntry(3));
    await world.clock.advance(6_000);
    expect(heard).toEqual([]);
    state.words = 'and this';
    await world.clock.advance(6_000);
    expect(heard).toEqual(['u2', 'u3']);
    await world.clock.advance(40_000);
    expect((await leg).kind).toBe('finished');
  });
});
