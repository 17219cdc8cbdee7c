import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 10 * 1024 * 1024;

export type BodyOutcome =
  | { readonly kind: 'body'; readonly json: unknown }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'not_json' };

/** Reads a JSON body of at most 10 MiB; more than that is not kept in memory. */
export const readBody = async (request: IncomingMessage): Promise<BodyOutcome> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) return { kind: 'too_large' };
  try {
    return { kind: 'body', json: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'not_json' };
    throw error;
  }
};
