// A thread's own program. Bundled together with the simulation, so that a planted bug reaches all of it.
import { parentPort } from 'node:worker_threads';
import { runSchedule } from '../src/run-schedule.ts';

export interface ScheduleOrder {
  readonly seed: number;
  readonly keepHistory: boolean;
}

parentPort?.on('message', ({ seed, keepHistory }: ScheduleOrder) => {
  // A schedule that throws ends the thread; the driver reports it under the seed that it has asked for.
  void runSchedule(seed, { keepHistory }).then((result) => parentPort?.postMessage(result));
});
