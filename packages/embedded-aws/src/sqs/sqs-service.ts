import { createHash } from 'node:crypto';
import type { FaultSwitches } from '../faults.ts';
import {
  ACCOUNT_ID,
  AwsError,
  jsonBody,
  jsonResponse,
  notImplemented,
  targetOperation,
  type AwsRequest,
  type AwsService,
  type Principal,
} from '../service.ts';
import { attributesMd5, type MessageAttribute } from './attributes-md5.ts';
import { queueArn, type Queues, type ReceivedMessage } from './queues.ts';

type Input = Record<string, unknown>;
interface Call {
  readonly input: Input;
  readonly queue: string;
  readonly queues: Queues;
  readonly request: AwsRequest;
  readonly principal: Principal;
  readonly faults: FaultSwitches;
}

/** SQS standard queues over AWS JSON 1.0. QueueUrls name the endpoint that answers, so they follow a changed port. */
export const createSqsService = ({ queues, faults }: { queues: Queues; faults: FaultSwitches }): AwsService => ({
  name: 'sqs',
  protocol: 'json-1.0',
  async describe(request) {
    const operation = targetOperation(request);
    if (OPERATIONS[operation] === undefined) throw notImplemented('sqs', operation);
    const input = await jsonBody(request);
    const action = `sqs:${ACTIONS[operation] ?? operation}`;
    return [{ action, resource: operation === 'ListQueues' ? '*' : queueArn(queueName(input)) }];
  },
  async handle(request, principal) {
    const operation = targetOperation(request);
    const input = await jsonBody(request);
    const run = OPERATIONS[operation];
    if (run === undefined) throw notImplemented('sqs', operation);
    return jsonResponse(
      'json-1.0',
      (await run({ input, queue: queueName(input), queues, request, principal, faults })) ?? {},
    );
  },
  close: async () => queues.close(),
});

// A batch needs the permission of its single operation.
const ACTIONS: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

const queueName = (input: Input): string =>
  textOf(input['QueueName']) || (textOf(input['QueueUrl']).split('/').at(-1) ?? '');
const textOf = (member: unknown): string => (typeof member === 'string' ? member : '');
const numberOf = (member: unknown): number | undefined =>
  member === undefined || member === null ? undefined : Number(member);
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const OPERATIONS: Readonly<Record<string, (call: Call) => unknown>> = {
  CreateQueue({ input, queue, queues, request }) {
    queues.create(queue, (input['Attributes'] ?? {}) as Record<string, string>);
    return { QueueUrl: urlOf(request, queue) };
  },
  GetQueueUrl({ queue, queues, request }) {
    queues.attributes(queue);
    return { QueueUrl: urlOf(request, queue) };
  },
  ListQueues({ input, queues, request }) {
    const prefix = textOf(input['QueueNamePrefix']);
    return {
      QueueUrls: queues
        .names()
        .filter((name) => name.startsWith(prefix))
        .map((name) => urlOf(request, name)),
    };
  },
  GetQueueAttributes({ input, queue, queues }) {
    const all = queues.attributes(queue);
    const names = (input['AttributeNames'] ?? []) as string[];
    return {
      Attributes: Object.fromEntries(
        Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name)),
      ),
    };
  },
  SetQueueAttributes: ({ input, queue, queues }) =>
    queues.setAttributes(queue, input['Attributes'] as Record<string, string>),
  DeleteQueue: ({ queue, queues }) => queues.remove(queue),
  PurgeQueue: ({ queue, queues }) => queues.purge(queue),
  SendMessage: ({ input, queue, queues }) => send(queues, queue, input),
  SendMessageBatch: (call) => batch(call, (entry) => send(call.queues, call.queue, entry)),
  async ReceiveMessage({ input, queue, queues, request, principal, faults }) {
    const subject = { service: 'sqs', principal, check: { action: 'sqs:ReceiveMessage', resource: queueArn(queue) } };
    const maxMessages = inRange('MaxNumberOfMessages', numberOf(input['MaxNumberOfMessages']), 1, 10);
    const visibilityTimeoutS = inRange('VisibilityTimeout', numberOf(input['VisibilityTimeout']), 0, 43_200);
    const waitS = inRange('WaitTimeSeconds', numberOf(input['WaitTimeSeconds']), 0, 20);
    const messages = await queues.receive(queue, {
      ...(maxMessages === undefined ? {} : { maxMessages }),
      ...(visibilityTimeoutS === undefined ? {} : { visibilityTimeoutS }),
      ...(waitS === undefined ? {} : { waitS }),
      signal: request.signal,
      duplicate: () => faults.take('duplicate_delivery', subject) !== null,
    });
    return messages.length === 0 ? {} : { Messages: messages.map((message) => toWire(message, input)) };
  },
  DeleteMessage: ({ input, queue, queues }) => queues.delete(queue, textOf(input['ReceiptHandle'])),
  DeleteMessageBatch: (call) => batch(call, (entry) => call.queues.delete(call.queue, textOf(entry['ReceiptHandle']))),
  ChangeMessageVisibility: ({ input, queue, queues }) =>
    queues.changeVisibility(queue, textOf(input['ReceiptHandle']), numberOf(input['VisibilityTimeout']) ?? -1),
  ChangeMessageVisibilityBatch: (call) =>
    batch(call, (entry) =>
      call.queues.changeVisibility(
        call.queue,
        textOf(entry['ReceiptHandle']),
        numberOf(entry['VisibilityTimeout']) ?? -1,
      ),
    ),
};

