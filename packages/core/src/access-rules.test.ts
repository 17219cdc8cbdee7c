import { describe, expect, it } from 'vitest';
import { accessListOf, EMPTY_ACCESS } from './access-record.ts';
import type { AccessChange, AccessRecord, Pairing } from './access-record.ts';
import {
  addGuest,
  approve,
  claimOwner,
  closePairing,
  deny,
  isClaim,
  isPairing,
  knock,
  MAX_GUESTS,
  openPairing,
  pairingCodeOf,
  revoke,
  setClaim,
} from './access-rules.ts';

const CODE = 'ABCD2345';
const HOUR = 3_600_000;
const EVE = { id: '3', name: 'Eve' };
const anAccess = (override: Partial<AccessRecord> = {}): AccessRecord => ({ ...EMPTY_ACCESS, ...override });
const aPairing = (override: Partial<Pairing> = {}): Pairing => ({
  code: CODE,
  openUntilMs: HOUR,
  pending: {},
  denied: [],
  ...override,
});
const asking = (entryId: string) => ({ name: 'Eve', askedAtMs: 5, entryId });
/** The record after the rule. */
const after = (before: AccessRecord, { record }: AccessChange<unknown>): AccessRecord => record ?? before;

describe('accessListOf', () => {
  const record = anAccess({
    owner: { id: '1', name: 'Ada', claimedAtMs: 7 },
    guests: { '2': { name: 'Bo', sinceMs: 8 } },
  });

  it('goes by whoever claimed the bot', () => {
    expect(accessListOf(record, '')).toEqual({ ownerId: '1', ownerSinceMs: 7, guests: record.guests, groups: {} });
  });

  it('goes by the owner whom the deployment names, and not by a claim beside it', () => {
    expect(accessListOf(record, '9')).toEqual({ ownerId: '9', guests: record.guests, groups: {} });
  });

  it('lets nobody in without an owner, guests included', () => {
    const { owner: _, ...ownerless } = record;
    expect(accessListOf(ownerless, '')).toEqual({ ownerId: '', guests: {}, groups: {} });
  });
});

describe('the owner claim', () => {
  const waiting = anAccess({ claim: { digest: 'd1', createdAtMs: 1 }, guests: { '3': { name: 'Eve', sinceMs: 1 } } });

  it('makes the first who has the code the owner, and the code is used up', () => {
    const { record, outcome } = claimOwner(waiting, 'd1', EVE, 9);
    expect({ record, outcome }).toEqual({
      record: { guests: {}, groups: {}, owner: { ...EVE, claimedAtMs: 9 } },
      outcome: 'claimed',
    });
    const owned = after(waiting, { record, outcome } as AccessChange<unknown>);
    expect(claimOwner(owned, 'd1', { id: '4', name: 'Mal' }, 10)).toEqual({ outcome: 'refused' });
    expect(isClaim(owned, 'd1')).toBe(false);
  });

  it('says the same to a repeated delivery of it, and changes nothing', () => {
    const owned = after(waiting, claimOwner(waiting, 'd1', EVE, 9));
    expect(claimOwner(owned, 'd1', EVE, 10)).toEqual({ outcome: 'claimed' });
  });

  it.each([
    ['another code', waiting, 'd2'],
    ['a bot that nobody may claim', anAccess(), 'd1'],
  ])('is refused for %s', (_what, record, digest) => {
    expect(claimOwner(record, digest, EVE, 9)).toEqual({ outcome: 'refused' });
    expect(isClaim(record, digest)).toBe(false);
  });

  it('is replaced by a newer code, or taken back, while the bot has no owner', () => {
    const renewed = after(waiting, setClaim(waiting, 'd2', 2));
    expect([isClaim(renewed, 'd1'), isClaim(renewed, 'd2')]).toEqual([false, true]);
    expect(setClaim(renewed, null, 3)).toEqual({ record: anAccess({ guests: waiting.guests }), outcome: 'set' });
    expect(setClaim(anAccess(), null, 3)).toEqual({ outcome: 'set' });
  });

  it('is not offered for a bot that has been claimed', () => {
    const owned = anAccess({ owner: { ...EVE, claimedAtMs: 1 } });
    expect(setClaim(owned, 'd3', 2)).toEqual({ outcome: 'has_owner' });
  });
});

describe('a pairing code', () => {
  it('has eight letters that cannot be mistaken for each other, and uses all of them', () => {
    const all = Array.from({ length: 32 }, (_, start) => pairingCodeOf((bytes) => new Uint8Array(bytes).fill(start)));
    expect(new Set(all).size).toBe(32);
    for (const code of all) expect(code).toMatch(/^[A-HJ-NP-Z2-9]{8}$/u);
    expect(pairingCodeOf(() => Uint8Array.from([0, 255, 1, 2, 3, 4, 5, 32]))).toBe('A9BCDEFA');
  });

  it('opens the door for an hour; asking again meanwhile shows the same one', () => {
    const opened = openPairing(anAccess(), CODE, 0);
    expect(opened).toEqual({ record: anAccess({ pairing: aPairing() }), outcome: aPairing() });
    const open = after(anAccess(), opened);
    expect(openPairing(open, 'ZZZZ9999', HOUR - 1)).toEqual({ outcome: aPairing() });
    expect([isPairing(open, 'abcd2345', HOUR - 1), isPairing(open, CODE, HOUR)]).toEqual([true, false]);
    expect(openPairing(open, 'ZZZZ9999', HOUR).outcome.code).toBe('ZZZZ9999');
  });

  it('is worth nothing once the owner has shut the door', () => {
    const open = anAccess({ pairing: aPairing() });
    expect(closePairing(open)).toEqual({ record: anAccess(), outcome: 'closed' });
    expect(closePairing(anAccess())).toEqual({ outcome: 'was_closed' });
  });
});

