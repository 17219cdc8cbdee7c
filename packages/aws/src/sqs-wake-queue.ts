import type { WakeQueue } from '@agent-claw/core';
import type { Wake } from '@agent-claw/protocol';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { translated } from './vendor-error.ts';

export interface SqsWakeQueueOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

/** Rings through a standard queue: wakes may be doubled or late, which the lane's lease makes harmless. */
export const sqsWakeQueue = ({ client, queueUrl }: SqsWakeQueueOptions): WakeQueue => ({
  ring: async (laneId, options) => {
    const wake: Wake = { v: 1, laneId };
    const delay = options?.delayS === undefined ? {} : { DelaySeconds: options.delayS };
    try {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(wake), ...delay }));
    } catch (error) {
      throw translated(`Ring of lane ${laneId}`, error);
    }
  },
});
