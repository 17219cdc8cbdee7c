import {
  ACCOUNT_ID,
  AwsError,
  notImplemented,
  REGION,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
} from '../service.ts';
import type { FunctionHost } from './function-host.ts';

/** What the Lambda API needs from the loaded functions. */
export interface LambdaServiceDeps {
  readonly find: (functionName: string) => FunctionHost | undefined;
  readonly invokeEvent: (host: FunctionHost, event: string, requestId: string) => void;
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** The Invoke API. doc: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const createLambdaService = ({ find, invokeEvent }: LambdaServiceDeps): AwsService => ({
  name: 'lambda',
  protocol: 'rest-json',
  describe: (request) => [{ action: 'lambda:InvokeFunction', resource: functionArn(nameIn(request)) }],
  async handle(request): Promise<AwsResponse> {
    const name = nameIn(request);
    const host = find(name);
    if (host === undefined) {
      throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${functionArn(name)}`);
    }
    const event = (await request.bytes()).toString('utf8') || '{}';
    assertJson(event);
    const mode = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (mode === 'DryRun') return { status: 204, headers: {}, body: '' };
    if (mode === 'Event') {
      invokeEvent(host, event, request.requestId);
      return { status: 202, headers: {}, body: '' };
    }
    const result = await host.invoke(event, request.requestId);
    if (result.kind === 'throttled') {
      throw new AwsError('TooManyRequestsException', 429, 'Rate Exceeded.', {
        details: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
      });
    }
    const failed = result.kind === 'failed' ? { 'x-amz-function-error': 'Unhandled' } : {};
    const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST', ...failed };
    return { status: 200, headers, body: result.payload };
  },
});

/** The ARN of a function of this account. */
export const functionArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`;

/** The name in a function reference: a name, a partial or a full ARN, with or without a qualifier. */
export const functionName = (reference: string): string =>
  /^(?:arn:aws:lambda:[^:]*:\d+:function:|\d+:function:)?([^:]+)/.exec(reference)?.[1] ?? reference;

const nameIn = (request: AwsRequest): string => {
  const reference = INVOKE.exec(request.path)?.[1];
  if (reference === undefined || request.method !== 'POST') {
    throw notImplemented('lambda', `${request.method} ${request.path}`);
  }
  return functionName(decodeURIComponent(reference));
};

const assertJson = (event: string): void => {
  try {
    JSON.parse(event);
  } catch (error) {
    throw new AwsError(
      'InvalidRequestContentException',
      400,
      `Could not parse request body into json: ${(error as Error).message}`,
    );
  }
};
