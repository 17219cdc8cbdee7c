import { createHash, timingSafeEqual } from 'node:crypto';

/** What API Gateway hands over (payload 2.0), as far as it is looked at. */
export interface WebhookRequest {
  readonly method: string;
  readonly path: string;
  /** Names in any case; a header sent twice arrives joined with a comma. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string | undefined;
  readonly isBase64Encoded: boolean;
}

export type CheckedRequest =
  | { readonly kind: 'ok'; readonly json: unknown }
  | { readonly kind: 'refused'; readonly status: number };

export const WEBHOOK_PATH = '/telegram/webhook';
/** Telegram's own updates stay below 512 KiB. */
const MAX_BODY_BYTES = 1_048_576;

const refused = (status: number): CheckedRequest => ({ kind: 'refused', status });

/** A value that is not text, as a faulty adapter may hand over, counts as absent. */
const header = (headers: WebhookRequest['headers'], name: string): string | undefined => {
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : undefined;
};

/** Digests have one length, so the comparison leaks neither content nor length, and cannot throw. */
const isSecret = (given: string | undefined, digests: readonly string[]): boolean => {
  const digest = createHash('sha256')
    .update(given ?? '')
    .digest();
  const matches = digests.filter((known) => timingSafeEqual(digest, Buffer.from(known, 'hex')));
  // Telegram allows A-Z a-z 0-9 _ - only; an absent header and the text "undefined" must not pass for a secret that was never set.
  return given !== undefined && given !== 'undefined' && /^[\w-]{1,256}$/u.test(given) && matches.length > 0;
};

const bytesOf = (body: string, isBase64Encoded: boolean): Buffer | null => {
  if (!isBase64Encoded) return Buffer.from(body, 'utf8');
  const bytes = Buffer.from(body, 'base64');
  // Node skips what is not base64; encoding back shows whether anything was skipped.
  return bytes.toString('base64').replace(/=+$/u, '') === body.replace(/=+$/u, '') ? bytes : null;
};

/**
 * The checks before anything is believed, cheapest and most telling first: path 404, method 405, secret 401 before the
 * body is looked at, size 413, type 415, JSON 400.
 */
export const checkRequest = (request: WebhookRequest, secretDigests: readonly string[]): CheckedRequest => {
  if (request.path !== WEBHOOK_PATH) return refused(404);
  if (request.method !== 'POST') return refused(405);
  if (!isSecret(header(request.headers, 'x-telegram-bot-api-secret-token'), secretDigests)) return refused(401);
  const body = request.body ?? '';
  // Base64 is longer than what it carries, so a body over the limit is refused before it is decoded.
  if (body.length > (request.isBase64Encoded ? MAX_BODY_BYTES * 1.4 : MAX_BODY_BYTES)) return refused(413);
  const contentType = header(request.headers, 'content-type') ?? '';
  if (
    !/^application\/json\s*(?:;|$)/iu.test(contentType.trim()) ||
    header(request.headers, 'content-encoding') !== undefined
  )
    return refused(415);
  const bytes = bytesOf(body, request.isBase64Encoded);
  if (bytes === null) return refused(400);
  if (bytes.length > MAX_BODY_BYTES) return refused(413);
  try {
    return { kind: 'ok', json: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) };
  } catch {
    // Not UTF-8 or not JSON: a cut body, which another delivery may heal.
    return refused(400);
  }
};