describe('a knock', () => {
  const open = anAccess({ pairing: aPairing() });

  it('waits for the owner', () => {
    expect(knock(open, { person: EVE, code: 'abcd2345', entryId: 'u1' }, 5)).toEqual({
      record: anAccess({ pairing: aPairing({ pending: { '3': asking('u1') } }) }),
      outcome: 'asked',
    });
  });

  it('tells the owner again when its delivery is repeated, and not when somebody who waits sends the code once more', () => {
    const waiting = after(open, knock(open, { person: EVE, code: CODE, entryId: 'u1' }, 5));
    expect(knock(waiting, { person: EVE, code: CODE, entryId: 'u1' }, 6)).toEqual({ outcome: 'asked' });
    expect(knock(waiting, { person: EVE, code: CODE, entryId: 'u2' }, 6)).toEqual({ outcome: 'refused' });
  });

  it('cuts a name that is too long, by characters', () => {
    const { record } = knock(open, { person: { id: '3', name: '🦞'.repeat(100) }, code: CODE, entryId: 'u1' }, 5);
    expect(record?.pairing?.pending['3']?.name).toBe('🦞'.repeat(64));
  });

  const three = Object.fromEntries(['4', '5', '6'].map((id) => [id, asking(`u${id}`)]));
  it.each([
    ['with another code', open, 'ZZZZ9999', 5],
    ['at a door that is shut', anAccess(), CODE, 5],
    ['an hour later', open, CODE, HOUR],
    ['while three wait', anAccess({ pairing: aPairing({ pending: three }) }), CODE, 5],
    ['after the owner has sent them away', anAccess({ pairing: aPairing({ denied: ['3'] }) }), CODE, 5],
  ])('is not heard %s', (_when, record, code, nowMs) => {
    expect(knock(record, { person: EVE, code, entryId: 'u1' }, nowMs)).toEqual({ outcome: 'refused' });
  });
});

describe("the owner's word", () => {
  const waiting = anAccess({ pairing: aPairing({ pending: { '3': asking('u1') } }) });
  const guest = { name: 'Eve', sinceMs: 9 };

  it('lets in who waits, also after the hour, and says the same when it is repeated', () => {
    const approved = approve(waiting, '3', 9);
    expect(approved).toEqual({
      record: anAccess({ guests: { '3': guest }, pairing: aPairing() }),
      outcome: { kind: 'done', ...guest },
    });
    expect(approve(after(waiting, approved), '3', 10)).toEqual({ outcome: { kind: 'done', ...guest } });
    expect(approve(waiting, '3', 2 * HOUR).outcome).toEqual({ kind: 'done', name: 'Eve', sinceMs: 2 * HOUR });
  });

  it('sends away who waits, once and for this door', () => {
    const denied = deny(waiting, '3');
    expect(denied).toEqual({
      record: anAccess({ pairing: aPairing({ denied: ['3'] }) }),
      outcome: { kind: 'done', name: 'Eve' },
    });
    expect(deny(after(waiting, denied), '3')).toEqual({ outcome: { kind: 'done', name: '3' } });
    expect(approve(after(waiting, denied), '3', 9)).toEqual({ outcome: { kind: 'unknown' } });
  });

  it('knows nobody who does not wait', () => {
    expect([approve(anAccess(), '3', 9), deny(anAccess(), '3'), revoke(anAccess(), '3')]).toEqual(
      Array.from({ length: 3 }, () => ({ outcome: { kind: 'unknown' } })),
    );
  });

  it('lets in by id, renames a guest, and takes access away', () => {
    const added = after(EMPTY_ACCESS, addGuest(EMPTY_ACCESS, { id: '3', name: '' }, 9));
    expect(added).toEqual(anAccess({ guests: { '3': { name: '', sinceMs: 9 } } }));
    const named = after(added, addGuest(added, EVE, 10));
    expect(named).toEqual(anAccess({ guests: { '3': guest } }));
    expect(after(named, addGuest(named, { id: '3', name: '' }, 11))).toEqual(named);
    expect(revoke(named, '3')).toEqual({ record: anAccess(), outcome: { kind: 'done', name: 'Eve' } });
  });

  it('has an end at 50 guests', () => {
    const ids = Array.from({ length: MAX_GUESTS }, (_, index) => [String(index + 100), guest]);
    const full = { ...waiting, guests: Object.fromEntries(ids) as AccessRecord['guests'] };
    expect(addGuest(full, EVE, 9)).toEqual({ outcome: 'full' });
    expect(addGuest(full, { id: '100', name: 'Bo' }, 9).outcome).toBe('added');
    expect(approve(full, '3', 9)).toEqual({ outcome: { kind: 'full' } });
  });
});
