/** A broken promise that another attempt may heal: throttled, unavailable, connection lost before an answer. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  readonly retryable = true;
}

/** A broken promise that no attempt will heal: denied, not found, misconfigured. The message says what to do. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly retryable = false;
}

/** A workspace file is larger than the tools handle. */
export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError';
  readonly retryable = false;
}
