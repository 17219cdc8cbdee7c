import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type ReceiveMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it } from 'vitest';
import { startTarget } from './target.ts';

// Each describe names the page of docs.aws.amazon.com/AWSSimpleQueueService/latest that its checks rest on.
const target = await startTarget();
const sqs = new SQSClient({ ...target.client, maxAttempts: 1 });
afterAll(() => target.close());

const aQueue = async (Attributes: Record<string, string> = {}) =>
  (await sqs.send(new CreateQueueCommand({ QueueName: target.unique('q'), Attributes }))).QueueUrl ?? '';
const send = (QueueUrl: string, MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'], ...more }))).Messages ??
  [];
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: Error) => error.name,
  );

describe('visibility (SQSDeveloperGuide/sqs-visibility-timeout.html)', () => {
  it('hides a received message, gives it back with 0 and counts receives', async () => {
    const QueueUrl = await aQueue();
    await send(QueueUrl, 'one');
    const [first] = await receive(QueueUrl);
    expect(await receive(QueueUrl)).toEqual([]);
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }),
    );
    const [second] = await receive(QueueUrl);
    expect([second?.Body, second?.Attributes?.ApproximateReceiveCount]).toEqual(['one', '2']);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect([
      Attributes?.['ApproximateNumberOfMessages'],
      Attributes?.['ApproximateNumberOfMessagesNotVisible'],
    ]).toEqual(['0', '0']);
  });

  it('names a wrong receipt handle and a message that is gone', async () => {
    const QueueUrl = await aQueue();
    await send(QueueUrl, 'one');
    const [message] = await receive(QueueUrl);
    expect(await failure(sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nonsense' })))).toBe(
      'ReceiptHandleIsInvalid',
    );
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    expect(
      await failure(
        sqs.send(
          new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 5 }),
        ),
      ),
    ).toMatch(/InvalidParameterValue/);
  });
});

describe('long polling (SQSDeveloperGuide/sqs-short-and-long-polling.html)', () => {
  it('answers as soon as a message arrives', async () => {
    const QueueUrl = await aQueue();
    const polled = receive(QueueUrl, { WaitTimeSeconds: 20 });
    await send(QueueUrl, 'wake');
    expect((await polled).map(({ Body }) => Body)).toEqual(['wake']);
  });
});

describe('dead letters (SQSDeveloperGuide/sqs-dead-letter-queues.html)', () => {
  it('moves a message after maxReceiveCount receives and says where it came from', async () => {
    const dlq = await aQueue();
    const arn = async (QueueUrl: string) =>
      (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }))).Attributes?.[
        'QueueArn'
      ];
    const QueueUrl = await aQueue({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: await arn(dlq), maxReceiveCount: 2 }),
    });
    await send(QueueUrl, 'poison');
    for (let n = 0; n < 2; n += 1) expect(await receive(QueueUrl, { VisibilityTimeout: 0 })).toHaveLength(1);
    expect(await receive(QueueUrl)).toEqual([]);
    const [dead] = await receive(dlq);
    expect([dead?.Body, dead?.Attributes?.DeadLetterQueueSourceArn]).toEqual(['poison', await arn(QueueUrl)]);
  });
});

describe('requests (APIReference/API_SendMessageBatch.html, API_GetQueueUrl.html)', () => {
  it('answers each entry of a batch for itself', async () => {
    const QueueUrl = await aQueue({ MaximumMessageSize: '1024' });
    const Entries = [
      { Id: 'a', MessageBody: 'fine', MessageAttributes: { trace: { DataType: 'String', StringValue: 'abc' } } },
      { Id: 'b', MessageBody: 'x'.repeat(2000) },
    ];
    const result = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect([
      result.Successful?.map(({ Id }) => Id),
      result.Failed?.map(({ Id, SenderFault }) => [Id, SenderFault]),
    ]).toEqual([['a'], [['b', true]]]);
    const [message] = await receive(QueueUrl, { MessageAttributeNames: ['All'] });
    expect(message?.MessageAttributes?.['trace']?.StringValue).toBe('abc');
  });

  it('names a queue that does not exist', async () => {
    expect(await failure(sqs.send(new GetQueueUrlCommand({ QueueName: target.unique('none') })))).toBe(
      'QueueDoesNotExist',
    );
  });
});

describe.skipIf(target.local === null)('faults', () => {
  it('hands out a second copy when told to', async () => {
    const QueueUrl = await aQueue();
    await send(QueueUrl, 'twice');
    const fault = target.local?.faults.inject({ service: 'sqs' }, { kind: 'duplicate_delivery' }, 1);
    const bodies = [...(await receive(QueueUrl)), ...(await receive(QueueUrl))].map(({ MessageId }) => MessageId);
    expect([bodies.length, new Set(bodies).size, fault?.fired()]).toEqual([2, 1, 1]);
  });
});
