import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FunctionLogs } from './function-log.ts';
import type { GuardedProcess, ProcessGuard } from './process-guard.ts';
import { startRuntimeApi, type Invocation } from './runtime-api.ts';

/** A function as the template describes it, with everything resolved. */
export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** Directory of the unpacked code. */
  readonly codeDir: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Null: no reserved concurrency. */
  readonly reservedConcurrency: number | null;
}

/** What an invocation came to. A failure is what the caller sees with `X-Amz-Function-Error: Unhandled`. */
export type InvokeResult =
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'failed'; readonly errorType: string; readonly payload: string }
  | { readonly kind: 'throttled' };

/** One process that runs one function, one event at a time, frozen in between. */
export interface ExecutionEnvironment {
  readonly pid: number;
  /** Resolves when it waits for an event; false when it died instead. */
  ready(): Promise<boolean>;
  invoke(invocation: Omit<Invocation, 'deadlineEpochMs' | 'functionArn'>): Promise<InvokeResult>;
  kill(): void;
  readonly gone: Promise<void>;
}

/** What environments need from their surroundings. */
export interface EnvironmentDeps {
  readonly guard: ProcessGuard;
  readonly logs: FunctionLogs;
  /** The account's part of the process environment: keys, region, endpoint. */
  readonly platformEnv: Readonly<Record<string, string>>;
}

// doc: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (6 MB, plus what the envelope may add)
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;
const INIT_LIMIT_MS = 10_000;

const shimUrl = new URL('rapid-client-shim.mjs', import.meta.url).href;
const ricPath = fileURLToPath(import.meta.resolve('aws-lambda-ric'));

/** Starts the process; AWS's own runtime client loads the handler in it. */
export const startEnvironment = async (spec: FunctionSpec, deps: EnvironmentDeps): Promise<ExecutionEnvironment> => {
  let settle: ((result: InvokeResult) => void) | null = null;
  let answer: InvokeResult | null = null;
  let current = '';
  let initError: string | null = null;
  let lastWords: InvokeResult | null = null;
  let frozen = false;
  let waiters: ((isReady: boolean) => void)[] = [];
  let state: 'busy' | 'idle' | 'dead' = 'busy';

  const announce = (isReady: boolean): void => {
    const told = waiters;
    waiters = [];
    for (const tell of told) tell(isReady);
  };
  // The runtime's own answer counts, also when the process dies right after it.
  const finish = (otherwise: InvokeResult): void => {
    settle?.(answer ?? otherwise);
    settle = null;
    answer = null;
  };
  const api = await startRuntimeApi({
    onReady() {
      clearTimeout(initTimer);
      state = 'idle';
      child.freeze();
      frozen = true;
      // An event is over when the runtime asks for the next one: until then the process may not be frozen.
      finish(noAnswer);
      announce(true);
    },
    onResponse(requestId, body) {
      if (requestId === current) answer = answerOf(body);
    },
    onError(requestId, body) {
      if (requestId === current) answer = failure(errorTypeOf(body), body.toString('utf8'));
    },
    onInitError(body) {
      initError = body.toString('utf8');
    },
  });
  const child = startProcess(spec, deps, api.address);
  const initTimer = setTimeout(() => {
    initError ??= errorJson('Sandbox.Timedout', `Init of ${spec.name} took longer than it may.`);
    child.kill();
  }, INIT_LIMIT_MS + spec.timeoutMs);
  const gone = child.exited.then((end) => {
    clearTimeout(initTimer);
    state = 'dead';
    api.close();
    const reason = end === null ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${end}`;
    const payload = initError ?? errorJson('Runtime.ExitError', `RequestId: ${current} Error: ${reason}`);
    lastWords = failure(errorTypeOf(Buffer.from(payload)), payload);
    finish(lastWords);
    announce(false);
  });

  return {
    pid: child.pid,
    gone,
    kill: () => child.kill(),
    ready: () =>
      state === 'busy' ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve(state === 'idle'),
    invoke({ requestId, event }) {
      if (state === 'dead') return Promise.resolve(lastWords ?? failure('Runtime.ExitError', '{}'));
      return new Promise((resolve) => {
        state = 'busy';
        current = requestId;
        const timer = setTimeout(() => {
          const seconds = (spec.timeoutMs / 1000).toFixed(2);
          const message = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
          deps.logs.write(spec.name, message);
          finish(failure('Sandbox.Timedout', errorJson('Sandbox.Timedout', message)));
          child.kill();
        }, spec.timeoutMs);
        settle = (result) => {
          clearTimeout(timer);
          resolve(result);
        };
        if (frozen) child.thaw();
        frozen = false;
        api.give({ requestId, event, functionArn: spec.arn, deadlineEpochMs: Date.now() + spec.timeoutMs });
      });
    },
  };
};

/** Where Lambda would look for the handler's module. @returns null when there is none. */
export const handlerFile = (codeDir: string, handler: string): string | null => {
  const module = handler.slice(0, handler.lastIndexOf('.'));
  const found = ['', '.js', '.mjs', '.cjs'].find((ending) => existsSync(`${codeDir}/${module}${ending}`));
  return found === undefined || module === '' ? null : `${codeDir}/${module}${found}`;
};

const startProcess = (spec: FunctionSpec, deps: EnvironmentDeps, runtimeApi: string): GuardedProcess => {
  const child = deps.guard.spawn({
    // A part of the memory belongs to the process itself, as in Lambda's own runtime.
    args: [`--max-old-space-size=${Math.max(64, Math.floor(spec.memoryMb * 0.9))}`, '--import', shimUrl, ricPath],
    cwd: spec.codeDir,
    env: { ...lambdaEnv(spec), ...deps.platformEnv, ...spec.environment, AWS_LAMBDA_RUNTIME_API: runtimeApi },
  });
  deps.logs.collect(spec.name, child.stdout);
  deps.logs.collect(spec.name, child.stderr);
  return child;
};

// doc: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
const lambdaEnv = (spec: FunctionSpec): Record<string, string> => ({
  _HANDLER: spec.handler,
  LAMBDA_TASK_ROOT: spec.codeDir,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: spec.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: '[$LATEST]local',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  LANG: 'en_US.UTF-8',
  PATH: '/usr/local/bin:/usr/bin:/bin:/opt/bin',
  TZ: 'UTC',
});

const failure = (errorType: string, payload: string): InvokeResult => ({ kind: 'failed', errorType, payload });

const errorJson = (errorType: string, errorMessage: string): string => JSON.stringify({ errorType, errorMessage });

const noAnswer = failure(
  'Runtime.Unknown',
  errorJson('Runtime.Unknown', 'The runtime asked for the next event without an answer.'),
);

const answerOf = (body: Buffer): InvokeResult => {
  if (body.length <= MAX_RESPONSE_BYTES) return { kind: 'answered', payload: body.toString('utf8') };
  const type = 'Function.ResponseSizeTooLarge';
  const message = `Response payload size (${body.length} bytes) exceeded maximum allowed payload size (6291556 bytes).`;
  return failure(type, errorJson(type, message));
};

const errorTypeOf = (body: Buffer): string => {
  try {
    const parsed = JSON.parse(body.toString('utf8')) as { errorType?: unknown };
    return typeof parsed.errorType === 'string' ? parsed.errorType : 'Unknown';
  } catch {
    // The runtime client writes JSON; a handler that talks to the API by itself may not.
    return 'Unknown';
  }
};
