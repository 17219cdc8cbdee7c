import type { AwsCaller } from '../loader/aws-call.ts';
import { wait, type EmbeddedClock } from '../clock.ts';
import type { FunctionHost } from './function-host.ts';

/** An SQS event source mapping of the template. */
export interface QueueMapping {
  readonly queueArn: string;
  readonly queueUrl: string;
  readonly batchSize: number;
  readonly maximumConcurrency: number;
  readonly reportsItemFailures: boolean;
}

/** What a mapping needs. */
export interface QueueMappingDeps {
  readonly host: FunctionHost;
  /** Calls with the function's own key: the mapping polls with the execution role, as on AWS. */
  readonly caller: AwsCaller;
  readonly clock: EmbeddedClock;
  readonly log: (line: string) => void;
}

interface SqsMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<
    Record<string, { StringValue?: string; BinaryValue?: string; DataType: string }>
  >;
}

/**
 * Polls the queue and invokes the function until `stop()`. Messages the function handled are deleted; the others stay
 * hidden until their visibility ends, as on AWS, so the queue's redrive policy decides how often they come again.
 * doc: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const startQueueMapping = (mapping: QueueMapping, deps: QueueMappingDeps): { stop(): Promise<void> } => {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  const runBatch = async (messages: readonly SqsMessage[]): Promise<void> => {
    const event = JSON.stringify({ Records: messages.map((message) => recordOf(message, mapping.queueArn)) });
    const result = await deps.host.invoke(event);
    if (result.kind !== 'answered') return;
    const failed = mapping.reportsItemFailures ? failedItems(result.payload, messages) : new Set<string>();
    const done = messages.filter((message) => !failed.has(message.MessageId));
    if (done.length === 0) return;
    await deps.caller.call('sqs', 'AmazonSQS.DeleteMessageBatch', {
      QueueUrl: mapping.queueUrl,
      Entries: done.map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle })),
    });
  };
  const receive = async (): Promise<readonly SqsMessage[]> => {
    const answer = await deps.caller.call<{ Messages?: SqsMessage[] }>(
      'sqs',
      'AmazonSQS.ReceiveMessage',
      {
        QueueUrl: mapping.queueUrl,
        MaxNumberOfMessages: Math.min(mapping.batchSize, 10),
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      },
      stopping.signal,
    );
    return answer.Messages ?? [];
  };
  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (running.size >= mapping.maximumConcurrency) {
        await Promise.race(running);
        continue;
      }
      try {
        const messages = await receive();
        if (messages.length === 0) continue;
        const batch: Promise<void> = runBatch(messages)
          .catch((error: unknown) => {
            if (!stopping.signal.aborted) deps.log(`A batch of ${mapping.queueArn} comes again: ${String(error)}`);
          })
          .finally(() => running.delete(batch));
        running.add(batch);
      } catch (error) {
        if (stopping.signal.aborted) return;
        deps.log(`Polling ${mapping.queueArn} for ${deps.host.spec.name} failed: ${String(error)}`);
        await wait(deps.clock, 1000, stopping.signal);
      }
    }
  };
  const polling = poll();
  return {
    async stop() {
      stopping.abort();
      await polling;
    },
  };
};

// doc: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
const recordOf = (message: SqsMessage, queueArn: string) => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  attributes: message.Attributes ?? {},
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue, BinaryValue, DataType }]) => [
      name,
      {
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  ),
  md5OfBody: message.MD5OfBody,
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: queueArn.split(':')[3] ?? '',
});

/** The ids that come again. An answer Lambda cannot read fails the whole batch; none, null or an empty list fails nothing. */
export const failedItems = (
  payload: string,
  messages: readonly { readonly MessageId: string }[],
): ReadonlySet<string> => {
  const ids = new Set(messages.map((message) => message.MessageId));
  const answer = JSON.parse(payload) as { batchItemFailures?: unknown } | null;
  const failures = typeof answer === 'object' ? (answer?.batchItemFailures ?? []) : [];
  if (!Array.isArray(failures)) return ids;
  const failed = failures.map((item: unknown) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  return failed.every((id): id is string => typeof id === 'string' && ids.has(id)) ? new Set(failed) : ids;
};
