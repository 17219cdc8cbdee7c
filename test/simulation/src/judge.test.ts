import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import type { BotMessage, SentUpdate, Sightings } from './sightings.ts';

const LANE = 'tg:7000:4242001';

const anUpdate = (updateId: number, override: Partial<SentUpdate> = {}): SentUpdate => ({
  updateId,
  laneId: LANE,
  kind: 'message',
  token: `k${updateId}`,
  isStranger: false,
  firstDeliveredAtMs: updateId * 1_000,
  acceptedAtMs: updateId * 1_000 + 100,
  ...override,
});

const aMessage = (id: number, text: string, override: Partial<BotMessage> = {}): BotMessage => ({
  id,
  place: '4242001',
  laneId: LANE,
  turnId: 't1',
  part: 'p0',
  texts: [{ atMs: id * 1_000, text, by: 'runner1' }],
  noted: true,
  removalAsked: false,
  ...override,
});

const problemsOf = (override: Partial<Sightings>): readonly string[] =>
  judge({
    updates: [],
    messages: [],
    alarms: [],
    undeliverable: new Set(),
    staleCalls: [],
    turns: new Map([[`${LANE}/t1`, new Set(['u1', 'u2'])]]),
    begunAtMs: new Map(),
    steered: new Set(),
    legsLost: new Map(),
    ticks: 1,
    closedLanes: new Set(),
    parked: new Set(),
    waiting: [],
    memory: { text: '- first\n', acknowledged: ['- first'] },
    asked: [],
    seen: [],
    ...override,
  });

const doubt = { atMs: 0, name: 'reply_in_doubt', laneId: LANE, turnId: 't1' };

