import { RetryableError } from '@agent-claw/core';
import type { AgentRuntime, RuntimeSessionId, TurnCall, TurnEvent } from '@agent-claw/core';
import type { TurnTable } from '@agent-claw/agent-container/turn-table';
import { createProcess } from './process.ts';
import type { Process } from './process.ts';
import { remote } from './remote-call.ts';
import type { RemoteDeps } from './remote-call.ts';

/** AgentCore: one microVM per session id, with the container's own turn table in it. */
export interface FakeSessions {
  /** The runtime as this process reaches it. */
  runtimeFor(process: Process): AgentRuntime;
  /** Whether a turn runs in any microVM of this lane. */
  busy(laneId: string): boolean;
}

interface MicroVm {
  readonly process: Process;
  readonly table: TurnTable;
  readonly streams: Set<Stream>;
  readonly laneId: string;
  usedAtMs: number;
}

/** Events on their way from a microVM to a viewer. */
interface Stream {
  push(event: TurnEvent): void;
  end(): void;
}

const IDLE_MS = 15 * 60_000;
const SILENCE_MS = 40_000;
const LATENCY: readonly [number, number] = [20, 300];

export const createFakeSessions = (
  deps: RemoteDeps & {
    readonly tableFor: (process: Process) => TurnTable;
    readonly skewMs: () => number;
    readonly lifeMs: number;
  },
): FakeSessions => {
  const { timeline, random, faults, note } = deps;
  const machines = new Map<RuntimeSessionId, MicroVm>();
  const state = { count: 0 };

  const end = (session: RuntimeSessionId, machine: MicroVm): void => {
    if (machines.get(session) === machine) machines.delete(session);
    machine.process.die();
  };

  const machineFor = (session: RuntimeSessionId, laneId: string): MicroVm => {
    const known = machines.get(session);
    if (known !== undefined) {
      const isIdle = timeline.now() - known.usedAtMs > IDLE_MS && !known.table.status().busy;
      const endsEarly = !isIdle && !known.table.status().busy && faults.on('A7.idle_end');
      if (!isIdle && !endsEarly) return known;
      if (endsEarly) faults.fire('A7.idle_end');
      note(known.process.name, 'ends: idle');
      end(session, known);
    }
    const process = createProcess({ name: `vm${++state.count}`, timeline, skewMs: deps.skewMs() });
    const machine: MicroVm = {
      process,
      table: deps.tableFor(process),
      streams: new Set(),
      laneId,
      usedAtMs: timeline.now(),
    };
    machines.set(session, machine);
    process.onDeath(() => {
      if (machines.get(session) === machine) machines.delete(session);
      for (const stream of machine.streams) stream.end();
    });
    note(process.name, `starts for session ${session.slice(0, 10)}`);
    timeline.after(deps.lifeMs, () => {
      if (!process.isAlive()) return false;
      faults.fire('A7.life_end');
      note(process.name, 'FAULT A7.life_end');
      if (machines.get(session) === machine) machines.delete(session);
      // Some ends come with a warning.
      if (random.chance(0.5)) process.die();
      else void machine.table.drain(8_000).then(() => process.die());
      return true;
    });
    return machine;
  };

  /** The events of one call, as they come through the network. */
  const view = async function* view(
    viewer: Process,
    machine: MicroVm,
    call: TurnCall,
    signal: AbortSignal,
  ): AsyncGenerator<TurnEvent> {
    const arrived: TurnEvent[] = [];
    const gone = new AbortController();
    let isOver = false;
    let isStalled = false;
    let wake: (() => void) | undefined;
    const rouse = (): void => {
      const waiting = wake;
      wake = undefined;
      waiting?.();
    };
    const finish = (): void => {
      machine.streams.delete(stream);
      viewer.deliver(() => {
        isOver = true;
        rouse();
      });
    };
    const stream: Stream = {
      push: (event) => {
        if (isStalled || isOver) return;
        if (faults.on('A5.silent_stall')) {
          faults.fire('A5.silent_stall');
          note(viewer.name, 'FAULT A5.silent_stall');
          isStalled = true;
          return timeline.after(SILENCE_MS, finish);
        }
        if (faults.on('A4.stream_cut')) {
          faults.fire('A4.stream_cut');
          note(viewer.name, 'FAULT A4.stream_cut');
          isStalled = true;
          return finish();
        }
        viewer.deliver(() => {
          arrived.push(event);
          rouse();
        });
        if (faults.on('A6.container_death')) {
          faults.fire('A6.container_death');
          note(machine.process.name, 'FAULT A6.container_death');
          machine.process.die();
        }
      },
      end: finish,
    };
    if (machine.streams.size > 0) faults.fire('A9.two_viewers');
    machine.streams.add(stream);
    viewer.onDeath(() => {
      if (machine.streams.delete(stream) && machine.table.status().busy) faults.fire('A10.run_without_runner');
      gone.abort();
    });
    const pump = async (): Promise<void> => {
      try {
        for await (const event of machine.table.turn(call, gone.signal)) stream.push(event);
      } catch (error) {
        // The container's server cuts the stream when the table throws.
        note(machine.process.name, `breaks off: ${String(error)}`);
      }
      machine.usedAtMs = timeline.now();
      stream.end();
    };
    void pump();
    const leave = (): void => rouse();
    signal.addEventListener('abort', leave, { once: true });
    try {
      for (;;) {
        for (let event = arrived.shift(); event !== undefined; event = arrived.shift()) {
          if (signal.aborted) return;
          yield event;
        }
        if (isOver || signal.aborted) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', leave);
      isStalled = true;
      machine.streams.delete(stream);
      gone.abort();
    }
  };

  const ended = async (): Promise<never> => {
    throw new RetryableError('The session is ending. Ask again.');
  };

  return {
    busy: (laneId) =>
      [...machines.values()].some((machine) => machine.laneId === laneId && machine.table.status().busy),
    runtimeFor: (process) => {
      const until = <T>(signal: AbortSignal, asked: Promise<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          const leave = (): void => reject(new RetryableError('The call was given up.'));
          asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
          if (signal.aborted) leave();
          else signal.addEventListener('abort', leave, { once: true });
        });
      return {
        turn: async function* turn(session, call, signal) {
          const asked = remote(
            deps,
            process,
            'A.turn',
            async () => {
              const machine = machineFor(session, call.laneId);
              machine.usedAtMs = timeline.now();
              if (machine.process.isFrozen()) return ended();
              if (!faults.on('A3.begun_answer_lost')) return view(process, machine, call, signal);
              faults.fire('A3.begun_answer_lost');
              note(process.name, 'FAULT A3.begun_answer_lost');
              // Asked and begun; nobody reads it.
              const nobody = new AbortController();
              const unread = machine.table.turn(call, nobody.signal)[Symbol.asyncIterator]();
              unread.next().catch(() => undefined);
              nobody.abort();
              // Now and then the caller learns it late, after the run, and from the end of the microVM.
              if (random.chance(0.4)) {
                await new Promise<void>((resolve) => timeline.after(random.int(3_000, 30_000), resolve));
                if (random.chance(0.7)) machine.process.die();
              }
              throw new RetryableError('The call had no answer.');
            },
            { latencyMs: LATENCY },
          );
          yield* await until(signal, asked);
        },
        steer: (session, call, signal) =>
          until(
            signal,
            remote(deps, process, 'A.steer', async () => machineFor(session, call.laneId).table.steer(call), {
              latencyMs: LATENCY,
            }),
          ),
        stop: (session, call, signal) =>
          until(
            signal,
            remote(deps, process, 'A.stop', async () => machineFor(session, call.laneId).table.stop(call), {
              latencyMs: LATENCY,
            }),
          ),
        endSession: async (session) => {
          const machine = machines.get(session);
          if (machine !== undefined) end(session, machine);
        },
      };
    },
  };
};
