import { randomUUID } from 'node:crypto';
import {
  startEnvironment,
  type EnvironmentDeps,
  type ExecutionEnvironment,
  type FunctionSpec,
  type InvokeResult,
} from './execution-environment.ts';

/** Runs one function in as many environments as there are events at once, up to its limit. */
export interface FunctionHost {
  readonly spec: FunctionSpec;
  /**
   * Runs the handler once. With reserved concurrency a full house answers `throttled`, as on AWS; without, the call waits
   * in line, because the account's real limit is far above what one machine can start.
   */
  invoke(event: string, requestId?: string): Promise<InvokeResult>;
  /** How many processes there are. */
  environments(): number;
  close(): Promise<void>;
}

/** What a host needs. */
export interface FunctionHostDeps extends EnvironmentDeps {
  /** Environments per function without reserved concurrency. Default 10. */
  readonly maxEnvironments?: number;
  /** How long an idle environment is kept. Default 10 minutes. */
  readonly idleMs?: number;
}

/** @returns a host with no process yet: the first event starts it, as a cold start does. */
export const createFunctionHost = (spec: FunctionSpec, deps: FunctionHostDeps): FunctionHost => {
  const limit = spec.reservedConcurrency ?? deps.maxEnvironments ?? 10;
  const idleMs = deps.idleMs ?? 600_000;
  const all = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const line: (() => void)[] = [];
  const idleTimers = new Map<ExecutionEnvironment, NodeJS.Timeout>();
  let starting = 0;
  let closed = false;

  const rest = (environment: ExecutionEnvironment): void => {
    idle.push(environment);
    // Processes live in real time, whatever the clock of the services says.
    idleTimers.set(environment, setTimeout(() => environment.kill(), idleMs).unref());
    line.shift()?.();
  };
  const forget = (environment: ExecutionEnvironment): void => {
    all.delete(environment);
    clearTimeout(idleTimers.get(environment));
    idleTimers.delete(environment);
    const at = idle.indexOf(environment);
    if (at !== -1) idle.splice(at, 1);
    line.shift()?.();
  };
  const start = async (): Promise<ExecutionEnvironment> => {
    starting += 1;
    try {
      const environment = await startEnvironment(spec, deps);
      all.add(environment);
      void environment.gone.then(() => forget(environment));
      return environment;
    } finally {
      starting -= 1;
    }
  };
  const take = async (): Promise<ExecutionEnvironment | null> => {
    for (;;) {
      // The most recently used one first: the others can age out.
      const warm = idle.pop();
      if (warm !== undefined) {
        clearTimeout(idleTimers.get(warm));
        return warm;
      }
      if (all.size + starting < limit) {
        const environment = await start();
        await environment.ready();
        return environment;
      }
      if (spec.reservedConcurrency !== null) return null;
      await new Promise<void>((resolve) => line.push(resolve));
      if (closed) throw new Error(`Invoking ${spec.name} failed: the embedded cloud is stopping.`);
    }
  };

  return {
    spec,
    environments: () => all.size,
    async invoke(event, requestId = randomUUID()) {
      const environment = await take();
      if (environment === null) return { kind: 'throttled' };
      const result = await environment.invoke({ requestId, event });
      // One that died is forgotten elsewhere; waiting for its end here makes the next event start a new one.
      if (await environment.ready()) rest(environment);
      return result;
    },
    async close() {
      closed = true;
      for (const resume of line.splice(0)) resume();
      const ends = [...all].map((environment) => environment.gone);
      for (const environment of all) environment.kill();
      await Promise.all(ends);
    },
  };
};
