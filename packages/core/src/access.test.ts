import { describe, expect, it } from 'vitest';
import { admit, isPrivateLane, mayReceive } from './access.ts';
import type { AccessList, Visitor } from './access.ts';

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
    ['group talk that does not call the bot', inGroup({ addressed: false }), 'not_addressed'],
  ])('refuses %s', (_who, visitor, reason) => {
    expect(admit(visitor as Visitor, access)).toEqual({ kind: 'refused', reason });
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
