import { describe, expect, it } from 'vitest';
import type { EntryId, LaneId } from './ids.ts';
import type { ActiveTurn, InboxEntry, Lane } from './lane.ts';
import { nextTurn, stopsFor, toSteer } from './next-turn.ts';

const NOW = 1_763_690_000_000;
const anEntry = (sequence: number, kind: InboxEntry['kind'] = 'message', sentAtEpochS = sequence): InboxEntry => ({
  id: `u${sequence}` as EntryId,
  kind,
  sentAtEpochS,
  sequence,
  sender: { id: '1', name: 'Ada' },
  text: `text ${sequence}`,
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

  it('ends a burst at the next command, which waits for its own turn', () => {
    const lane = aLane(anEntry(1), anEntry(2, 'command'), anEntry(3));
    expect(nextTurn(lane, NOW)).toEqual({ kind: 'start', turn: aTurn({ taken: ['u1'] as EntryId[] }) });
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

describe('toSteer', () => {
  it('offers what came during the turn once, and commands not at all', () => {
    const lane = aLane(anEntry(1), anEntry(2), anEntry(3), anEntry(4, 'command'));
    const ids = toSteer(lane, ['u1'] as EntryId[], new Set(['u2'] as EntryId[])).map(({ id }) => id);
    expect(ids).toEqual(['u3']);
  });
});

describe('stopsFor', () => {
  it('finds the stops that came after what the turn took', () => {
    const lane = aLane(anEntry(1, 'stop'), anEntry(2), anEntry(3, 'stop'));
    expect(stopsFor(lane, aTurn({ taken: ['u2'] as EntryId[] })).map(({ id }) => id)).toEqual(['u3']);
  });
});
