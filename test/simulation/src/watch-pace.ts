import type { Process } from './process.ts';
import type { Timeline } from './timeline.ts';

/** Calls that show something in a chat. */
const SHOWING = /^T\.(?:send|edit)$/u;

/** Watches that a process keeps the distance between what it shows in a chat. @returns what to tell of each such call. */
export const watchPace = (timeline: Timeline, tell: (problem: string) => void) => {
  const shownAtMs = new Map<string, number>();
  return (process: Process, laneId: string, call: string, what: string): void => {
    if (!SHOWING.test(call)) return;
    const key = `${process.name}/${laneId}`;
    const gapMs = timeline.now() - (shownAtMs.get(key) ?? Number.NEGATIVE_INFINITY);
    shownAtMs.set(key, timeline.now());
    const leastMs = laneId.includes(':-') ? 3_200 : 1_200;
    if (gapMs < leastMs) tell(`${process.name} calls "${what}" ${gapMs} ms after the one before`);
  };
};
