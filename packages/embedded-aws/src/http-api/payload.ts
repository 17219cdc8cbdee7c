import type { IncomingMessage } from 'node:http';
import { ACCOUNT_ID } from '../service.ts';

/** What an HTTP API answers. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer | string;
}

/** What the event needs beyond the request itself. */
export interface EventContext {
  readonly apiId: string;
  readonly routeKey: string;
  readonly stage: string;
  readonly requestId: string;
  readonly nowMs: number;
  readonly pathParameters: Readonly<Record<string, string>>;
}

const TEXT = /^(text\/|application\/(json|javascript|xml|[\w.+-]*\+(json|xml)|x-www-form-urlencoded)\b)/i;

/**
 * The event of payload format 2.0.
 * doc: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const toEvent = (request: IncomingMessage, body: Buffer, context: EventContext): Record<string, unknown> => {
  const { rawPath, rawQueryString } = splitUrl(request.url);
  const { cookies, ...headers } = joinedHeaders(request);
  const query = joinedQuery(rawQueryString);
  const isText = TEXT.test(headers['content-type'] ?? '') || isUtf8WithoutType(headers['content-type'], body);
  const host = headers['host'] ?? 'localhost';
  const now = new Date(context.nowMs);
  return {
    version: '2.0',
    routeKey: context.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies === undefined ? {} : { cookies: cookies.split(/;\s*/) }),
    headers,
    ...(Object.keys(query).length === 0 ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: context.apiId,
      domainName: host,
      domainPrefix: host.split('.')[0] ?? host,
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: context.requestId,
      routeKey: context.routeKey,
      stage: context.stage,
      time: commonLogTime(now),
      timeEpoch: context.nowMs,
    },
    ...(Object.keys(context.pathParameters).length === 0 ? {} : { pathParameters: context.pathParameters }),
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
};

/** The function's answer as HTTP: the structured form when it has a status code, else the whole value as a 200 in JSON. Null: malformed. */
export const toAnswer = (payload: string): HttpAnswer | null => {
  const value: unknown = JSON.parse(payload);
  if (!isObject(value) || value['statusCode'] === undefined) {
    const body = typeof value === 'string' ? value : payload;
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const status = Number(value['statusCode']);
  if (!Number.isInteger(status) || status < 100 || status > 599) return null;
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, header] of Object.entries(isObject(value['headers']) ? value['headers'] : {})) {
    headers[name.toLowerCase()] = String(header);
  }
  if (Array.isArray(value['cookies'])) headers['set-cookie'] = value['cookies'].map(String);
  const body = typeof value['body'] === 'string' ? value['body'] : '';
  // What API Gateway calls an answer that states no type.
  headers['content-type'] ??= 'text/plain;charset=UTF-8';
  return { status, headers, body: value['isBase64Encoded'] === true ? Buffer.from(body, 'base64') : body };
};

/** The path and the query as they came, the path still encoded. */
export const splitUrl = (url = '/'): { rawPath: string; rawQueryString: string } => {
  const at = url.indexOf('?');
  return at === -1
    ? { rawPath: url, rawQueryString: '' }
    : { rawPath: url.slice(0, at), rawQueryString: url.slice(at + 1) };
};

// Cookies travel apart from the other headers; duplicates of the others are joined with commas.
const joinedHeaders = (request: IncomingMessage): Record<string, string> & { cookies?: string } => {
  const headers: Record<string, string> & { cookies?: string } = {};
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? '').toLowerCase();
    const value = request.rawHeaders[at + 1] ?? '';
    if (name === 'cookie') headers.cookies = headers.cookies === undefined ? value : `${headers.cookies}; ${value}`;
    else if (!HOP_BY_HOP.has(name)) headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return headers;
};

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'upgrade', 'proxy-connection']);

const joinedQuery = (rawQueryString: string): Record<string, string> => {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    query[name] = query[name] === undefined ? value : `${query[name]},${value}`;
  }
  return query;
};

const isUtf8WithoutType = (contentType: string | undefined, body: Buffer): boolean =>
  contentType === undefined && Buffer.from(body.toString('utf8'), 'utf8').equals(body);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const commonLogTime = (date: Date): string => {
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${time} +0000`;
};
