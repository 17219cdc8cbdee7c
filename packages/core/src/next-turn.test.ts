import { describe, expect, it } from 'vitest';
import type { EntryId, LaneId } from './ids.ts';
import type { ActiveTurn, InboxEntry, Lane } from './lane.ts';
import { asidesIn, nextTurn, parkedWith, stoppedBy, stopsFor, toSteer } from './next-turn.ts';

const NOW = 1_763_690_000_000;
const anEntry = (sequence: number, kind: InboxEntry['kind'] = 'message', sentAtEpochS = sequence): InboxEntry => ({
  id: `u${sequence}` as EntryId,
  kind,
  sentAtEpochS,
  sequence,
  sender: { id: '1', name: 'Ada' },
  text: `text ${sequence}`,
});
const aCommand = (sequence: number, name: string): InboxEntry => ({
  ...anEntry(sequence, 'command'),
  command: { name, args: '' },
});
const aLane = (...entries: InboxEntry[]): Lane => ({
  laneId: 'tg:7:1' as LaneId,
  inbox: Object.fromEntries(entries.map((entry) => [entry.id, entry])),
  fence: 3,
  crashes: 0,
  turnCount: 4,
  conversationCount: 0,
});
const aTurn = (override: Partial<ActiveTurn>): ActiveTurn => ({
  id: 't0000000005' as ActiveTurn['id'],
  kind: 'message',
  taken: [],
  startedAtMs: NOW,
  starts: 1,
  ledger: {},
  ...override,
});

describe('nextTurn', () => {
  it('rests while nothing waits', () => {
    expect(nextTurn(aLane(), NOW)).toEqual({ kind: 'nothing' });
  });

  it('goes on with the turn that an earlier leg began, whatever has arrived since', () => {
    const turn = aTurn({ taken: ['u1' as EntryId] });
    expect(nextTurn({ ...aLane(anEntry(1), anEntry(2)), turn }, NOW)).toEqual({ kind: 'attach', turn });
  });

  it('makes one turn of a burst, in the order in which it was said', () => {
    const lane = aLane(anEntry(12, 'message', 100), anEntry(10, 'message', 100), anEntry(11, 'message', 99));
    expect(nextTurn(lane, NOW)).toEqual({ kind: 'start', turn: aTurn({ taken: ['u11', 'u10', 'u12'] as EntryId[] }) });
  });

  it('takes a notice alone, when it waits at the head', () => {
    const lane = aLane(anEntry(1, 'notice'), anEntry(2));
    expect(nextTurn(lane, NOW)).toEqual({
      kind: 'start',
      turn: aTurn({ kind: 'command', taken: ['u1'] as EntryId[] }),
    });
  });

  it('leaves a notice to be told when a stop takes what was said before it', () => {
    const lane = aLane(anEntry(1), anEntry(2, 'notice'), anEntry(3, 'stop'));
    const turn = aTurn({ kind: 'command', taken: ['u1', 'u3'] as EntryId[] });
    expect(nextTurn(lane, NOW)).toEqual({ kind: 'start', turn });
  });

  it.each(['new', 'retry'])('ends a burst at /%s, which waits for its own turn', (name) => {
    const lane = aLane(anEntry(1), aCommand(2, name), anEntry(3));
    expect(nextTurn(lane, NOW)).toEqual({ kind: 'start', turn: aTurn({ taken: ['u1'] as EntryId[] }) });
  });

  it.each(['status', 'queue', 'unheard_of'])('takes a burst across /%s, which is answered beside it', (name) => {
    const lane = aLane(anEntry(1), aCommand(2, name), anEntry(3));
    const turn = aTurn({ taken: ['u1', 'u3'] as EntryId[] });
    expect(nextTurn(lane, NOW)).toEqual({ kind: 'start', turn });
    expect(asidesIn({ ...lane, turn }, 0).map(({ id }) => id)).toEqual(['u2']);
  });

  it('makes a turn of a question about the bot that came first', () => {
    const lane = aLane(aCommand(1, 'status'), anEntry(2));
    const turn = aTurn({ kind: 'command', taken: ['u1'] as EntryId[] });
    expect(nextTurn(lane, NOW)).toEqual({ kind: 'start', turn });
    expect(asidesIn({ ...lane, turn }, 0)).toEqual([]);
  });

  it('lets the button of a turn that is over take itself and nothing else', () => {
    const button = { ...anEntry(3, 'stop'), stopsTurn: 't0000000004' as ActiveTurn['id'] };
    const lane = aLane(anEntry(1), anEntry(2), button);
    expect(nextTurn(lane, NOW)).toMatchObject({ turn: { kind: 'command', taken: ['u3'] } });
  });

  it.each(['command', 'heartbeat'] as const)('takes a %s alone', (kind) => {
    const lane = aLane(anEntry(1, kind), anEntry(2));
    expect(nextTurn(lane, NOW)).toEqual({ kind: 'start', turn: aTurn({ kind, taken: ['u1'] as EntryId[] }) });
  });

  it('lets a stop take everything before it and nothing after it, without a model', () => {
    const lane = aLane(anEntry(1), anEntry(2), anEntry(3, 'stop'), anEntry(4));
    expect(nextTurn(lane, NOW)).toEqual({
      kind: 'start',
      turn: aTurn({ kind: 'command', taken: ['u1', 'u2', 'u3'] as EntryId[] }),
    });
  });
});

