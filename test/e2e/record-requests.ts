// Loaded with --import into the process of the embedded services: writes down every HTTP request that arrives there, headers
// and body, whoever sends it: the functions' calls to AWS, their answers to the runtime API, updates at the webhook.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';

/** One request as it came over the wire. */
export interface RecordedTraffic {
  readonly method: string;
  readonly url: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** The body is copied where it enters the stream, so that whoever reads it finds it whole. */
export const copyRequest = (request: IncomingMessage, done: (copy: RecordedTraffic) => void): void => {
  const chunks: Buffer[] = [];
  const push = request.push.bind(request);
  request.push = (chunk: Buffer | string | null, encoding?: BufferEncoding): boolean => {
    if (chunk !== null) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk));
    return push(chunk, encoding);
  };
  request.once('close', () => {
    const { method = '', url = '', rawHeaders: headers } = request;
    done({ method, url, headers, body: Buffer.concat(chunks) });
  });
};

export const readRecording = (path: string): readonly RecordedTraffic[] =>
  (existsSync(path) ? readFileSync(path, 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Omit<RecordedTraffic, 'body'> & { readonly body: string })
    .map(({ body, ...rest }) => ({ ...rest, body: Buffer.from(body, 'base64') }));

const path = process.env['RECORD_REQUESTS_TO'];
if (path !== undefined)
  subscribe('http.server.request.start', (message) => {
    copyRequest((message as { readonly request: IncomingMessage }).request, ({ body, ...rest }) =>
      appendFileSync(path, `${JSON.stringify({ ...rest, body: body.toString('base64') })}\n`),
    );
  });