const urlOf = (request: AwsRequest, name: string): string => `${request.endpoint}/${ACCOUNT_ID}/${name}`;

const inRange = (name: string, value: number | undefined, min: number, max: number): number | undefined => {
  if (value === undefined || (value >= min && value <= max)) return value;
  throw new AwsError(
    'InvalidParameterValue',
    400,
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${min} and ${max}, if provided.`,
  );
};

const send = (queues: Queues, queue: string, input: Input): Input => {
  const body = textOf(input['MessageBody']);
  const delayS = numberOf(input['DelaySeconds']);
  const attributes = (input['MessageAttributes'] ?? {}) as Record<string, MessageAttribute>;
  const messageId = queues.send(queue, {
    body,
    attributes: JSON.stringify(attributes),
    ...(delayS === undefined ? {} : { delayS }),
  });
  const digest = attributesMd5(attributes);
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5(body),
    ...(digest === null ? {} : { MD5OfMessageAttributes: digest }),
  };
};

const batch = ({ input, queue, queues }: Call, run: (entry: Input) => Input | void): unknown => {
  const entries = (input['Entries'] ?? []) as (Input & { Id: string })[];
  const refuse = (code: string, query: string, message: string): AwsError =>
    new AwsError(code, 400, message, { headers: { 'x-amzn-query-error': `AWS.SimpleQueueService.${query};Sender` } });
  queues.attributes(queue);
  if (entries.length === 0)
    throw refuse('EmptyBatchRequest', 'EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10)
    throw refuse(
      'TooManyEntriesInBatchRequest',
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  if (new Set(entries.map((entry) => entry.Id)).size < entries.length) {
    throw refuse(
      'BatchEntryIdsNotDistinct',
      'BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    );
  }
  const Successful: unknown[] = [];
  const Failed: unknown[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: error.status < 500 });
    }
  }
  return { Successful, Failed };
};

const toWire = (message: ReceivedMessage, input: Input): Input => {
  const wanted = new Set([
    ...((input['AttributeNames'] ?? []) as string[]),
    ...((input['MessageSystemAttributeNames'] ?? []) as string[]),
  ]);
  const system: Record<string, string> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAtMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    ...(message.deadLetterSource === null ? {} : { DeadLetterQueueSourceArn: message.deadLetterSource }),
  };
  const Attributes = Object.fromEntries(
    Object.entries(system).filter(([name]) => wanted.has('All') || wanted.has(name)),
  );
  const own = JSON.parse(message.attributes) as Record<string, MessageAttribute>;
  const names = (input['MessageAttributeNames'] ?? []) as string[];
  const isWanted = (name: string): boolean =>
    names.some(
      (pattern) =>
        pattern === 'All' ||
        pattern === '.*' ||
        pattern === name ||
        (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -2))),
    );
  const MessageAttributes = Object.fromEntries(Object.entries(own).filter(([name]) => isWanted(name)));
  const digest = attributesMd5(MessageAttributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(Attributes).length === 0 ? {} : { Attributes }),
    ...(digest === null ? {} : { MessageAttributes, MD5OfMessageAttributes: digest }),
  };
};
