import { describe, expect, it } from 'vitest';
import { consentProblems } from './judge-consent.ts';
import type { AskedCall, BotMessage, Choice, SentUpdate, Sightings } from './sightings.ts';

const LANE = 'tg:7000:4242001';
const HALF_HOUR_MS = 30 * 60_000;

const aCall = (override: Partial<AskedCall> = {}): AskedCall => ({
  path: 'calls/0.md',
  laneId: LANE,
  turnId: 't0000000001',
  isFree: false,
  isWaiting: true,
  made: [],
  ...override,
});

const aCard = (id = 10, override: Partial<BotMessage> = {}): BotMessage => ({
  id,
  place: '4242001',
  laneId: LANE,
  turnId: 't0000000001',
  part: 'a1',
  texts: [{ atMs: 1_000, text: '**May I call**', by: 'runner1' }],
  card: [],
  noted: true,
  notedAtMs: 1_100,
  removalAsked: false,
  ...override,
});

const anAnswer = (text = '<d1 d1>'): BotMessage => {
  const { card: _none, ...message } = aCard(11);
  return { ...message, turnId: 't0000000002', part: 'p0', texts: [{ atMs: 9_000, text, by: 'runner2' }] };
};

const aPress = (updateId: number, choice: Choice, atMs: number, isForeign = false): SentUpdate => ({
  updateId,
  laneId: LANE,
  kind: 'decide',
  token: `k${updateId}`,
  isStranger: false,
  decides: { messageId: 10, choice, isForeign },
  firstDeliveredAtMs: atMs,
  acceptedAtMs: atMs + 100,
});

const madeBy = (turnId = 't0000000002', atMs = 8_000) => ({ turnId, atMs });
const problemsOf = (override: Partial<Sightings>): readonly string[] =>
  consentProblems({
    updates: [],
    messages: [aCard()],
    alarms: [],
    undeliverable: new Set(),
    staleCalls: [],
    turns: new Map([[`${LANE}/t0000000001`, new Set(['u1'])]]),
    begunAtMs: new Map(),
    steered: new Set(),
    legsLost: new Map(),
    ticks: 1,
    closedLanes: new Set(),
    parked: new Set(),
    waiting: [],
    memory: { text: '', acknowledged: [] },
    asked: [aCall()],
    seen: [],
    ...override,
  });

describe('the judge of consent', () => {
  const allow = aPress(2, 'Allow once', 5_000);
  const answered = [aCard(), anAnswer()];

  it('is content with a card that nobody presses, and with a call that was allowed, made and answered', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ updates: [allow], messages: answered, asked: [aCall({ made: [madeBy()] })] })).toEqual([]);
  });

  it.each([
    ['nobody', []],
    ['somebody who was not asked', [aPress(2, 'Allow once', 5_000, true)]],
    ['who had denied it', [aPress(2, 'Deny', 5_000)]],
    ['who allowed it only later', [aPress(2, 'Allow once', 8_001)]],
  ])('sees a call that was allowed by %s', (_who, updates) => {
    expect(problemsOf({ updates, messages: answered, asked: [aCall({ made: [madeBy()] })] })).toEqual([
      'calls/0.md was deleted without consent',
    ]);
  });

  it('counts the first decision, and none after half an hour', () => {
    const made = [madeBy('t0000000002', 2 * HALF_HOUR_MS)];
    const problems = ['calls/0.md was deleted without consent'];
    const late = aPress(3, 'Allow once', HALF_HOUR_MS + 20_000);
    expect(problemsOf({ updates: [late], messages: answered, asked: [aCall({ made })] })).toEqual(problems);
    const second = aPress(3, 'Allow once', 60_000);
    const denied = [aPress(2, 'Deny', 5_000), second];
    expect(problemsOf({ updates: denied, messages: answered, asked: [aCall({ made })] })).toEqual(problems);
    expect(problemsOf({ updates: [second], messages: answered, asked: [aCall({ made })] })).toEqual([]);
  });

  it('lets one turn make the call, again after a crash, and no other one', () => {
    const twice = { updates: [allow], messages: answered };
    expect(problemsOf({ ...twice, asked: [aCall({ made: [madeBy(), madeBy()] })] })).toEqual([]);
    expect(problemsOf({ ...twice, asked: [aCall({ made: [madeBy(), madeBy('t0000000003')] })] })).toEqual([
      'calls/0.md was deleted by t0000000002 and t0000000003, and asked about once',
    ]);
  });

  it('takes what is allowed for good without a card, in that lane', () => {
    const free = aCall({ path: 'calls/1.md', turnId: 't0000000005', isFree: true, isWaiting: false });
    const asked = [aCall(), { ...free, made: [madeBy('t0000000005')] }];
    const always = aPress(2, 'Always allow in this chat', 5_000);
    expect(problemsOf({ updates: [always], messages: answered, asked })).toEqual([]);
    expect(problemsOf({ updates: [allow], messages: answered, asked })).toEqual([
      'calls/1.md was deleted without consent',
    ]);
  });

  it('misses the card, and takes a second one only in doubt', () => {
    expect(problemsOf({ messages: [] })).toEqual(['nobody was asked about calls/0.md']);
    const messages = [aCard(9, { noted: false }), aCard()];
    expect(problemsOf({ messages })).toEqual(['the card about calls/0.md stands twice, and nothing is in doubt']);
    const alarms = [{ atMs: 0, name: 'reply_in_doubt', laneId: LANE, turnId: 't0000000001' }];
    expect(problemsOf({ messages, alarms })).toEqual([]);
  });

  it('misses the answer to a decision, unless the card says that it came too late', () => {
    expect(problemsOf({ updates: [allow] })).toEqual(['the decision about calls/0.md was lost']);
    expect(problemsOf({ updates: [allow], messages: [aCard(), anAnswer('failed:d1')] })).toEqual([]);
    const expired = (atMs: number) =>
      aCard(10, { texts: [aCard().texts[0]!, { atMs, text: '_Expired_', by: 'runner2' }] });
    expect(problemsOf({ updates: [allow], messages: [expired(HALF_HOUR_MS)] })).toEqual([]);
    expect(problemsOf({ updates: [allow], messages: [expired(6_000)] })).toEqual([
      'the decision about calls/0.md was lost',
    ]);
  });

  it('sees a decision that is answered twice', () => {
    expect(problemsOf({ updates: [allow], messages: [...answered, anAnswer()] })).toEqual([
      'the answer to the decision about calls/0.md begins twice, and nothing is in doubt',
      'the answer to the decision about calls/0.md ends twice, and nothing is in doubt',
    ]);
  });
});
