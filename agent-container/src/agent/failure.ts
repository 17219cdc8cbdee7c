import { RetryableError } from '@agent-claw/core';
import { ContextWindowOverflowError, ModelThrottledError } from '@strands-agents/sdk';

/** Why a run ended without a reply; `message` is for the person who waits. */
export interface RunFailure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

const failure = (code: string, retryable: boolean, message: string): RunFailure => ({ code, retryable, message });

/** The error and its causes, outermost first: providers wrap what the transport said. */
export const chain = (error: unknown): readonly Error[] => {
  const found: Error[] = [];
  for (let current = error; current instanceof Error && found.length < 5; current = current.cause) found.push(current);
  return found;
};

/** The HTTP status that an error of a provider or a vendor carries. */
export const httpStatus = (error: Error): number | undefined => {
  const { status, $metadata } = error as {
    readonly status?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: unknown };
  };
  if (typeof status === 'number') return status;
  return typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
};

const names = {
  denied: new Set([
    'AccessDeniedException',
    'UnrecognizedClientException',
    'ExpiredTokenException',
    'CredentialsProviderError',
    'AuthenticationError',
    'PermissionDeniedError',
  ]),
  misconfigured: new Set(['ResourceNotFoundException', 'ValidationException', 'NotFoundError', 'BadRequestError']),
  unreachable: new Set([
    'APIConnectionError',
    'APIConnectionTimeoutError',
    'TimeoutError',
    'ServiceUnavailableException',
    'InternalServerException',
    'ModelTimeoutException',
    'ModelStreamErrorException',
  ]),
};
const networkCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
]);

/** Puts an error of the model or of our stores into words for the person who waits; never its own text. */
export const describeFailure = (error: unknown): RunFailure => {
  const errors = chain(error);
  const some = (test: (entry: Error) => boolean): boolean => errors.some(test);
  const named = (set: ReadonlySet<string>): boolean => some((entry) => set.has(entry.name));
  const status = (...wanted: readonly number[]): boolean => some((entry) => wanted.includes(httpStatus(entry) ?? 0));
  if (some((entry) => entry instanceof ContextWindowOverflowError))
    return failure(
      'context_too_long',
      false,
      'This conversation has grown too long for the model. Send /new to start a fresh one; MEMORY.md stays.',
    );
  if (some((entry) => entry instanceof ModelThrottledError) || status(429))
    return failure(
      'model_throttled',
      true,
      'The model is being asked too much right now. Send your message again in a minute.',
    );
  if (named(names.denied) || status(401, 403))
    return failure(
      'model_denied',
      false,
      'The model refused our credentials. Check the API key, or in AWS that this account may use the configured model.',
    );
  if (named(names.misconfigured) || status(400, 404))
    return failure(
      'model_misconfigured',
      false,
      'The model did not accept the request. Check the configured model id.',
    );
  if (
    named(names.unreachable) ||
    status(500, 502, 503, 504, 529) ||
    some((entry) => networkCodes.has((entry as { readonly code?: unknown }).code))
  )
    return failure(
      'model_unreachable',
      true,
      'The model does not answer right now. Send your message again in a minute.',
    );
  if (some((entry) => entry instanceof RetryableError))
    return failure(
      'store_unavailable',
      true,
      'The workspace or the conversation could not be reached. Send your message again in a minute.',
    );
  return failure(
    'model_error',
    true,
    'Something went wrong while I was answering. Send your message again; if it keeps failing, look at the container log.',
  );
};

/** True when another model call may well succeed. */
export const isWorthAnotherCall = (error: unknown): boolean => {
  const { code } = describeFailure(error);
  return code === 'model_throttled' || code === 'model_unreachable';
};
