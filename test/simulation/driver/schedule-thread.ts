import { Worker } from 'node:worker_threads';
import type { ScheduleResult } from '../src/run-schedule.ts';
import type { Bundle } from './bundle-simulation.ts';
import type { ScheduleOrder } from './schedule-worker.ts';

/** A schedule takes some ten milliseconds; one that takes this long does not end. */
const STUCK_MS = 30_000;

/** Runs one schedule at a time on a core of its own. */
export interface ScheduleThread extends AsyncDisposable {
  /** Never rejects: a schedule that throws or does not end has that for its problem. */
  run(order: ScheduleOrder): Promise<ScheduleResult>;
}

export const openThread = (bundle: Bundle): ScheduleThread => {
  const state = { ...startWorker(bundle) };
  return {
    run: async (order) => {
      try {
        return await state.answer(order);
      } catch (error) {
        await state.stop();
        Object.assign(state, startWorker(bundle));
        const problem = `The schedule broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
        return { seed: order.seed, problems: [problem], fired: {}, recovered: {}, history: [], events: 0 };
      }
    },
    [Symbol.asyncDispose]: () => state.stop(),
  };
};

const startWorker = ({ file }: Bundle) => {
  const worker = new Worker(file);
  let asked = Promise.withResolvers<ScheduleResult>();
  worker.on('message', (result: ScheduleResult) => asked.resolve(result));
  worker.on('error', (error) => asked.reject(error));
  worker.on('exit', (code) => asked.reject(new Error(`its thread ended with code ${code}`)));
  return {
    answer: async (order: ScheduleOrder): Promise<ScheduleResult> => {
      asked = Promise.withResolvers();
      const stuck = setTimeout(() => asked.reject(new Error(`no end after ${STUCK_MS / 1000} s`)), STUCK_MS);
      worker.postMessage(order);
      try {
        return await asked.promise;
      } finally {
        clearTimeout(stuck);
      }
    },
    stop: async (): Promise<void> => {
      // Nobody waits for an answer any more: the end of the thread is no failure.
      asked.promise.catch(() => undefined);
      await worker.terminate();
    },
  };
};
