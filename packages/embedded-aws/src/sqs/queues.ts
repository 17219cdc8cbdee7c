import { randomUUID } from 'node:crypto';
import type { EmbeddedClock } from '../clock.ts';
import { ACCOUNT_ID, AwsError, REGION } from '../service.ts';
import { openMessageStore, type StoredMessage } from './message-store.ts';
import { checkAttributes, DEFAULT_ATTRIBUTES, outOfRange, redriveOf } from './queue-attributes.ts';
import { readReceipt, writeReceipt } from './receipt-handle.ts';

/** A message handed to a consumer. */
export interface ReceivedMessage extends StoredMessage {
  readonly receiptHandle: string;
}

/** What a receive asks for; absent values are the queue's own. */
export interface ReceiveOptions {
  readonly maxMessages?: number;
  readonly visibilityTimeoutS?: number;
  readonly waitS?: number;
  /** Ends the wait; a message is never taken for a caller that is gone. */
  readonly signal?: AbortSignal;
  /** Asked per message handed out: leave a second copy in the queue? */
  readonly duplicate?: () => boolean;
}

/** Standard queues, in process: the wire service and the Lambda event source mapping both stand on them. */
export interface Queues {
  /** Makes it, or finds it. @throws AwsError QueueNameExists when it exists with other attributes. */
  create(name: string, attributes?: Readonly<Record<string, string>>): void;
  setAttributes(name: string, attributes: Readonly<Record<string, string>>): void;
  /** Settings and counts as GetQueueAttributes shows them. */
  attributes(name: string): Record<string, string>;
  names(): string[];
  remove(name: string): void;
  /** @returns the MessageId. */
  send(name: string, message: { body: string; delayS?: number; attributes?: string; senderId?: string }): string;
  receive(name: string, options?: ReceiveOptions): Promise<ReceivedMessage[]>;
  /** Deletes with the newest receipt handle; an older one does nothing, as on a standard queue. */
  delete(name: string, receiptHandle: string): void;
  changeVisibility(name: string, receiptHandle: string, timeoutS: number): void;
  purge(name: string): void;
  close(): void;
}

