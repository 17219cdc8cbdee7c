import { describe, expect, it } from 'vitest';
import { manualClock } from '../clock.ts';
import { createEventInvoke } from './event-invoke.ts';
import type { FunctionHost } from './function-host.ts';
import { failedItems } from './queue-mapping.ts';

const messages = [{ MessageId: 'a' }, { MessageId: 'b' }];

// Rests on:
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
describe('batch item failures', () => {
  it.each([
    ['null', []],
    ['{}', []],
    ['""', []],
    ['{"batchItemFailures":null}', []],
    ['{"batchItemFailures":[]}', []],
    ['{"batchItemFailures":[{"itemIdentifier":"b"}]}', ['b']],
    // Anything Lambda cannot read fails the whole batch.
    ['{"batchItemFailures":[{"itemIdentifier":"other"}]}', ['a', 'b']],
    ['{"batchItemFailures":[{"itemIdentifier":""}]}', ['a', 'b']],
    ['{"batchItemFailures":[{"id":"a"}]}', ['a', 'b']],
    ['{"batchItemFailures":"a"}', ['a', 'b']],
  ])('%s lets %j come again', (payload, expected) => {
    expect([...failedItems(payload, messages)]).toEqual(expected);
  });
});

// Rests on:
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
describe('event invocation', () => {
  it('tries again after one and two minutes and then hands the event to the failure queue', async () => {
    const clock = manualClock();
    const startMs = clock.now();
    const atMs: number[] = [];
    const parked: string[] = [];
    const host = {
      spec: { name: 'f', arn: 'arn:f' },
      invoke: async () => {
        atMs.push(clock.now() - startMs);
        return { kind: 'failed', errorType: 'Error', payload: '{}' };
      },
    } as unknown as FunctionHost;
    const invoke = createEventInvoke({
      clock,
      configOf: () => ({ maximumRetryAttempts: 2, onFailureQueueArn: 'arn:q' }),
      sendToQueue: async (queueArn, body) => void parked.push(`${queueArn} ${body}`),
      log: () => undefined,
    });
    invoke(host, '{"n":1}', 'r1');
    for (let minute = 0; minute < 10; minute += 1) {
      // The attempt before sets its timer once its promise has settled.
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(60_000);
    }
    expect(atMs).toEqual([0, 60_000, 180_000]);
    expect(parked).toEqual([expect.stringMatching(/^arn:q .*"approximateInvokeCount":3.*"requestPayload":\{"n":1\}/)]);
  });
});
