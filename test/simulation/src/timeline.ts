import type { Random } from './random.ts';

/** Virtual time: a heap of things to happen, run one by one. */
export interface Timeline {
  readonly now: () => number;
  /** How many things have happened. */
  readonly events: () => number;
  /** `happen` returns false when it turned out to be void: then nothing has to settle. */
  at(atMs: number, happen: () => boolean | void): void;
  after(ms: number, happen: () => boolean | void): void;
  /** Lets things happen until `isOver` says so, or nothing is left, or a thing after `untilMs` would be next. */
  run(untilMs: number, isOver: () => boolean): Promise<void>;
}

interface Happening {
  readonly atMs: number;
  readonly tie: number;
  readonly happen: () => boolean | void;
}

const isBefore = (a: Happening, b: Happening): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie);

/** Things of one millisecond happen in a seeded order. */
export const createTimeline = (startMs: number, random: Random): Timeline => {
  const heap: Happening[] = [];
  let nowMs = startMs;
  let events = 0;

  const push = (item: Happening): void => {
    let index = heap.length;
    heap.push(item);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above] as Happening;
      if (!isBefore(item, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = item;
  };

  const pop = (): Happening | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Happening, heap[below] as Happening)) below += 1;
      const child = heap[below] as Happening;
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
    return top;
  };

  const at: Timeline['at'] = (atMs, happen) => push({ atMs: Math.max(atMs, nowMs), tie: random.next(), happen });

  return {
    now: () => nowMs,
    events: () => events,
    at,
    after: (ms, happen) => at(nowMs + ms, happen),
    run: (untilMs, isOver) =>
      new Promise((resolve, reject) => {
        const step = (): void => {
          try {
            if (isOver()) return resolve();
            for (;;) {
              const next = heap[0];
              if (next === undefined || next.atMs > untilMs) return resolve();
              pop();
              nowMs = next.atMs;
              if (next.happen() === false) continue;
              events += 1;
              // The event loop is entered only when no microtask is left: whatever can go on without time has gone on.
              setImmediate(step);
              return;
            }
          } catch (error) {
            reject(error);
          }
        };
        setImmediate(step);
      }),
  };
};
