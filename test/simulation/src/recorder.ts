import type { Log, Metrics } from '@agent-claw/core';
import type { Process } from './process.ts';
import type { RemoteDeps } from './remote-call.ts';
import type { Alarm } from './sightings.ts';

/** What the services say of themselves: log lines and alarms of processes that live. */
export interface Recorder {
  readonly logFor: (process: Process) => Log;
  readonly metricsFor: (process: Process, laneId?: string) => Metrics;
  readonly recover: (what: string) => void;
  /** How often each way of recovering ran. */
  readonly recovered: Readonly<Record<string, number>>;
  readonly alarms: readonly Alarm[];
}

export const createRecorder = ({
  timeline,
  note,
  turnOf,
  tell,
}: Pick<RemoteDeps, 'timeline' | 'note'> & {
  readonly turnOf: (process: Process) => string | undefined;
  readonly tell: (problem: string) => void;
}): Recorder => {
  const alarms: Alarm[] = [];
  const recovered: Record<string, number> = {};
  const recover = (what: string): void => void (recovered[what] = (recovered[what] ?? 0) + 1);

  const logFor = (process: Process): Log => {
    const write = (event: string, error?: unknown): void => {
      if (!process.isAlive()) return;
      recover(event);
      note(process.name, `log ${event}${error instanceof Error ? `: ${error.message}` : ''}`);
    };
    const log: Log = {
      info: (event, fields) => {
        if (event === 'leg_ended') write(`leg_${String(fields?.['outcome'])}`);
        if (event === 'part_found') write(event);
      },
      warn: (event) => write(event),
      error: (event, error) => {
        if (error instanceof TypeError || error instanceof ReferenceError)
          tell(`${process.name}: ${event}: ${error.stack}`);
        write(event, error);
      },
      with: () => log,
    };
    return log;
  };

  const metricsFor = (process: Process, laneId?: string): Metrics => ({
    count: (name) => {
      if (!process.isAlive()) return;
      note(process.name, `ALARM ${name}`);
      recover(name);
      alarms.push({ atMs: timeline.now(), name, ...(laneId === undefined ? {} : { laneId, turnId: turnOf(process) }) });
    },
  });

  return { logFor, metricsFor, recover, recovered, alarms };
};
