import { expect, it } from 'vitest';
import { FAULT_IDS, KINDS } from './fault-ids.ts';
import { runSchedule } from './run-schedule.ts';

it('plays the same schedule for the same seed, and another one for another', async () => {
  const first = await runSchedule(7, { keepHistory: true });
  expect(first.history.length).toBeGreaterThan(50);
  expect(await runSchedule(7, { keepHistory: true })).toEqual(first);
  expect((await runSchedule(8, { keepHistory: true })).history).not.toEqual(first.history);
});

it('plays the same schedule whether its history is kept or not', async () => {
  const { history, ...kept } = await runSchedule(9, { keepHistory: true });
  const plain = await runSchedule(9);
  expect(history.length).toBeGreaterThan(0);
  expect(plain).toEqual({ ...kept, history: [] });
});

it('meets faults of every class and kind within 300 schedules, and only faults that are listed', async () => {
  const fired = new Set<string>();
  for (let seed = 1; seed <= 300; seed += 1)
    for (const id of Object.keys((await runSchedule(seed)).fired)) fired.add(id);
  const classOf = (id: string): string => {
    const [where = '', , kind] = id.split('.');
    const isCall = KINDS.some((each) => each === kind);
    return isCall ? `${where.charAt(0)}.${kind}` : where.charAt(0);
  };
  const classes = (ids: Iterable<string>): readonly string[] => [...new Set([...ids].map(classOf))].sort();
  expect(classes(fired)).toEqual(classes(FAULT_IDS));
  expect([...fired].filter((id) => !FAULT_IDS.some((known) => known === id))).toEqual([]);
}, 60_000);
