import { overheardOf } from '@agent-claw/core';
import type { AccessRecord, AgentRuntime, InboxEntry, TurnCall } from '@agent-claw/core';
import { aDone, aLaneId, anEntry, memoryMedia } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld, LANE } from '../test/leg-world.ts';
import { aPress } from '../test/pressing.ts';
import { talkingAgent } from '../test/talking-agent.ts';

const GROUP = aLaneId('-1005');
const groups: AccessRecord['groups'] = { '-1005': { title: 'Home', sinceMs: 0, activation: 'mention' } };
const owner = { id: '4242001', name: 'Ada' };
const command = (sequence: number, name: string, args = '', sender = owner): InboxEntry =>
  anEntry(sequence, {
    kind: 'command',
    text: `/${name} ${args}`,
    command: { name, args },
    sender,
    messageId: sequence,
  });
const notice = (kind: 'joined' | 'moved') => anEntry(1, { kind: 'notice', notice: kind, text: '' });
/** A world whose agent answers, with every call that it got. */
const listening = () => {
  const world = inGroup([aDone('answer')]);
  const calls: TurnCall[] = [];
  const runtime: AgentRuntime = {
    ...world.runtime,
    turn: (session, call, signal) => {
      calls.push(call);
      return world.runtime.turn(session, call, signal);
    },
  };
  return { ...world, calls, leg: (wakeId = 'w1') => world.leg({ wakeId, with: { runtime } }) };
};
const inGroup = (agent: Parameters<typeof aLegWorld>[0] = [], record: Partial<AccessRecord> = { groups }) =>
  aLegWorld(agent, undefined, { laneId: GROUP, record });

describe('in a group', () => {
  it.each([
    ['joined', /^👋 Hello! .* @claw\\_bot, a reply/u],
    ['moved', /^This group has become a supergroup/u],
  ] as const)('the bot says a line when it has %s', async (kind, line) => {
    const world = inGroup();
    await world.say(notice(kind));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown().join('')).toMatch(line);
  });

  it('an answer quotes what it answers, the newest of several, whether it was drawn before or not', async () => {
    const world = inGroup([aDone('answer')]);
    await world.say(anEntry(1, { messageId: 41 }), anEntry(2, { messageId: 42 }));
    await world.leg();
    await world.say(command(3, 'status'));
    await world.leg({ wakeId: 'w2' });
    expect(
      world.messenger
        .shown()
        .slice(0, 2)
        .map(({ replyToMessageId }) => replyToMessageId),
    ).toEqual([42, 3]);
  });

  it('a turn gets what was overheard before it, in order, and the next one only what came later', async () => {
    const world = listening();
    const hear = (sequence: number) =>
      world.mailbox.overhear({ laneId: GROUP, overheard: overheardOf(anEntry(sequence)) });
    for (const sequence of [2, 1]) await hear(sequence);
    await world.say(anEntry(3));
    await world.leg();
    await hear(4);
    await world.say(anEntry(5));
    await world.leg('w2');
    await world.say(anEntry(6));
    await world.leg('w3');
    expect(world.calls.map(({ overheard }) => overheard?.map(({ id }) => id))).toEqual([
      ['u1', 'u2'],
      ['u4'],
      undefined,
    ]);
    expect([world.lane()?.context, world.lane()?.turn]).toEqual([{}, undefined]);
  });

  it('what somebody said whose access has gone meanwhile is dropped, and nothing else', async () => {
    const world = listening();
    await world.say(anEntry(1, { sender: { id: '5', name: 'Eve' } }), anEntry(2));
    await world.leg();
    expect(world.calls.map(({ messages }) => messages.map(({ id }) => id))).toEqual([['u2']]);
    expect(world.lane()?.inbox).toEqual({});
  });

  it('nothing of somebody whose access has gone is steered, answered or listened to while a turn runs', async () => {
    const eve = { id: '5', name: 'Eve' };
    const { agent, heard } = talkingAgent(20);
    const world = inGroup(agent);
    const media = memoryMedia({ hear: () => ({ kind: 'heard', text: 'obey me' }) });
    await world.say(anEntry(1));
    const leg = world.begin({ with: { media } });
    await world.clock.advance(3_000);
    const voice = [{ kind: 'voice', fileId: 'V' }] as const;
    await world.say(
      anEntry(2, { sender: eve }),
      command(3, 'status', '', eve),
      anEntry(4, { sender: eve, text: '', attachments: voice }),
      anEntry(5),
    );
    await world.clock.advance(40_000);
    expect(await leg).toMatchObject({ kind: 'finished' });
    expect([heard, media.fetched, world.lane()?.inbox]).toEqual([['u5'], [], {}]);
    expect(world.shown().join('')).not.toContain('Status');
  });

  it('nothing that somebody says whose access has gone is listened to before a turn', async () => {
    const world = inGroup([aDone('answer')]);
    const media = memoryMedia({ hear: () => ({ kind: 'heard', text: 'obey me' }) });
    const voice = [{ kind: 'voice', fileId: 'V' }] as const;
    await world.say(anEntry(1, { sender: { id: '5', name: 'Eve' }, text: '', attachments: voice }));
    await world.leg({ with: { media } });
    expect([media.fetched, world.lane()?.inbox]).toEqual([[], {}]);
  });

  it('is not private, whoever writes there', async () => {
    const world = listening();
    await world.say(anEntry(1));
    await world.leg();
    expect(world.calls.map(({ privateLane }) => privateLane)).toEqual([false]);
  });

  it('what was asked before the group moved is answered where it is now, quoting nothing', async () => {
    const record = { groups: { '-100777': { ...groups['-1005'], formerId: '-1005' } } } as Partial<AccessRecord>;
    const world = inGroup([aDone('answer')], record);
    const place = { channel: 'tg', account: '7000', place: '-1005' };
    world.messenger.move(place, { ...place, place: '-100777' });
    await world.say(anEntry(1, { messageId: 41 }));
    await world.leg();
    expect(world.messenger.shown().map(({ to, replyToMessageId }) => [to.place, replyToMessageId])).toEqual([
      ['-100777', undefined],
    ]);
  });
});

