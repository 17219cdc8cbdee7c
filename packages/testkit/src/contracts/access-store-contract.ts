import { addGuest, claimOwner, EMPTY_ACCESS, revoke, setClaim } from '@agent-claw/core';
import type { AccessChange, AccessRecord, AccessStore } from '@agent-claw/core';
import { expect, it } from 'vitest';
import { manualClock } from '../fakes/manual-clock.ts';
import type { ManualClock } from '../fakes/manual-clock.ts';

/** Two processes' stores of one record, which nobody has written yet. */
export interface AccessWorld {
  readonly one: AccessStore;
  readonly other: AccessStore;
}

const adding =
  (id: string) =>
  (record: AccessRecord): AccessChange<string> =>
    addGuest(record, { id, name: `guest ${id}` }, 5);

/** The promises of `AccessStore`. */
export const accessStoreContract = (create: (clock: ManualClock) => Promise<AccessWorld>): void => {
  const guestsOf = async (store: AccessStore, maxAgeMs = 0) => Object.keys((await store.read(maxAgeMs)).guests).sort();

  it('has nobody in it at first', async () => {
    const { one } = await create(manualClock());
    expect(await one.read(0)).toEqual(EMPTY_ACCESS);
  });

  it('shows others at once what was changed, when they ask the store itself', async () => {
    const { one, other } = await create(manualClock());
    expect(await one.update((record) => setClaim(record, 'd1', 4))).toBe('set');
    expect(await one.update(adding('2'))).toBe('added');
    expect(await other.read(0)).toEqual({
      claim: { digest: 'd1', createdAtMs: 4 },
      guests: { '2': { name: 'guest 2', sinceMs: 5 } },
      groups: {},
    });
  });

  it('forgets what a rule took away', async () => {
    const { one, other } = await create(manualClock());
    await one.update((record) => setClaim(record, 'd1', 4));
    await one.update(adding('2'));
    const person = { id: '1', name: 'Ada' };
    expect(await other.update((record) => claimOwner(record, 'd1', person, 6))).toBe('claimed');
    expect(await other.update((record) => revoke(record, '2'))).toEqual({ kind: 'done', name: 'guest 2' });
    expect(await one.read(0)).toEqual({ ...EMPTY_ACCESS, owner: { ...person, claimedAtMs: 6 } });
  });

  it('answers from memory for as long as asked to, then reads again', async () => {
    const clock = manualClock();
    const { one, other } = await create(clock);
    await other.read(0);
    await one.update(adding('2'));
    await clock.advance(29_999);
    expect(await guestsOf(other, 30_000)).toEqual([]);
    await clock.advance(1);
    expect(await guestsOf(other, 30_000)).toEqual(['2']);
  });

  it('remembers what it has written itself', async () => {
    const { one } = await create(manualClock());
    await one.read(0);
    await one.update(adding('2'));
    expect(await guestsOf(one, 30_000)).toEqual(['2']);
  });

  it('gives the outcome of a rule that changes nothing', async () => {
    const { one, other } = await create(manualClock());
    expect(await one.update((record) => revoke(record, '2'))).toEqual({ kind: 'unknown' });
    expect(await other.read(0)).toEqual(EMPTY_ACCESS);
  });

  it('loses no change when several are made at once', async () => {
    const { one, other } = await create(manualClock());
    const all = ['2', '3', '4', '5'];
    await Promise.all(all.map((id, index) => (index % 2 === 0 ? one : other).update(adding(id))));
    expect([await guestsOf(one), await guestsOf(other)]).toEqual([all, all]);
  });

  it('lets one of two claims at the same moment win', async () => {
    const { one, other } = await create(manualClock());
    await one.update((record) => setClaim(record, 'd1', 4));
    const claims = [one, other].map((store, index) =>
      store.update((record) => claimOwner(record, 'd1', { id: String(index + 1), name: '' }, 6)),
    );
    expect((await Promise.all(claims)).sort()).toEqual(['claimed', 'refused']);
  });
};
