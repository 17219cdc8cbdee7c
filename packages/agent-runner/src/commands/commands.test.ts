import { RetryableError } from '@agent-claw/core';
import type { AgentRuntime, TurnCall } from '@agent-claw/core';
import { aDone, anEntry, aTurn } from '@agent-claw/testkit';
import type { ManualClock } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';
import { talkingAgent } from '../../test/talking-agent.ts';

const aCommand = (sequence: number, name: string) =>
  anEntry(sequence, { kind: 'command', command: { name, args: '' } });
const aButton = (sequence: number, stopsTurn: string) =>
  anEntry(sequence, { kind: 'stop', text: '', stopsTurn: stopsTurn as never });

describe('a question about the bot', () => {
  it('is answered while a turn runs, once, and leaves the inbox with it', async () => {
    const world = aLegWorld(talkingAgent(9).agent);
    await world.say(anEntry(1, { text: 'count *slowly*' }));
    const leg = world.begin();
    await world.clock.advance(3_500);
    await world.say(aCommand(2, 'queue'), anEntry(3, { text: 'and then?' }));
    await world.clock.advance(2_500);
    expect(world.shown().slice(1)).toEqual([
      '**Working on** (4 s):\n• count \\*slowly\\*\n\n**Next, or taken in as I go:**\n• and then?',
    ]);
    await world.clock.advance(30_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown().length, inbox: world.lane()?.inbox }).toEqual({ shown: 2, inbox: {} });
  });

  it('is not answered again by the leg after the one that answered it', async () => {
    const world = aLegWorld(talkingAgent(20).agent);
    await world.say(anEntry(1));
    const first = world.begin({ lengthMs: 6_000 });
    await world.clock.advance(2_500);
    await world.say(aCommand(2, 'whoami'));
    await world.clock.advance(4_000);
    expect(await first).toEqual({ kind: 'handed_over' });
    expect(await world.leg({ wakeId: 'w2' })).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown().filter((text) => text.includes('Your Telegram id'))).toHaveLength(1);
    expect(world.counted).toEqual([]);
  });

  it('that a crash left in doubt is answered once more, and counted', async () => {
    const world = aLegWorld([aDone('answer')]);
    await world.say(anEntry(1), aCommand(2, 'whoami'));
    const ledger = { 'c-u2': { state: 'sending' } } as const;
    await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger }), 'e1-s');
    await world.leg();
    expect(world.shown().filter((text) => text.includes('Your Telegram id'))).toHaveLength(1);
    expect({ counted: world.counted, inbox: world.lane()?.inbox }).toEqual({ counted: ['reply_in_doubt'], inbox: {} });
  });

  it('is a turn of its own when the channel asks for a long pause just then', async () => {
    const world = aLegWorld(talkingAgent(3).agent);
    await world.say(anEntry(1), aCommand(2, 'help'));
    world.messenger.answerSend({ kind: 'wait', retryAfterMs: 30_000 });
    expect(await world.leg()).toMatchObject({ kind: 'give_back' });
    await world.clock.advance(30_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect([world.shown()[0]?.slice(0, 20), world.shown().at(-1)]).toEqual(['I am your assistant.', 'all said']);
  });
});

describe('/queue', () => {
  it('says that nothing waits', async () => {
    const world = aLegWorld();
    await world.say(aCommand(1, 'queue'));
    await world.leg();
    expect(world.shown()).toEqual(['Nothing is waiting.']);
  });
});

describe('/retry', () => {
  it('works once more on what was put aside, and forgets it there', async () => {
    const broken = new Set(['u1']);
    const world = aLegWorld((clock) =>
      talkingAgent(1, {
        async *turn(_session, { messages }) {
          const [first] = messages;
          if (first !== undefined && broken.has(first.id))
            yield { seq: 1, type: 'failed', code: 'x', message: 'The model is busy.', retryable: true };
          else yield { seq: 1, type: 'done', reply: `answer to ${first?.id}`, consumed: [], ending: 'complete' };
        },
      }).agent(clock),
    );
    await world.say(anEntry(1));
    await world.leg();
    expect({ shown: world.shown(), parked: world.lane()?.parked }).toEqual({
      shown: ['⚠️ The model is busy. I have put your message aside: /retry gives it another go.'],
      parked: { u1: anEntry(1) },
    });
    broken.clear();
    await world.say(aCommand(2, 'retry'));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 2 });
    expect({ shown: world.shown().slice(1), parked: world.lane()?.parked, inbox: world.lane()?.inbox }).toEqual({
      shown: ['🔁 Trying again: 1 message.', 'answer to u1'],
      parked: {},
      inbox: {},
    });
  });

  it('says so when nothing is put aside', async () => {
    const world = aLegWorld();
    await world.say(aCommand(1, 'retry'));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual(['Nothing is put aside.']);
  });
});

