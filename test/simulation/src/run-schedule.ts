import { judge } from './judge.ts';
import { playSchedule } from './play-schedule.ts';

export interface ScheduleResult {
  readonly seed: number;
  /** What is wrong, in short sentences; empty when every promise was kept. */
  readonly problems: readonly string[];
  /** How often each fault had its effect on a live call. */
  readonly fired: Readonly<Record<string, number>>;
  /** How often each way of recovering ran, by the event it logs. */
  readonly recovered: Readonly<Record<string, number>>;
  /** One line per event, in virtual time; empty unless asked for. */
  readonly history: readonly string[];
  readonly events: number;
}

/** Plays one schedule and judges it. The same seed plays the same schedule. */
export const runSchedule = async (
  seed: number,
  { keepHistory = false }: { readonly keepHistory?: boolean } = {},
): Promise<ScheduleResult> => {
  const { sightings, fired, recovered, history, events } = await playSchedule(seed, keepHistory);
  return { seed, problems: judge(sightings), fired, recovered, history, events };
};
