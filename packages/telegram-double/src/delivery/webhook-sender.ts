import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { QueuedUpdate, UpdateQueue } from './update-queue.ts';
import type { WebhookState } from './webhook-state.ts';

const timeoutMs = 60_000;
const goneLimitMs = 23 * 3600 * 1000;
/** After this long without a success one connection has to do. */
const unhealthyAfterMs = 10_000;

export interface WebhookSenderDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly queue: UpdateQueue;
  readonly fetch: typeof globalThis.fetch;
  readonly random: () => number;
  readonly state: () => WebhookState;
  readonly change: (state: WebhookState) => void;
  /** The answer's body may carry one method call. */
  readonly answered: (body: Buffer, contentType: string) => Promise<void>;
  readonly delivered: (update: QueuedUpdate) => void;
}

export interface WebhookSender {
  /** Starts every delivery that may start now. */
  readonly pump: () => void;
  inFlight(): readonly number[];
  delivered(): number;
  close(): void;
}

interface Retry {
  readonly failures: number;
  readonly notBeforeMs: number;
}

/** Delivers a bot's backlog to its webhook as Telegram does: in order per key, several keys at once, again until it is taken or expires. */
export const createWebhookSender = (deps: WebhookSenderDeps): WebhookSender => {
  const { clock, queue } = deps;
  const flying = new Map<string, QueuedUpdate>();
  const retries = new Map<number, Retry>();
  const closing = new AbortController();
  let alarm: AbortController | null = null;
  let deliveredCount = 0;
  let failingSinceMs: number | null = null;

  const pump = (): void => {
    const { url, maxConnections } = deps.state();
    if (url === '' || closing.signal.aborted) return;
    const now = clock.now();
    const unhealthy = failingSinceMs !== null && now - failingSinceMs > unhealthyAfterMs;
    const limit = unhealthy ? 1 : maxConnections;
    const heads = headsOf(queue.pending());
    let wakeAtMs = Infinity;
    for (const update of heads) {
      if (flying.has(update.key)) continue;
      const notBeforeMs = retries.get(update.updateId)?.notBeforeMs ?? 0;
      if (notBeforeMs > now) wakeAtMs = Math.min(wakeAtMs, notBeforeMs);
      else if (flying.size < limit) void fly(update);
    }
    setAlarm(wakeAtMs);
  };

  const setAlarm = (atMs: number): void => {
    alarm?.abort();
    alarm = null;
    if (atMs === Infinity) return;
    const own = new AbortController();
    alarm = own;
    void clock.sleep(atMs - clock.now(), own.signal).then(() => {
      if (!own.signal.aborted) pump();
    });
  };

  const fly = async (update: QueuedUpdate): Promise<void> => {
    flying.set(update.key, update);
    const failure = await post(update);
    flying.delete(update.key);
    if (closing.signal.aborted) return;
    if (failure === null) {
      retries.delete(update.updateId);
      queue.remove(update.updateId);
      deliveredCount += 1;
      failingSinceMs = null;
      const { goneSinceMs, ...state } = deps.state();
      if (goneSinceMs !== undefined) deps.change(state);
      deps.delivered(update);
    } else failed(update, failure);
    pump();
  };

  const failed = (update: QueuedUpdate, failure: Failure): void => {
    const now = clock.now();
    failingSinceMs ??= now;
    const failures = (retries.get(update.updateId)?.failures ?? 0) + 1;
    const delayMs = retryDelayMs(failures, failure.retryAfter, deps.random);
    retries.set(update.updateId, { failures, notBeforeMs: now + delayMs });
    const state = deps.state();
    const { goneSinceMs: knownGoneSinceMs, ...rest } = state;
    const goneSinceMs = failure.gone ? (knownGoneSinceMs ?? now) : undefined;
    const removed = goneSinceMs !== undefined && now - goneSinceMs > goneLimitMs;
    deps.change({
      ...rest,
      ...(removed ? { url: '' } : {}),
      ...(goneSinceMs === undefined ? {} : { goneSinceMs }),
      lastErrorDateS: Math.floor(now / 1000),
      lastErrorMessage: failure.message,
    });
    deps.log.info('webhook_delivery_failed', { updateId: update.updateId, failures, delayMs, reason: failure.message });
  };

  const post = async (update: QueuedUpdate): Promise<Failure | null> => {
    const { url, secretToken } = deps.state();
    const timeout = new AbortController();
    const done = new AbortController();
    void clock.sleep(timeoutMs, done.signal).then(() => {
      if (!done.signal.aborted) timeout.abort();
    });
    try {
      const response = await deps.fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'accept-encoding': 'gzip, deflate',
          ...(secretToken === '' ? {} : { 'x-telegram-bot-api-secret-token': secretToken }),
        },
        body: JSON.stringify(update.body),
        redirect: 'manual',
        signal: AbortSignal.any([timeout.signal, closing.signal]),
      });
      const body = Buffer.from(await response.arrayBuffer());
      if (!response.ok) return httpFailure(response);
      const type = response.headers.get('content-type') ?? '';
      // The update is taken: what goes wrong with the method in its answer must not bring it again.
      await deps.answered(body, type).catch((error: unknown) => {
        deps.log.info('webhook_answer_failed', { updateId: update.updateId, error: nameOf(error) });
      });
      return null;
    } catch (error) {
      return {
        message: timeout.signal.aborted ? 'Read timeout expired' : networkReason(error),
        retryAfter: null,
        gone: false,
      };
    } finally {
      done.abort();
    }
  };

  return {
    pump,
    inFlight: () => [...flying.values()].map((update) => update.updateId),
    delivered: () => deliveredCount,
    close: () => {
      closing.abort();
      alarm?.abort();
    },
  };
};

interface Failure {
  readonly message: string;
  readonly retryAfter: string | null;
  readonly gone: boolean;
}

/** The oldest update of each key, in the order they came. */
const headsOf = (pending: readonly QueuedUpdate[]): QueuedUpdate[] => {
  const heads = new Map<string, QueuedUpdate>();
  for (const update of pending) if (!heads.has(update.key)) heads.set(update.key, update);
  return [...heads.values()];
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

const httpFailure = (response: Response): Failure => ({
  message: `Wrong response from the webhook: ${response.status} ${response.statusText}`.trimEnd(),
  retryAfter: response.headers.get('retry-after'),
  gone: response.status === 410,
});

const networkReason = (error: unknown): string => {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  if (code === 'ECONNREFUSED') return 'Connection refused';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'Connection reset by peer';
  if (code === 'ENOTFOUND') return 'Failed to resolve host: Name or service not known';
  return 'Connection closed';
};
