import { request as sendHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import type { EmbeddedClock } from '../clock.ts';
import type { FunctionLogs } from '../lambda/function-log.ts';
import type { GuardedProcess, ProcessGuard } from '../lambda/process-guard.ts';

/** An AgentCore runtime of the template. */
export interface RuntimeSpec {
  readonly name: string;
  readonly arn: string;
  readonly imageDir: string;
  /** Arguments of `node`. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** A session without work ends after this long. */
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
}

/** What sessions need. */
export interface SessionDeps {
  readonly guard: ProcessGuard;
  readonly logs: FunctionLogs;
  readonly clock: EmbeddedClock;
  /** Ends sessions earlier than the template says, so that a test sees the end of a life. */
  readonly maxLifetimeMs?: number;
}

/** The answer of a container, its body still arriving. */
export interface ContainerAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
}

/** One process that stands for one session's microVM. */
export interface ContainerSession {
  readonly pid: number;
  /** @throws when the process died before it answered. */
  invoke(body: Buffer, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<ContainerAnswer>;
  /** Ends it: SIGTERM, and after 15 s of real time SIGKILL. */
  stop(): Promise<void>;
  readonly gone: Promise<void>;
}

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 15_000;
const PING_EVERY_MS = 20;
const DEATH_KNOWN_WITHIN_MS = 250;

/** Starts the container's program and waits until GET /ping is healthy. @throws when it is not within 120 s, or exits. */
export const startSession = async (spec: RuntimeSpec, deps: SessionDeps): Promise<ContainerSession> => {
  const port = await freePort();
  const child = deps.guard.spawn({
    args: spec.args,
    cwd: spec.imageDir,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC', ...spec.environment, PORT: String(port) },
  });
  deps.logs.collect(spec.name, child.stdout);
  deps.logs.collect(spec.name, child.stderr);
  await untilHealthy(spec, child, port);
  const { clock } = deps;
  const lifeMs = deps.maxLifetimeMs ?? spec.maxLifetimeMs;
  const startedAtMs = clock.now();
  let lastActiveMs = startedAtMs;
  let inFlight = 0;
  let stopping = false;

  const stop = async (): Promise<void> => {
    stopping = true;
    cancelCheck();
    child.terminate();
    const force = setTimeout(() => child.kill(), STOP_LIMIT_MS);
    await child.exited;
    clearTimeout(force);
  };
  // Work is an invocation in flight or a ping that says HealthyBusy; only time without either counts as idle.
  const check = async (): Promise<void> => {
    if (stopping) return;
    const ping = await readPing(port);
    if (inFlight > 0 || ping.status === 'HealthyBusy') lastActiveMs = clock.now();
    if (ping.changedAtMs !== null && ping.changedAtMs <= clock.now()) {
      lastActiveMs = Math.max(lastActiveMs, ping.changedAtMs);
    }
    const isOver = clock.now() - lastActiveMs >= spec.idleTimeoutMs || clock.now() - startedAtMs >= lifeMs;
    if (!isOver) return arm();
    deps.logs.write(spec.name, `Session process ${child.pid} ends: idle or at the end of its life.`);
    await stop();
  };
  const arm = (): void => {
    const nextMs = Math.min(
      lastActiveMs + spec.idleTimeoutMs,
      startedAtMs + lifeMs,
      clock.now() + Math.max(1000, spec.idleTimeoutMs / 8),
    );
    cancelCheck = clock.schedule(nextMs, () => void check());
  };
  let cancelCheck: () => void = () => undefined;
  arm();
  const gone = child.exited.then((end) => {
    cancelCheck();
    if (!stopping)
      deps.logs.write(spec.name, `Session process ${child.pid} ended by itself: ${end ?? 'exit status 0'}.`);
  });

  return {
    pid: child.pid,
    gone,
    stop,
    async invoke(body, headers, signal) {
      inFlight += 1;
      const done = (): void => {
        inFlight -= 1;
        lastActiveMs = clock.now();
      };
      try {
        const answer = await send(port, 'POST', '/invocations', body, headers, signal);
        answer.once('close', done);
        return { status: answer.statusCode ?? 500, headers: answer.headers, body: answer };
      } catch (error) {
        done();
        // A dying process cuts its connections before its end is known; the next call must not meet the dead session.
        if (!signal.aborted) await Promise.race([gone, pause(DEATH_KNOWN_WITHIN_MS)]);
        throw error;
      }
    },
  };
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const untilHealthy = async (spec: RuntimeSpec, child: GuardedProcess, port: number): Promise<void> => {
  let end: string | null | undefined;
  void child.exited.then((reason) => (end = reason));
  // Starting is a matter of this machine's time, whatever the clock of the services says.
  const deadlineMs = Date.now() + START_LIMIT_MS;
  for (;;) {
    const { status } = await readPing(port);
    if (status !== null) return;
    if (end !== undefined) throw new Error(`${spec.name} ended before it was healthy: ${end ?? 'exit status 0'}.`);
    if (Date.now() > deadlineMs) {
      child.kill();
      throw new Error(`${spec.name} was not healthy within ${START_LIMIT_MS / 1000} s.`);
    }
    await pause(PING_EVERY_MS);
  }
};

interface Ping {
  readonly status: string | null;
  readonly changedAtMs: number | null;
}

const readPing = async (port: number): Promise<Ping> => {
  try {
    const answer = await send(port, 'GET', '/ping', null, {}, AbortSignal.timeout(5000));
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    if (answer.statusCode !== 200) return { status: null, changedAtMs: null };
    const ping = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      status?: string;
      time_of_last_update?: number;
    };
    const { status = 'Healthy', time_of_last_update: changedAtS } = ping;
    return { status, changedAtMs: changedAtS === undefined ? null : changedAtS * 1000 };
  } catch {
    // Not listening yet, or not any more: the process's exit tells which.
    return { status: null, changedAtMs: null };
  }
};

const send = (
  port: number,
  method: string,
  path: string,
  body: Buffer | null,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'content-length': body.length };
    const sent = sendHttp({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { ...headers, ...length },
      signal,
      agent: false,
    });
    sent.on('response', resolve).on('error', reject);
    sent.end(body ?? undefined);
  });

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
