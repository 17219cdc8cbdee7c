import type { Address } from './cloudformation-event.ts';

/** Attributes of the resource: read by other functions' environments. */
export interface RegistrationData {
  readonly BotId: string;
  readonly BotUsername: string;
  /** SHA-256 in hex of each valid webhook secret, comma separated. */
  readonly WebhookSecretDigests: string;
  /** The link that makes the first who follows it the owner, or a word on why there is none. Never empty: it becomes an output. */
  readonly ClaimLink: string;
}
/** Fail closed: no digest matches any header, so the webhook refuses everybody. */
export const NOT_CONNECTED: RegistrationData = {
  BotId: '0',
  BotUsername: '',
  WebhookSecretDigests: '',
  ClaimLink: 'none: there is no bot yet',
};

export type Result =
  | { readonly kind: 'done'; readonly data: RegistrationData }
  | { readonly kind: 'failed'; readonly reason: string };

/** The id never changes: a new id would make CloudFormation delete "the old" webhook after each update. */
const PHYSICAL_ID = 'telegram-webhook';
const ATTEMPTS = 3;
const ATTEMPT_TIMEOUT_MS = 3_000;

/**
 * Tells CloudFormation how it went. Without this answer the stack hangs for an hour, so it is tried three times.
 * @throws Error when no attempt was accepted.
 */
export const answerCloudFormation = async (address: Address, result: Result): Promise<void> => {
  const body = new TextEncoder().encode(
    JSON.stringify({
      Status: result.kind === 'done' ? 'SUCCESS' : 'FAILED',
      ...(result.kind === 'done' ? { Data: result.data } : { Reason: result.reason.slice(0, 1_000) }),
      PhysicalResourceId: address.PhysicalResourceId ?? PHYSICAL_ID,
      StackId: address.StackId,
      RequestId: address.RequestId,
      LogicalResourceId: address.LogicalResourceId,
    }),
  );
  let lastProblem = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      // Bytes, not a string: fetch gives a string a content type, and the presigned address is signed without one.
      const response = await fetch(address.ResponseURL, {
        method: 'PUT',
        body,
        signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (response.ok) return;
      lastProblem = `HTTP ${response.status}`;
    } catch (error) {
      lastProblem = error instanceof Error ? error.name : 'unknown';
    }
  }
  throw new Error(
    `CloudFormation did not take the answer after ${ATTEMPTS} attempts (${lastProblem}). Cancel the update and deploy again.`,
  );
};
