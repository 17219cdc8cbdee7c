import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** What a child process gets; nothing of this process's environment leaks into it. */
export interface GuardedSpawn {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A child that cannot outlive this process, not even frozen, not even after kill -9. */
export interface GuardedProcess {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Why it ended: `exit status 1`, `signal: killed`, or null for a plain exit 0. */
  readonly exited: Promise<string | null>;
  freeze(): void;
  thaw(): void;
  terminate(): void;
  kill(): void;
}

/** Starts Node processes and makes sure that they die with this one. */
export interface ProcessGuard {
  spawn(options: GuardedSpawn): GuardedProcess;
  /** Kills every child and waits for their end. */
  close(): Promise<void>;
}

const canFreeze = process.platform !== 'win32';

// A frozen child cannot notice that its parent died. This shell can: its standard input ends, and it kills what is on its list.
const WATCHDOG = `trap '' HUP INT TERM
pids=' '
while read -r op pid; do
  case $op in
    +) pids="$pids$pid " ;;
    -) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
  esac
done
for pid in $pids; do kill -KILL "-$pid" 2>/dev/null; done`;

/** @returns a guard with no children yet; its watchdog starts with the first one. */
export const createProcessGuard = (): ProcessGuard => {
  const children = new Map<number, GuardedProcess>();
  let watchdog: ChildProcess | null = null;
  let closing = false;

  const watch = (): ChildProcess => {
    const started = spawn('/bin/sh', ['-c', WATCHDOG], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {},
    });
    started.unref();
    // A watchdog that was killed is replaced at the next line written to it.
    const lost = (): void => {
      if (watchdog === started) watchdog = null;
    };
    started.on('error', lost).on('exit', lost);
    started.stdin?.on('error', lost);
    for (const pid of children.keys()) started.stdin?.write(`+ ${pid}\n`);
    return started;
  };
  const tell = (line: string): void => {
    if (!canFreeze) return;
    watchdog ??= watch();
    watchdog.stdin?.write(`${line}\n`);
  };

  return {
    spawn({ args, cwd, env }) {
      if (closing) throw new Error(`Starting node ${args.join(' ')} failed: the embedded cloud is stopping.`);
      // Detached: Ctrl-C in the terminal reaches this process only, which then stops its children in order.
      const child = spawn(process.execPath, args, { cwd, env, detached: canFreeze, stdio: ['ignore', 'pipe', 'pipe'] });
      const { pid } = child;
      if (pid === undefined) {
        // The reason comes with the error event; without a listener it would end this process.
        child.on('error', () => undefined);
        throw new Error(`Starting node ${args.join(' ')} in ${cwd} failed. Check that the directory exists.`);
      }
      const guarded = guard(child, pid);
      tell(`+ ${pid}`);
      children.set(pid, guarded);
      void guarded.exited.then(() => {
        children.delete(pid);
        tell(`- ${pid}`);
      });
      return guarded;
    },
    async close() {
      closing = true;
      const all = [...children.values()];
      for (const child of all) child.kill();
      await Promise.all(all.map((child) => child.exited));
      watchdog?.stdin?.end();
    },
  };
};

const guard = (child: ChildProcess & { stdout: Readable; stderr: Readable }, pid: number): GuardedProcess => {
  const exited = new Promise<string | null>((resolve) => {
    // 'close', not 'exit': the last lines of output come before the end.
    child.on('close', (code, signal) => resolve(endOf(code, signal)));
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals): void => {
    if (running()) child.kill(name);
  };
  return {
    pid,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    freeze: () => {
      if (canFreeze) signal('SIGSTOP');
    },
    thaw: () => {
      if (canFreeze) signal('SIGCONT');
    },
    terminate: () => signal('SIGTERM'),
    kill: () => signal('SIGKILL'),
  };
};

const endOf = (code: number | null, signal: NodeJS.Signals | null): string | null => {
  if (signal !== null) return signal === 'SIGKILL' ? 'signal: killed' : `signal: ${signal.slice(3).toLowerCase()}`;
  return code === 0 ? null : `exit status ${code}`;
};