/** `arn:aws:sqs:us-east-1:000000000000:<name>` */
export const queueArn = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`;

const MAX_IN_FLIGHT_S = 43_200;

export const createQueues = ({ dataDir, clock }: { dataDir?: string; clock: EmbeddedClock }): Queues => {
  const store = openMessageStore(dataDir, clock);
  let closed = false;
  const waiting = new Map<string, Set<() => void>>();
  const wake = (name: string): void => {
    for (const retry of waiting.get(name) ?? []) retry();
  };
  const settings = (name: string): Record<string, string> => {
    const found = store.queue(name);
    if (found === undefined) {
      throw new AwsError('QueueDoesNotExist', 400, 'The specified queue does not exist.', {
        headers: { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
      });
    }
    return found;
  };
  const seconds = (): string => String(Math.floor(clock.now() / 1000));

  const take = (name: string, options: ReceiveOptions): ReceivedMessage[] => {
    const queue = settings(name);
    store.expire(name, clock.now() - Number(queue['MessageRetentionPeriod']) * 1000);
    const redrive = redriveOf(queue);
    const taken: ReceivedMessage[] = [];
    const hideS = options.visibilityTimeoutS ?? Number(queue['VisibilityTimeout']);
    while (taken.length < (options.maxMessages ?? 1)) {
      const next = store.visible(name, taken.length + 1).find((message) => !taken.some(({ id }) => id === message.id));
      if (next === undefined) break;
      if (redrive !== null && next.receiveCount >= redrive.maxReceiveCount && store.queue(redrive.name) !== undefined) {
        store.moveTo(next.id, redrive.name, queueArn(name));
        wake(redrive.name);
        continue;
      }
      if (options.duplicate?.() === true) store.duplicate(next.id);
      const message = store.receive(next.id, clock.now() + hideS * 1000);
      taken.push({ ...message, receiptHandle: writeReceipt(message) });
    }
    return taken;
  };

  return {
    create(name, attributes = {}) {
      if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
        const why =
          'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length (the embedded SQS has standard queues only)';
        throw new AwsError('InvalidParameterValue', 400, `${why}: "${name}"`);
      }
      checkAttributes(attributes);
      const existing = store.queue(name);
      if (existing === undefined) {
        store.putQueue(name, {
          ...DEFAULT_ATTRIBUTES,
          ...attributes,
          CreatedTimestamp: seconds(),
          LastModifiedTimestamp: seconds(),
        });
      } else if (Object.entries(attributes).some(([key, value]) => existing[key] !== value)) {
        throw new AwsError(
          'QueueNameExists',
          400,
          `A queue already exists with the same name and a different value for one of the attributes: ${name}`,
          {
            headers: { 'x-amzn-query-error': 'QueueAlreadyExists;Sender' },
          },
        );
      }
    },
    setAttributes(name, attributes) {
      checkAttributes(attributes);
      store.putQueue(name, { ...settings(name), ...attributes, LastModifiedTimestamp: seconds() });
      wake(name);
    },
    attributes(name) {
      const queue = settings(name);
      const { visible, inFlight, delayed } = store.counts(name);
      return {
        ...queue,
        QueueArn: queueArn(name),
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
        ApproximateNumberOfMessagesDelayed: String(delayed),
      };
    },
    names: () => store.queueNames(),
    remove(name) {
      settings(name);
      store.deleteQueue(name);
    },
    send(name, { body, delayS, attributes = '{}', senderId = ACCOUNT_ID }) {
      const queue = settings(name);
      const limit = Number(queue['MaximumMessageSize']);
      if (body === '')
        throw new AwsError('MissingParameter', 400, 'The request must contain the parameter MessageBody.');
      if (Buffer.byteLength(body) + (attributes === '{}' ? 0 : Buffer.byteLength(attributes)) > limit) {
        throw new AwsError(
          'InvalidParameterValue',
          400,
          `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
        );
      }
      const wait = delayS ?? Number(queue['DelaySeconds']);
      if (!(wait >= 0 && wait <= 900)) throw outOfRange('DelaySeconds', wait, '0 to 900');
      const messageId = randomUUID();
      store.add({ queue: name, messageId, body, attributes, senderId, visibleAtMs: clock.now() + wait * 1000 });
      wake(name);
      return messageId;
    },
    async receive(name, options = {}) {
      const queue = settings(name);
      const deadlineMs = clock.now() + (options.waitS ?? Number(queue['ReceiveMessageWaitTimeSeconds'])) * 1000;
      for (;;) {
        if (closed || options.signal?.aborted === true) return [];
        const taken = take(name, options);
        if (taken.length > 0 || clock.now() >= deadlineMs) return taken;
        await nextChange(name, Math.min(deadlineMs, store.nextVisibleAtMs(name) ?? deadlineMs), options.signal);
      }
    },
    delete(name, receiptHandle) {
      settings(name);
      const { id, receipt } = readReceipt(receiptHandle);
      if (store.find(id)?.receipt === receipt) store.remove(id);
    },
    changeVisibility(name, receiptHandle, timeoutS) {
      settings(name);
      if (!(timeoutS >= 0 && timeoutS <= MAX_IN_FLIGHT_S))
        throw outOfRange('VisibilityTimeout', timeoutS, '0 to 43200');
      const { id, receipt } = readReceipt(receiptHandle);
      const message = store.find(id);
      const value = `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`;
      if (message === undefined || message.receipt !== receipt) throw new AwsError('InvalidParameterValue', 400, value);
      if (message.visibleAtMs <= clock.now()) {
        throw new AwsError('MessageNotInflight', 400, 'The specified message is not in flight.', {
          headers: { 'x-amzn-query-error': 'AWS.SimpleQueueService.MessageNotInflight;Sender' },
        });
      }
      if (clock.now() + timeoutS * 1000 > (message.receivedAtMs ?? 0) + MAX_IN_FLIGHT_S * 1000) {
        throw new AwsError(
          'InvalidParameterValue',
          400,
          `Total VisibilityTimeout for the message is beyond the limit [${MAX_IN_FLIGHT_S} seconds]`,
        );
      }
      store.setVisibleAt(id, clock.now() + timeoutS * 1000);
      wake(name);
    },
    purge(name) {
      settings(name);
      store.purge(name);
    },
    close() {
      closed = true;
      for (const name of waiting.keys()) wake(name);
      store.close();
    },
  };

  function nextChange(name: string, atMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiters = waiting.get(name) ?? new Set();
      waiting.set(name, waiters);
      const finish = (): void => {
        cancel();
        waiters.delete(finish);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = clock.schedule(atMs, finish);
      waiters.add(finish);
      signal?.addEventListener('abort', finish, { once: true });
    });
  }
};