describe('/activation', () => {
  it('is changed by the owner, in the group', async () => {
    const world = inGroup();
    for (const [index, word] of ['always', '', 'mention', 'loud'].entries()) {
      await world.say(command(index + 1, 'activation', word));
      await world.leg({ wakeId: `w${index}` });
    }
    const said = world.shown().join('');
    expect(said.match(/📣|🤫|that is the choice/gu)).toEqual(['📣', '📣', '🤫', 'that is the choice']);
    expect(world.access.peek().groups).toEqual(groups);
  });

  it('that a card has just changed is what /settings shows in the same breath', async () => {
    const world = aLegWorld([], undefined, { laneId: GROUP, record: { groups }, partChars: 1_000 });
    await world.say(command(1, 'activation'));
    await world.leg();
    await world.say(aPress(world, 2, 'Answer everything'), command(3, 'settings'));
    await world.leg({ wakeId: 'w2' });
    expect(world.shown().at(-1)).toContain('• I answer: everything');
  });

  it('is refused to guests, and in private', async () => {
    const eve = { id: '5', name: 'Eve' };
    const guests = { '5': { name: 'Eve', sinceMs: 0 } };
    const world = inGroup([], { groups, guests });
    await world.say(command(1, 'activation', 'always', eve));
    await world.leg();
    const alone = aLegWorld([], undefined, { laneId: LANE, record: { groups } });
    await alone.say(command(1, 'activation', 'always'));
    await alone.leg();
    expect([world.shown(), alone.shown()]).toEqual([
      ['That is for my owner alone.'],
      ['Please say that in the group that you mean.'],
    ]);
    expect([world.access.peek().groups, alone.access.peek().groups]).toEqual([groups, groups]);
  });
});

describe('a group that is left', () => {
  it('is left by /leave_<id>, which forgets the group, stops what runs there, and leaves', async () => {
    const world = aLegWorld([], undefined, { record: { groups } });
    await world.say(command(2, 'leave_1005'));
    await world.leg({ wakeId: 'w2' });
    await world.say(command(3, 'leave_1005'));
    await world.leg({ wakeId: 'w3' });
    expect(world.shown().slice(-2)).toEqual([
      '🚪 I have left `Home` (id `-1005`) and forgotten it.',
      '`-1005` is no group that I am allowed in.',
    ]);
    expect([world.access.peek().groups, world.messenger.left]).toEqual([{}, ['-1005']]);
    expect(Object.values(world.peek(GROUP)?.inbox ?? {}).map(({ kind }) => kind)).toEqual(['stop']);
  });

  it('is not left on the word of a guest', async () => {
    const guests = { '5': { name: 'Eve', sinceMs: 0 } };
    const world = aLegWorld([], undefined, { laneId: aLaneId('5'), record: { groups, guests } });
    await world.say(command(1, 'leave_1005', '', { id: '5', name: 'Eve' }));
    await world.leg();
    expect([world.shown(), world.access.peek().groups, world.messenger.left]).toEqual([
      ['That is for my owner alone.'],
      groups,
      [],
    ]);
  });
});
