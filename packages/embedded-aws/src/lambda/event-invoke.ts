import type { EmbeddedClock } from '../clock.ts';
import type { FunctionHost } from './function-host.ts';

/** What happens to events nobody waits for. doc: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export interface EventInvokeConfig {
  /** 0 to 2; AWS's default is 2. */
  readonly maximumRetryAttempts: number;
  /** Queue ARN that gets the event after the last attempt, or null. */
  readonly onFailureQueueArn: string | null;
}

/** What asynchronous invocation needs. */
export interface EventInvokeDeps {
  readonly clock: EmbeddedClock;
  readonly configOf: (functionName: string) => EventInvokeConfig;
  readonly sendToQueue: (queueArn: string, body: string) => Promise<void>;
  readonly log: (line: string) => void;
}

const RETRY_AFTER_MS = [60_000, 120_000];

/** Invokes without waiting for the result, and again after 1 and 2 minutes while the function fails. */
export const createEventInvoke = (deps: EventInvokeDeps) => {
  const attempt = async (host: FunctionHost, event: string, requestId: string, made: number): Promise<void> => {
    const result = await host.invoke(event, requestId);
    if (result.kind === 'answered') return;
    const config = deps.configOf(host.spec.name);
    const delayMs = RETRY_AFTER_MS[made];
    if (made < config.maximumRetryAttempts && delayMs !== undefined) {
      deps.clock.schedule(deps.clock.now() + delayMs, () => run(host, event, requestId, made + 1));
      return;
    }
    deps.log(`${host.spec.name} gave up on event ${requestId} after ${made + 1} attempts.`);
    if (config.onFailureQueueArn === null) return;
    await deps.sendToQueue(config.onFailureQueueArn, failureRecord(host, event, requestId, made + 1));
  };
  const run = (host: FunctionHost, event: string, requestId: string, made = 0): void => {
    attempt(host, event, requestId, made).catch((error: unknown) =>
      deps.log(`Event ${requestId} of ${host.spec.name} is lost: ${String(error)}`),
    );
  };
  return run;
};

const failureRecord = (host: FunctionHost, event: string, requestId: string, attempts: number): string =>
  JSON.stringify({
    version: '1.0',
    requestContext: {
      requestId,
      functionArn: `${host.spec.arn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(event) as unknown,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  });
