import { AwsError } from '../service.ts';

/** The attributes of a queue that was made without any. */
export const DEFAULT_ATTRIBUTES = {
  VisibilityTimeout: '30',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
} as const;

/** Refuses a value outside the range SQS has for it; other attributes pass. @throws AwsError InvalidAttributeValue */
export const checkAttributes = (attributes: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(attributes)) {
    const range = RANGES[name];
    const number = Number(value);
    if (range !== undefined && !(number >= range[0] && number <= range[1])) {
      throw new AwsError(
        'InvalidAttributeValue',
        400,
        `Invalid value for the parameter ${name}: ${value} (${range.join(' to ')}).`,
      );
    }
  }
};

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  VisibilityTimeout: [0, 43_200],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  DelaySeconds: [0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 20],
};

/** The answer to a request parameter outside its range. */
export const outOfRange = (name: string, value: number, range: string): AwsError =>
  new AwsError(
    'InvalidParameterValue',
    400,
    `Value ${value} for parameter ${name} is invalid. Reason: Must be ${range}, if provided.`,
  );

/** Where a message goes that was received too often; null without a redrive policy. */
export const redriveOf = (
  queue: Readonly<Record<string, string>>,
): { name: string; maxReceiveCount: number } | null => {
  const text = queue['RedrivePolicy'];
  if (text === undefined || text === '') return null;
  const policy = JSON.parse(text) as { deadLetterTargetArn: string; maxReceiveCount: number | string };
  return { name: policy.deadLetterTargetArn.split(':').at(-1) ?? '', maxReceiveCount: Number(policy.maxReceiveCount) };
};
