import { PermanentError, RetryableError } from '@agent-claw/core';

/** Names that say "not now" although their status is 400. */
const retryableNames: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestThrottled',
  'RequestThrottledException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'SlowDown',
  'InternalServerError',
  'ServiceUnavailable',
  'OverLimit',
  'RequestTimeout',
]);

interface VendorFacts {
  readonly name: string;
  readonly status: number | undefined;
  readonly attempts: number;
}

/** What an AWS client's error says about itself; never its message. */
export const vendorFacts = (error: unknown): VendorFacts => {
  const { name, $metadata } = error as {
    name?: string;
    $metadata?: { httpStatusCode?: number; attempts?: number };
  };
  return { name: name ?? '', status: $metadata?.httpStatusCode, attempts: $metadata?.attempts ?? 1 };
};

/** True while another attempt may heal it. Without a status there was no answer: connection, DNS, timeout. */
export const isRetryable = (error: unknown): boolean => {
  const { name, status } = vendorFacts(error);
  return status === undefined || status >= 500 || status === 429 || retryableNames.has(name);
};

/** Turns an AWS client's error into one of ours. `attempted` says what was tried, for example `Append to lane tg:1:2`. */
export const translated = (attempted: string, error: unknown): RetryableError | PermanentError => {
  const { name, status } = vendorFacts(error);
  const what = `${attempted} failed: ${name || 'unknown error'}${status === undefined ? '' : ` (HTTP ${status})`}.`;
  return isRetryable(error)
    ? new RetryableError(`${what} Another attempt may succeed.`, { cause: error })
    : new PermanentError(`${what} Check the resource's name and the role's permissions.`, { cause: error });
};
