import { manualClock } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { chatPaces, startPace } from './pace.ts';

const never = new AbortController().signal;

const aPace = (everyMs = 1_200) => {
  const clock = manualClock();
  const startMs = clock.now();
  const pace = startPace(clock, everyMs);
  const calls: (readonly [who: string, atMs: number])[] = [];
  const call = async (who: string, over = never): Promise<void> => {
    await pace.take(over);
    if (!over.aborted) calls.push([who, clock.now() - startMs]);
  };
  return { clock, pace, calls, call };
};

describe('the pace of a chat', () => {
  it('lets the first call through at once, and keeps the distance between all others, first come first served', async () => {
    const { clock, calls, call } = aPace();
    for (const who of ['a', 'b', 'c']) void call(who);
    await clock.advance(1_500);
    void call('d');
    await clock.advance(10_000);
    void call('e');
    await clock.advance(0);
    expect(calls).toEqual([
      ['a', 0],
      ['b', 1_200],
      ['c', 2_400],
      ['d', 3_600],
      ['e', 11_500],
    ]);
  });

  it('asks a courtesy to wait for the distance, and longer while somebody stands in line', async () => {
    const { clock, pace, call } = aPace();
    const pauses = [pace.pauseMs()];
    void call('a');
    pauses.push(pace.pauseMs());
    await clock.advance(200);
    void call('b');
    pauses.push(pace.pauseMs());
    await clock.advance(1_000);
    pauses.push(pace.pauseMs());
    await clock.advance(1_200);
    expect([...pauses, pace.pauseMs()]).toEqual([0, 1_200, 2_200, 1_200, 0]);
  });

  it('takes no moment for who leaves the line, which the next one gets', async () => {
    const { clock, calls, call } = aPace();
    const gone = new AbortController();
    void call('a');
    void call('b', gone.signal);
    await clock.advance(500);
    gone.abort();
    void call('c');
    await clock.advance(5_000);
    expect(calls).toEqual([
      ['a', 0],
      ['c', 1_200],
    ]);
  });

  it('waits for a free moment without taking it', async () => {
    const { clock, pace, calls, call } = aPace();
    void call('a');
    const free = pace.free(never).then(() => call('b'));
    await clock.advance(5_000);
    await free;
    expect(calls).toEqual([
      ['a', 0],
      ['b', 1_200],
    ]);
  });

  it('counts from the request itself, a repeated one too, and not one that is withheld', async () => {
    const { clock, pace, calls, call } = aPace();
    await pace.take(never);
    await clock.advance(700);
    // The secret took a while to read; then the request was refused and repeated.
    const answers = [pace.noting(() => 9_000)(), pace.pauseMs()];
    await clock.advance(300);
    answers.push(pace.noting(() => 9_000)(), pace.pauseMs());
    await clock.advance(300);
    answers.push(pace.noting(() => null)(), pace.pauseMs());
    expect(answers).toEqual([9_000, 1_200, 9_000, 1_200, null, 900]);
    void call('next');
    await clock.advance(5_000);
    expect(calls).toEqual([['next', 2_200]]);
  });
});

describe('the paces of all chats', () => {
  const at = (place: string, thread?: string) =>
    ({ channel: 'tg', account: '7000', place, ...(thread === undefined ? {} : { thread }) }) as const;

  it('are one for each chat, its topics included: slower in a group', async () => {
    const paces = chatPaces(manualClock());
    for (const place of [at('1'), at('-5', '17')]) await paces(place).take(never);
    expect([at('1'), at('2'), at('-5'), at('-5', '18'), at('-6')].map((place) => paces(place).pauseMs())).toEqual([
      1_200, 0, 3_200, 3_200, 0,
    ]);
  });

  it('forget the chat that was looked at longest ago when there are too many', async () => {
    const paces = chatPaces(manualClock());
    for (const place of ['1', '2']) await paces(at(place)).take(never);
    for (let place = 100; place < 299; place += 1) paces(at(String(place)));
    expect([paces(at('2')).pauseMs(), paces(at('1')).pauseMs()]).toEqual([1_200, 0]);
  });

  it('do not hold up a chat when the clock is set back', async () => {
    const clock = manualClock();
    const state = { backMs: 0 };
    const pace = startPace({ ...clock, now: () => clock.now() - state.backMs }, 1_200);
    await pace.take(never);
    state.backMs = 3_600_000;
    expect(pace.pauseMs()).toBe(1_200);
    await clock.advance(1_200);
    expect(pace.pauseMs()).toBe(0);
  });
});