describe('the judge', () => {
  it('is content with an answer that names every message, in one part or in several', () => {
    expect(
      problemsOf({
        updates: [anUpdate(1), anUpdate(2)],
        messages: [aMessage(10, '<k1 <k2 word'), aMessage(11, 'word k1> k2>', { part: 'p1' })],
      }),
    ).toEqual([]);
  });

  it('misses an answer, and the end of one', () => {
    expect(problemsOf({ updates: [anUpdate(1), anUpdate(2)], messages: [aMessage(10, '<k1 word')] })).toEqual([
      'update 1 was lost: its answer has no end',
      'update 2 was lost: its answer is nowhere',
    ]);
  });

  it('takes a message that was put aside only with an alarm and a word to who wrote it', () => {
    const parked = { updates: [anUpdate(1)], parked: new Set([`${LANE}/u1`]) };
    const alarms = [{ atMs: 0, name: 'turn_parked', laneId: LANE, turnId: 't1' }];
    const line = aMessage(10, '⚠️ I tried this three times.', { part: 'f0' });
    expect(problemsOf({ ...parked, messages: [line] })).toEqual(['update 1 was put aside without an alarm']);
    expect(problemsOf({ ...parked, alarms })).toEqual(['update 1 was put aside and nobody was told']);
    expect(problemsOf({ ...parked, alarms, messages: [{ ...line, turnId: 't2' }] })).toEqual([
      'update 1 was put aside and nobody was told',
    ]);
    expect(problemsOf({ ...parked, alarms, messages: [line] })).toEqual([]);
  });

  it('takes silence about what was put aside when saying it is what fails', () => {
    const parked = { updates: [anUpdate(1)], parked: new Set([`${LANE}/u1`]) };
    const alarms = [{ atMs: 0, name: 'turn_parked', laneId: LANE, turnId: 't1' }];
    expect(problemsOf({ ...parked, alarms, legsLost: new Map([[LANE, 6]]) })).toEqual([]);
    expect(problemsOf({ ...parked, alarms, undeliverable: new Set([`${LANE}/t1`]) })).toEqual([]);
    expect(problemsOf({ ...parked, alarms: [...alarms, doubt] })).toEqual([]);
  });

  it('excuses by a refused or cut answer what was in its turn, and nothing else of the lane', () => {
    const updates = [anUpdate(1), anUpdate(3)];
    const cut = aMessage(10, '⚠️ The line was cut while I sent this answer');
    const lost = ['update 3 was lost: its answer is nowhere'];
    expect(problemsOf({ updates, undeliverable: new Set([`${LANE}/t1`]) })).toEqual(lost);
    expect(problemsOf({ updates, messages: [cut] })).toEqual(lost);
    expect(problemsOf({ updates, alarms: [doubt, doubt, doubt] })).toEqual(lost);
  });

  it('takes two copies only in doubt, and three never', () => {
    const copies = [10, 11, 12].map((id) => aMessage(id, '<k1 k1>', { noted: id !== 10 }));
    const updates = [anUpdate(1)];
    expect(problemsOf({ updates, messages: copies.slice(0, 2) })).toEqual([
      'update 1: its answer begins twice, and nothing is in doubt',
      'update 1: its answer ends twice, and nothing is in doubt',
    ]);
    expect(problemsOf({ updates, messages: copies.slice(0, 2), alarms: [doubt] })).toEqual([]);
    expect(problemsOf({ updates, messages: copies, alarms: [doubt] })).toEqual([
      'update 1: its answer begins 3 times',
      'update 1: its answer ends 3 times',
    ]);
  });

  it('sees answers out of order, unless Telegram itself brought the messages so', () => {
    const messages = [aMessage(10, '<k2 k2>'), aMessage(11, '<k1 k1>', { turnId: 't2' })];
    expect(problemsOf({ updates: [anUpdate(1), anUpdate(2)], messages })).toEqual(['order: 2 was answered before 1']);
    expect(problemsOf({ updates: [anUpdate(1, { acceptedAtMs: 9_000 }), anUpdate(2)], messages })).toEqual([]);
  });

  it('lets a stop drop what was said before it, and nothing newer', () => {
    const stop = anUpdate(2, { kind: 'stop' });
    expect(problemsOf({ updates: [anUpdate(1), stop] })).toEqual([]);
    expect(problemsOf({ updates: [stop, anUpdate(3)] })).toEqual(['update 3 was lost: its answer is nowhere']);
  });

  it('lets a button drop what its turn has in hand, and nothing else', () => {
    const press = anUpdate(4, { kind: 'press', stopsTurn: 't1' });
    expect(problemsOf({ updates: [anUpdate(1), anUpdate(2), press] })).toEqual([]);
    expect(problemsOf({ updates: [anUpdate(1), anUpdate(3), press] })).toEqual([
      'update 3 was lost: its answer is nowhere',
    ]);
    expect(problemsOf({ updates: [anUpdate(1), { ...press, stopsTurn: 't2' }] })).toEqual([
      'update 1 was lost: its answer is nowhere',
    ]);
  });

  it('wants the new words of an edit that came in time answered', () => {
    const edit = anUpdate(2, { kind: 'edit', token: 'k1e2', edits: 'k1', isAmended: true });
    const updates = [anUpdate(1), edit];
    const old = [aMessage(10, '<k1 k1>')];
    expect(problemsOf({ updates, messages: [aMessage(10, '<k1 <k1e2 k1> k1e2>')] })).toEqual([]);
    expect(problemsOf({ updates, messages: old })).toEqual(['edit 2: k1 was answered in its old words']);
    expect(problemsOf({ updates: [anUpdate(1), { ...edit, isAmended: false }], messages: old })).toEqual([]);
    expect(problemsOf({ updates, messages: old, steered: new Set([`${LANE}/u1`]) })).toEqual([]);
  });

  it('counts the answers of commands', () => {
    const help = anUpdate(1, { kind: 'command', command: 'help' });
    const answer = (id: number) => aMessage(id, 'I am your assistant.');
    expect(problemsOf({ updates: [help], messages: [answer(10)] })).toEqual([]);
    expect(problemsOf({ updates: [help] })).toEqual([`/help in ${LANE} was answered 0 times for 1`]);
    expect(problemsOf({ updates: [help], messages: [answer(10), answer(11)] })).toEqual([
      `/help in ${LANE} was answered 2 times for 1`,
    ]);
  });

  it('sees a draft that stays behind, unless nobody knows of it or a failure refers to it', () => {
    const draft = (override: Partial<BotMessage> = {}) => aMessage(10, '<k1 word …', { part: 'draft', ...override });
    const updates = [anUpdate(1)];
    const answer = aMessage(11, '<k1 k1>');
    expect(problemsOf({ updates, messages: [draft(), answer] })).toEqual(['#10 stays behind as a draft: <k1 word …']);
    expect(problemsOf({ updates, messages: [draft({ noted: false }), answer] })).toEqual([]);
    expect(problemsOf({ updates, messages: [draft({ deletedAtMs: 1 }), answer] })).toEqual([]);
    expect(problemsOf({ updates, messages: [draft(), aMessage(11, '⚠️ failed:k1 What I had is above.')] })).toEqual([]);
  });

  it('reads MEMORY.md line by line', () => {
    const memory = { text: '- a\n- b\n- b\n', acknowledged: ['- a', '- b', '- c'] };
    expect(problemsOf({ memory })).toEqual(['memory lost "- c"', 'memory doubled "- b"']);
  });

  it('lets each period speak once', () => {
    const beats = [aMessage(10, 'beat-h1'), aMessage(11, 'beat-h2')];
    expect(problemsOf({ messages: beats, ticks: 2 })).toEqual([]);
    expect(problemsOf({ messages: beats, ticks: 1 })).toEqual(['heartbeat spoke 2 times in 1 periods']);
  });

  it('passes on what was seen on the spot: strangers, secrets, zombies, what never came to rest', () => {
    expect(
      problemsOf({
        seen: ['runner1 wrote to tg:7000:666, where it may not'],
        staleCalls: [{ atMs: 1, what: 'edit #4 "x"', fence: 1, above: 2 }],
        waiting: ['tg:7000:1 has u1'],
      }),
    ).toEqual([
      'runner1 wrote to tg:7000:666, where it may not',
      'not drained: tg:7000:1 has u1',
      'zombie: edit #4 "x" under fence 1 after 2 had spoken',
    ]);
  });
});
