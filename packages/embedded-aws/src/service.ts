import type { IncomingHttpHeaders } from 'node:http';

/** Every embedded resource lives in this account and region. */
export const ACCOUNT_ID = '000000000000';
export const REGION = 'us-east-1';

/** One signed request, as a service sees it. */
export interface AwsRequest {
  /** From the credential scope, so one port serves every service: `s3`, `sqs`, `dynamodb`, `bedrock-agentcore`, ... */
  readonly service: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  /** `http://127.0.0.1:PORT` of the running endpoint, for URLs in answers. */
  readonly endpoint: string;
  readonly method: string;
  /** As sent: still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body as it arrives. Read either this or `bytes()`, not both. */
  readonly stream: AsyncIterable<Buffer>;
  /** The whole body; repeatable. */
  bytes(): Promise<Buffer>;
  /** Aborts when the caller hangs up, so that a long poll does not hide a message from everybody. */
  readonly signal: AbortSignal;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer | string | AsyncIterable<Buffer | Uint8Array | string>;
}

/** One permission a request needs. */
export interface IamCheck {
  /** `s3:PutObject` */
  readonly action: string;
  /** An ARN, or `*` for actions without resources. */
  readonly resource: string;
  /** Condition keys beyond the global ones, e.g. `s3:prefix`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** Who is calling. */
export interface Principal {
  /** `arn:aws:sts::000000000000:assumed-role/<role>/<session>`, or the owner's user ARN. */
  readonly arn: string;
  /** Short name for counters and fault matchers: the function or session name, or `owner`. */
  readonly name: string;
  /** Whether the identity's policies allow it. The owner may do everything. */
  allows(check: IamCheck): boolean;
}

/** How a service writes requests and errors on the wire. */
export type AwsProtocol = 'json-1.0' | 'json-1.1' | 'rest-json' | 'rest-xml';

/** One AWS service behind the shared port. */
export interface AwsService {
  /** The signing name in the credential scope. */
  readonly name: string;
  readonly protocol: AwsProtocol;
  /**
   * The operation's permissions, the operation's own first. Empty: no permission needed.
   * @throws AwsError for a request that no operation fits.
   */
  describe(request: AwsRequest): readonly IamCheck[] | Promise<readonly IamCheck[]>;
  /** What the request says beyond its action, for counters and fault matchers: DynamoDB's update expression. */
  detail?(request: AwsRequest): Promise<string | undefined>;
  /** Runs an authorized request. @throws AwsError for every error the caller should see. */
  handle(request: AwsRequest, principal: Principal): Promise<AwsResponse>;
  /** Flushes and closes what the service holds open. */
  close?(): Promise<void>;
}

/** An error answer of AWS. The server renders it in the protocol of the service. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Extra members of the error document. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    status: number,
    message: string,
    more: { details?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }
}

/** The answer to an operation that is not embedded: it names it, so that nobody hunts for a bug that is not there. */
export const notImplemented = (service: string, operation: string): AwsError =>
  new AwsError(
    'NotImplemented',
    501,
    `The embedded ${service} has no operation ${operation}. Use one it has, or add it in packages/embedded-aws.`,
  );

/** The operation named by `X-Amz-Target: <prefix>.<Operation>`. */
export const targetOperation = (request: AwsRequest): string => {
  const target = request.headers['x-amz-target'];
  const operation = typeof target === 'string' ? target.split('.')[1] : undefined;
  if (operation === undefined) {
    throw new AwsError(
      'UnknownOperationException',
      404,
      `The request to ${request.service} names no operation (X-Amz-Target).`,
    );
  }
  return operation;
};

/** The body as a JSON object. @throws AwsError SerializationException */
export const jsonBody = async (request: AwsRequest): Promise<Record<string, unknown>> => {
  const text = (await request.bytes()).toString('utf8');
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AwsError(
    'SerializationException',
    400,
    `The body of ${request.method} ${request.path} is not a JSON object.`,
  );
};

/** A JSON answer in the service's protocol. */
export const jsonResponse = (protocol: AwsProtocol, value: unknown, status = 200): AwsResponse => ({
  status,
  headers: { 'content-type': protocol === 'rest-json' ? 'application/json' : `application/x-amz-${protocol}` },
  body: JSON.stringify(value),
});
