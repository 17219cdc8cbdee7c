import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallCount, Fault, FaultMatch } from '@agent-claw/embedded-aws';

const CHILD = fileURLToPath(new URL('./local-child.ts', import.meta.url));

type ErrorFault = 'error_before' | 'error_after';
/** A fault on its way to the system's process: an error travels as its code, status and text. */
export type SentFault =
  | Exclude<Fault, { readonly kind: ErrorFault }>
  | { readonly kind: ErrorFault; readonly code: string; readonly status: number; readonly message?: string };

/** What a test tells the system's process, and what it answers. */
export type Order =
  | { readonly order: 'inject'; readonly match: FaultMatch; readonly fault: SentFault; readonly times?: number }
  | { readonly order: 'heal' }
  | { readonly order: 'calls' }
  | { readonly order: 'tick'; readonly kind: 'heartbeat' | 'sweep'; readonly scheduledAt: string };
export type Report =
  | ({ readonly report: 'ready' } & Whereabouts)
  | { readonly report: 'failed'; readonly reason: string }
  | { readonly report: 'injected' }
  | { readonly report: 'healed'; readonly fired: number }
  | { readonly report: 'calls'; readonly calls: readonly CallCount[] }
  | { readonly report: 'ticked'; readonly outcome: string }
  | { readonly report: 'log'; readonly line: string };

/** Where the running system is found. */
export interface Whereabouts {
  readonly url: string;
  readonly workspaceFolder: string;
  /** What makes the first who follows it the owner, when the system was started without one. */
  readonly claimLink: string | undefined;
  /** What an SDK client of the owner is made with: it may do everything at the embedded endpoint. */
  readonly aws: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** What `Ref` gives for each resource of the stack, by logical id. */
  readonly refs: Readonly<Record<string, string>>;
}

/** The whole local system in a process tree of its own, as `npm start` runs it. */
export interface SystemUnderTest extends AsyncDisposable, Whereabouts {
  /** Lines that the system printed. */
  output(): string;
  /** What the functions logged since this start. */
  logs(): string;
  inject(match: FaultMatch, fault: SentFault, times?: number): Promise<void>;
  /** Switches every fault off. @returns how often they had fired. */
  heal(): Promise<number>;
  /** Every call that was counted at the endpoint. */
  calls(): Promise<readonly CallCount[]>;
  /** How often a function or the container called an AWS action, as counted at the endpoint. */
  callsOf(principal: RegExp, action: string): Promise<number>;
  /** The schedule fires, for this time. @returns the heartbeat's outcome. */
  tick(scheduledAt: string): Promise<unknown>;
  /** The sweep fires out of its turn. @returns its outcome. */
  sweep(): Promise<unknown>;
  /** `kill -9` of the whole tree: no handler runs, nothing is flushed. */
  killTree(): Promise<void>;
}

export interface StartOptions {
  readonly dataDir: string;
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** More flags of `npm start`. */
  readonly flags?: readonly string[];
}

export const temporaryFolder = (): { readonly path: string } & Disposable => {
  const path = mkdtempSync(join(tmpdir(), 'agent-claw-e2e-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
};

/** A port that was free a moment ago, for a system that has to come back at the same address. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const nextReport = <K extends Report['report']>(
  child: ChildProcess,
  wanted: K,
  output: () => string,
): Promise<Extract<Report, { report: K }>> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onMessage = (message: Report): void => {
      if (message.report === 'failed') {
        stop();
        reject(new Error(`The system did not start: ${message.reason}\n${output()}`));
      } else if (message.report === wanted) {
        stop();
        resolve(message as Extract<Report, { report: K }>);
      }
    };
    const onExit = (code: number | null): void => {
      stop();
      reject(new Error(`The system ended with ${code} while a test waited for "${wanted}".\n${output()}`));
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });

export const startSystem = async (options: StartOptions): Promise<SystemUnderTest> => {
  const args = [
    '--data-dir',
    options.dataDir,
    '--port',
    String(options.port ?? 0),
    '--model',
    'demo',
    '--no-open',
    ...(options.flags ?? []),
  ];
  const child = fork(CHILD, args, {
    execArgv: ['--conditions=@app/source'],
    // A group of its own, so that the whole tree can be killed at once.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], HOME: options.dataDir, ...options.environment },
  });
  const lines: string[] = [];
  const logs: string[] = [];
  const output = (): string => lines.join('').slice(-20_000);
  child.stdout?.on('data', (chunk: Buffer) => lines.push(chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => lines.push(chunk.toString('utf8')));
  child.on('message', (message: Report) => {
    if (message.report === 'log') logs.push(message.line);
  });
  const ready = await nextReport(child, 'ready', output);
  const ask = async <K extends Report['report']>(order: Order, wanted: K): Promise<Extract<Report, { report: K }>> => {
    const report = nextReport(child, wanted, output);
    child.send(order);
    return report;
  };
  const gone = (): Promise<void> =>
    new Promise((resolve) =>
      child.exitCode === null && child.signalCode === null ? child.once('exit', () => resolve()) : resolve(),
    );
  const calls = async (): Promise<readonly CallCount[]> => (await ask({ order: 'calls' }, 'calls')).calls;
  const tick = async (kind: 'heartbeat' | 'sweep', scheduledAt: string): Promise<unknown> =>
    JSON.parse((await ask({ order: 'tick', kind, scheduledAt }, 'ticked')).outcome) as unknown;
  const { url, workspaceFolder, claimLink, aws, refs } = ready;
  return {
    url,
    workspaceFolder,
    claimLink,
    aws,
    refs,
    output,
    logs: () => logs.join('\n'),
    inject: async (match, fault, times) => {
      await ask({ order: 'inject', match, fault, ...(times === undefined ? {} : { times }) }, 'injected');
    },
    heal: async () => (await ask({ order: 'heal' }, 'healed')).fired,
    calls,
    callsOf: async (principal, action) =>
      (await calls())
        .filter((call) => principal.test(call.principal) && call.action === action)
        .reduce((sum, { count }) => sum + count, 0),
    tick: (scheduledAt) => tick('heartbeat', scheduledAt),
    sweep: () => tick('sweep', new Date().toISOString()),
    killTree: async () => {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await gone();
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await gone();
    },
  };
};
