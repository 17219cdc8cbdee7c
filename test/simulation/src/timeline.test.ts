import { describe, expect, it } from 'vitest';
import { createProcess } from './process.ts';
import { seededRandom } from './random.ts';
import { createTimeline } from './timeline.ts';

const aTimeline = () => createTimeline(1_000, seededRandom(1));
const never = (): boolean => false;

describe('the timeline', () => {
  it('lets things happen in the order of their times, with all that follows without time in between', async () => {
    const timeline = aTimeline();
    const seen: string[] = [];
    for (const ms of [30, 10, 20, 10])
      timeline.after(ms, () => {
        void Promise.resolve().then(() => seen.push(`${timeline.now()} settled`));
        seen.push(String(timeline.now()));
      });
    await timeline.run(1_025, never);
    expect(seen).toEqual(['1010', '1010 settled', '1010', '1010 settled', '1020', '1020 settled']);
    await timeline.run(2_000, never);
    expect(seen.slice(6)).toEqual(['1030', '1030 settled']);
  });

  it('keeps its order among thousands', async () => {
    const timeline = aTimeline();
    const random = seededRandom(2);
    const seen: number[] = [];
    for (let index = 0; index < 2_000; index += 1)
      timeline.after(random.int(0, 500), () => seen.push(timeline.now()) < 0);
    await timeline.run(10_000, never);
    expect([seen.length, seen]).toEqual([2_000, [...seen].sort((a, b) => a - b)]);
  });

  it('ends early when it is told to', async () => {
    const timeline = aTimeline();
    timeline.after(10, () => undefined);
    timeline.after(20, () => undefined);
    await timeline.run(10_000, () => timeline.now() >= 1_010);
    expect([timeline.now(), timeline.events()]).toEqual([1_010, 1]);
  });
});

describe('a process', () => {
  it('sleeps by its own clock, and wakes at once when it is called', async () => {
    const timeline = aTimeline();
    const process = createProcess({ name: 'a', timeline, skewMs: -4_000 });
    const seen: string[] = [];
    const leaving = new AbortController();
    void process.clock.sleep(50).then(() => seen.push(`slept until ${process.clock.now()}`));
    void process.clock.sleep(5_000, leaving.signal).then(() => seen.push(`called at ${process.clock.now()}`));
    timeline.after(20, () => leaving.abort());
    await timeline.run(60_000, never);
    expect(seen).toEqual(['called at -2980', 'slept until -2950']);
  });

  it('gets nothing any more when it is dead, and everything at once when it thaws', async () => {
    const timeline = aTimeline();
    const seen: string[] = [];
    const [dead, frozen] = ['dead', 'frozen'].map((name) => createProcess({ name, timeline, skewMs: 0 }));
    for (const process of [dead, frozen])
      for (const ms of [10, 20])
        void process?.clock.sleep(ms).then(() => seen.push(`${process.name} ${timeline.now()}`));
    dead?.onDeath(() => seen.push('mourned'));
    timeline.after(5, () => {
      dead?.die();
      dead?.die();
      frozen?.freeze(1_000);
    });
    await timeline.run(60_000, never);
    expect(seen).toEqual(['mourned', 'frozen 2005', 'frozen 2005']);
  });
});
