import { describe, expect, it } from 'vitest';
import type { AccessList } from './access-record.ts';
import { admit, isPrivateLane, mayReceive } from './access.ts';
import type { Visitor } from './access.ts';

const access: AccessList = {
  ownerId: '1',
  guests: { '2': { name: 'Bo', sinceMs: 0 } },
  groups: { '-100': { title: 'Home', sinceMs: 0, activation: 'mention' } },
};
const aVisitor = (override: Partial<Visitor> = {}): Visitor => ({
  place: { id: '1', kind: 'private' },
  sender: { id: '1', isBot: false },
  speaksAsChat: false,
  addressed: false,
  ...override,
});
const inGroup = (override: Partial<Visitor> = {}): Visitor =>
  aVisitor({ place: { id: '-100', kind: 'group' }, addressed: true, ...override });

describe('admit', () => {
  it.each([
    ['the owner in the private chat', aVisitor()],
    [
      'a guest in the own private chat',
      aVisitor({ place: { id: '2', kind: 'private' }, sender: { id: '2', isBot: false } }),
    ],
    ['the owner who calls the bot in an allowed group', inGroup()],
  ])('lets in %s', (_who, visitor) => {
    expect(admit(visitor, access)).toEqual({ kind: 'admitted' });
  });

  it.each([
    ['a post without an author', { ...aVisitor(), sender: undefined }, 'no_sender'],
    ['a bot', aVisitor({ sender: { id: '1', isBot: true } }), 'bot'],
    ['somebody who speaks as a channel', aVisitor({ speaksAsChat: true }), 'speaks_as_chat'],
    ['a stranger', aVisitor({ sender: { id: '9', isBot: false } }), 'stranger'],
    ["the owner in a stranger's private chat", aVisitor({ place: { id: '9', kind: 'private' } }), 'wrong_place'],
    ['a group that is not allowed', inGroup({ place: { id: '-200', kind: 'group' } }), 'wrong_place'],
    ['a channel', aVisitor({ place: { id: '-100', kind: 'other' } }), 'wrong_place'],
    [
      'a stranger who calls the bot in a group that is not allowed',
      inGroup({ place: { id: 'constructor', kind: 'group' }, sender: { id: '9', isBot: false } }),
      'stranger',
    ],
    ['a bot in an allowed group', inGroup({ sender: { id: '1', isBot: true } }), 'bot'],
    ['an anonymous voice in an allowed group', inGroup({ speaksAsChat: true }), 'speaks_as_chat'],
  ])('refuses %s', (_who, visitor, reason) => {
    expect(admit(visitor as Visitor, access)).toEqual({ kind: 'refused', reason });
  });

  it('only overhears in an allowed group what does not call the bot, and what strangers say', () => {
    const stranger = { id: '9', isBot: false };
    const visitors = [
      inGroup({ addressed: false }),
      inGroup({ sender: stranger }),
      inGroup({ addressed: false, sender: stranger }),
    ];
    expect(visitors.map((visitor) => admit(visitor, access).kind)).toEqual(['overheard', 'overheard', 'overheard']);
  });

  it('lets in all that the owner and guests say where the bot is always active, and nothing of others', () => {
    const always: AccessList = { ...access, groups: { '-100': { title: 'Home', sinceMs: 0, activation: 'always' } } };
    const said = ['1', '2', '9'].map((id) => inGroup({ addressed: false, sender: { id, isBot: false } }));
    expect(said.map((visitor) => admit(visitor, always).kind)).toEqual(['admitted', 'admitted', 'overheard']);
    const another = [false, true].map((addressed) => inGroup({ addressed, callsAnother: true }));
    expect(another.map((visitor) => admit(visitor, always).kind)).toEqual(['overheard', 'admitted']);
  });

  it('knows a group by its former id as well', () => {
    const moved: AccessList = {
      ...access,
      groups: { '-1000': { title: 'Home', sinceMs: 0, activation: 'mention', formerId: '-100' } },
    };
    expect([admit(inGroup(), moved).kind, mayReceive({ channel: 'tg', account: '7', place: '-100' }, moved)]).toEqual([
      'admitted',
      true,
    ]);
  });

  it('lets nobody in while there is no owner, not even a sender without an id', () => {
    const nobody: AccessList = { ownerId: '', guests: {}, groups: {} };
    expect(admit(aVisitor({ place: { id: '', kind: 'private' }, sender: { id: '', isBot: false } }), nobody)).toEqual({
      kind: 'refused',
      reason: 'stranger',
    });
  });
});

describe('mayReceive', () => {
  it('holds for known people and allowed groups only', () => {
    const places = ['1', '2', '-100', '9', '-200', '', 'constructor'];
    expect(places.filter((place) => mayReceive({ channel: 'tg', account: '7', place }, access))).toEqual([
      '1',
      '2',
      '-100',
    ]);
  });
});

describe('isPrivateLane', () => {
  it("is true in the owner's own chat and nowhere else", () => {
    const places = ['1', '2', '-100', ''];
    expect(places.filter((place) => isPrivateLane({ channel: 'tg', account: '7', place }, access))).toEqual(['1']);
    expect(isPrivateLane({ channel: 'tg', account: '7', place: '' }, { ...access, ownerId: '' })).toBe(false);
  });
});