describe('nextTurn and albums', () => {
  const albumPart = (sequence: number, sentAtEpochS: number): InboxEntry => ({
    ...anEntry(sequence, 'message', sentAtEpochS),
    albumId: 'a',
  });

  it('holds an album until a second has passed since its newest part', () => {
    const lane = aLane(albumPart(1, 100), albumPart(2, 101));
    expect(nextTurn(lane, 102_999)).toEqual({ kind: 'hold', untilMs: 103_000 });
    expect(nextTurn(lane, 103_000)).toMatchObject({ kind: 'start', turn: { taken: ['u1', 'u2'] } });
  });

  it('does not put a part of an unfinished album into a running turn', () => {
    const turn = aTurn({ taken: ['u1'] as EntryId[] });
    const lane = { ...aLane(anEntry(1), albumPart(2, 101)), turn };
    expect(toSteer(lane, turn, new Set(), 102_999)).toEqual([]);
    expect(toSteer(lane, turn, new Set(), 103_000).map(({ id }) => id)).toEqual(['u2']);
  });
});

describe('nextTurn and heartbeats', () => {
  it('leaves a heartbeat alone when a stop comes: their sequences count different things', () => {
    const lane = aLane(anEntry(1, 'heartbeat'), anEntry(2), anEntry(3, 'stop'));
    expect(nextTurn(lane, NOW)).toMatchObject({ turn: { kind: 'command', taken: ['u2', 'u3'] } });
  });
});

describe('toSteer', () => {
  const turn = aTurn({ taken: ['u1'] as EntryId[] });
  const idsOf = (lane: Lane, offered: readonly string[] = []) =>
    toSteer(lane, turn, new Set(offered as EntryId[]), NOW).map(({ id }) => id);

  it('offers what came during the turn once', () => {
    expect(idsOf(aLane(anEntry(1), anEntry(2), anEntry(3)), ['u2'])).toEqual(['u3']);
  });

  it.each([anEntry(3, 'stop'), aCommand(3, 'new')])('offers nothing that was said after $kind', (barrier) => {
    expect(idsOf(aLane(anEntry(1), anEntry(2), barrier, anEntry(4)))).toEqual(['u2']);
  });

  it('looks past a question about the bot', () => {
    expect(idsOf(aLane(anEntry(1), aCommand(2, 'status'), anEntry(3)))).toEqual(['u3']);
  });

  it('looks past a heartbeat, and puts nothing into one', () => {
    const lane = aLane(anEntry(1), anEntry(2, 'heartbeat'), anEntry(3));
    expect(idsOf(lane)).toEqual(['u3']);
    expect(toSteer(lane, aTurn({ kind: 'heartbeat', taken: ['u2'] as EntryId[] }), new Set(), NOW)).toEqual([]);
  });
});

describe('stopsFor', () => {
  it('finds the stops that came after what the turn took', () => {
    const lane = aLane(anEntry(1, 'stop'), anEntry(2), anEntry(3, 'stop'));
    expect(stopsFor(lane, aTurn({ taken: ['u2'] as EntryId[] })).map(({ id }) => id)).toEqual(['u3']);
  });

  it('finds the button of this turn and of no other', () => {
    const button = (sequence: number, stopsTurn: string): InboxEntry => ({
      ...anEntry(sequence, 'stop'),
      stopsTurn: stopsTurn as ActiveTurn['id'],
    });
    const lane = aLane(anEntry(9), button(3, 't0000000005'), button(10, 't0000000004'));
    expect(stopsFor(lane, aTurn({ taken: ['u9'] as EntryId[] })).map(({ id }) => id)).toEqual(['u3']);
    expect(stopsFor(lane, aTurn({ kind: 'heartbeat' })).map(({ id }) => id)).toEqual(['u3']);
  });

  it('reaches a running heartbeat, whatever the numbers say', () => {
    const lane = aLane({ ...anEntry(5, 'heartbeat'), sequence: 29_000_000 }, anEntry(6, 'stop'));
    const turn = aTurn({ kind: 'heartbeat', taken: ['u5'] as EntryId[] });
    expect(stopsFor(lane, turn).map(({ id }) => id)).toEqual(['u6']);
  });
});

describe('stoppedBy', () => {
  it('names everything that was accepted before the stop, and the stop', () => {
    const waiting = [anEntry(2), anEntry(3, 'command'), anEntry(4, 'stop'), anEntry(5)];
    expect(stoppedBy(waiting, [anEntry(4, 'stop')]).map(({ id }) => id)).toEqual(['u2', 'u3', 'u4']);
    expect(stoppedBy(waiting, [])).toEqual([]);
  });
});

describe('parkedWith', () => {
  it('keeps the newest twenty messages and no heartbeat', () => {
    const before = aLane(...Array.from({ length: 19 }, (_, index) => anEntry(index + 1))).inbox;
    const lane = { ...aLane(anEntry(30), anEntry(31), anEntry(32, 'heartbeat')), parked: before };
    const kept = Object.keys(parkedWith(lane, ['u30', 'u31', 'u32', 'u99'] as EntryId[]));
    expect([kept.length, kept.includes('u1'), kept.includes('u31'), kept.includes('u32')]).toEqual([
      20,
      false,
      true,
      false,
    ]);
  });

  it('keeps only the newest that fit into 64 KiB, and the newest of all even when it is larger', () => {
    const long = (sequence: number, bytes: number): InboxEntry => ({ ...anEntry(sequence), text: 'x'.repeat(bytes) });
    const parked = aLane(long(1, 10), long(2, 40_000), long(3, 20_000)).inbox;
    const ids = (...added: InboxEntry[]) =>
      Object.keys(
        parkedWith(
          { ...aLane(...added), parked },
          added.map(({ id }) => id),
        ),
      );
    expect([ids(long(4, 40_000)), ids(long(4, 10)), ids(long(4, 70_000))]).toEqual([
      ['u3', 'u4'],
      ['u1', 'u2', 'u3', 'u4'],
      ['u4'],
    ]);
  });
});