describe('the stop button', () => {
  it('is on the draft as long as it grows, ends its turn, and drops nothing that waits', async () => {
    const { agent, heard } = talkingAgent(60, { steer: async () => false });
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    const leg = world.begin();
    await world.clock.advance(5_000);
    expect(world.messenger.shown().map(({ stopButton }) => stopButton)).toEqual(['t0000000001']);
    await world.say(anEntry(2), aButton(3, 't0000000001'));
    await world.clock.advance(2_900);
    expect({ heard, shown: world.shown()[0], buttons: world.messenger.shown().map((m) => m.stopButton) }).toEqual({
      heard: ['stop'],
      shown: 'what there was\n\n⏹ _Stopped._',
      buttons: [undefined],
    });
    await world.clock.advance(90_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 2 });
    expect(world.lane()?.inbox).toEqual({});
  });

  it('of a turn that is over does nothing and says nothing', async () => {
    const { agent, heard } = talkingAgent(4);
    const world = aLegWorld(agent);
    await world.say(anEntry(1));
    await world.leg();
    await world.say(anEntry(2), aButton(3, 't0000000001'));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 2 });
    expect({ heard, shown: world.shown() }).toEqual({ heard: [], shown: ['all said', 'all said'] });
  });
});

describe('an unexpected end', () => {
  const failing = (seconds: number) => (clock: ManualClock) =>
    talkingAgent(1, {
      async *turn(_session, _call, signal) {
        yield { seq: 1, type: 'text', delta: 'The first half' };
        await clock.sleep(seconds * 1_000, signal);
        yield { seq: 2, type: 'failed', code: 'x', message: 'The model broke.', retryable: false };
      },
    }).agent(clock);

  it('is told below the draft, which keeps what was said and loses its button', async () => {
    const world = aLegWorld(failing(4));
    await world.say(anEntry(1));
    await world.leg();
    expect(world.shown()).toEqual(['The first half', '⚠️ The model broke. What I had is above.']);
    expect(world.messenger.shown().map(({ stopButton }) => stopButton)).toEqual([undefined, undefined]);
  });

  it('is told with what was said when no draft was shown yet', async () => {
    const world = aLegWorld(failing(1));
    await world.say(anEntry(1));
    await world.leg();
    expect(world.shown()).toEqual(['⚠️ The model broke. What I had:\n\nThe first half']);
  });

  it('leaves in the chat what only the chat has, and says that it is above', async () => {
    const world = aLegWorld((clock) =>
      talkingAgent(1, {
        // eslint-disable-next-line require-yield
        async *turn() {
          throw new RetryableError('throttled');
        },
      }).agent(clock),
    );
    const to = { channel: 'tg', account: '7000', place: '4242001' };
    await world.messenger.send(to, { text: 'half an answer …' } as never, {}, () => 1);
    const [draft] = world.messenger.shown();
    await world.say(anEntry(1));
    const ledger = { draft: { state: 'sent', messageId: draft?.messageId ?? 0 } } as const;
    await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger }), 'e1-s');
    expect((await world.leg()).kind).toBe('give_back');
    await world.clock.advance(15 * 60_000);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual([
      'half an answer …',
      // Split by the test's renderer, which makes parts of 100 characters.
      '⚠️ I could not reach my workplace for a quarter of an hour. I have put your message aside: /retry gi',
      'ves it another go. What I had is above.',
    ]);
  });
});

describe('/new', () => {
  const calls: TurnCall[] = [];
  const listening = () => {
    calls.length = 0;
    const world = aLegWorld([aDone('answer')]);
    const turn: AgentRuntime['turn'] = (session, call, signal) => {
      calls.push(call);
      return world.runtime.turn(session, call, signal);
    };
    return { ...world, leg: () => world.leg({ with: { runtime: { ...world.runtime, turn } } }) };
  };
  const heard = () =>
    calls.map(({ conversationId, messages }) => [
      conversationId.split('#')[1],
      messages.map(({ text, attachments }) => [text, attachments?.length ?? 0]),
    ]);

  it('begins the new conversation with what is said behind it, once, before what was said later', async () => {
    const world = listening();
    const photo = [{ kind: 'photo', fileId: 'P' }] as const;
    await world.say(
      anEntry(1, { kind: 'command', text: '/new and\nnow', command: { name: 'new', args: 'and\nnow' } }),
      anEntry(2, { text: 'later' }),
      anEntry(3, { kind: 'command', text: '/new', command: { name: 'new', args: '' }, attachments: photo }),
      aCommand(4, 'new'),
    );
    await world.leg();
    expect(heard()).toEqual([
      [
        '1',
        [
          ['and\nnow', 0],
          ['later', 0],
        ],
      ],
      ['2', [['', 1]]],
    ]);
    expect([world.lane()?.conversationCount, world.lane()?.inbox]).toEqual([3, {}]);
    expect(world.shown().filter((text) => text.startsWith('✨'))).toHaveLength(3);
  });

  it('hears behind /new all that a message says, also the address behind its words', async () => {
    const world = listening();
    const text = '/new read this\n[link: this (https://x.org)]';
    await world.say(anEntry(1, { kind: 'command', text, command: { name: 'new', args: 'read this' } }));
    await world.leg();
    expect(heard()).toEqual([['1', [['read this\n[link: this (https://x.org)]', 0]]]]);
  });
});
