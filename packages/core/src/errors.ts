// Each is known by its name. A process may have these classes twice, since a part of a bundle that is loaded later brings its
// own copy: by identity, an error from there would be none of ours, and whoever is to heal it would let it pass.
const isNamed = (value: unknown, name: string): boolean => value instanceof Error && value.name === name;

/** A broken promise that another attempt may heal: throttled, unavailable, connection lost before an answer. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  readonly retryable = true;
  static override [Symbol.hasInstance](value: unknown): value is RetryableError {
    return isNamed(value, 'RetryableError');
  }
}

/** A broken promise that no attempt will heal: denied, not found, misconfigured. The message says what to do. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly retryable = false;
  static override [Symbol.hasInstance](value: unknown): value is PermanentError {
    return isNamed(value, 'PermanentError');
  }
}

/** A workspace file is larger than the tools handle. */
export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError';
  readonly retryable = false;
  static override [Symbol.hasInstance](value: unknown): value is FileTooLargeError {
    return isNamed(value, 'FileTooLargeError');
  }
}
