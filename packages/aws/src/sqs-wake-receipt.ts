import type { WakeReceipt } from '@agent-claw/core';
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { translated } from './vendor-error.ts';

export interface SqsWakeReceiptOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly receiptHandle: string;
}

/** The queue message that an invocation answers. */
export const sqsWakeReceipt = ({ client, queueUrl, receiptHandle }: SqsWakeReceiptOptions): WakeReceipt => ({
  hideFor: async (seconds) => {
    const request = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
    try {
      await client.send(new ChangeMessageVisibilityCommand(request));
    } catch (error) {
      throw translated(`Hiding a wake for ${seconds} s`, error);
    }
  },
});
