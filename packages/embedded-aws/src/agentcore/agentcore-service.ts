import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import {
  AwsError,
  notImplemented,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type IamCheck,
} from '../service.ts';
import type { ContainerAnswer } from './container-session.ts';
import type { RuntimeHost } from './runtime-host.ts';

const SESSION_HEADER = 'x-amzn-bedrock-agentcore-runtime-session-id';
const USER_HEADER = 'x-amzn-bedrock-agentcore-runtime-user-id';
const CUSTOM_PREFIX = 'x-amzn-bedrock-agentcore-runtime-custom-';
const PASSED_ON = new Set([
  'content-type',
  'accept',
  'traceparent',
  'tracestate',
  'baggage',
  'x-amzn-trace-id',
  USER_HEADER,
]);

/**
 * The data plane of AgentCore Runtime.
 * doc: https://docs.aws.amazon.com/bedrock-agentcore/latest/APIReference/API_InvokeAgentRuntime.html
 */
export const createAgentCoreService = (find: (runtimeArn: string) => RuntimeHost | undefined): AwsService => ({
  name: 'bedrock-agentcore',
  protocol: 'rest-json',
  describe(request): IamCheck[] {
    const { operation, arn } = target(request);
    const forUser = operation === 'invocations' && request.headers[USER_HEADER] !== undefined;
    const main = operation === 'invocations' ? 'InvokeAgentRuntime' : 'StopRuntimeSession';
    const actions = [main, ...(forUser ? ['InvokeAgentRuntimeForUser'] : [])];
    // AWS asks for the runtime and for the endpoint that is called.
    const resources = [arn, `${arn}/runtime-endpoint/${request.query.get('qualifier') ?? 'DEFAULT'}`];
    return actions.flatMap((action) =>
      resources.map((resource) => ({ action: `bedrock-agentcore:${action}`, resource })),
    );
  },
  async handle(request): Promise<AwsResponse> {
    const { operation, arn } = target(request);
    const host = find(arn);
    if (host === undefined) {
      throw new AwsError(
        'ResourceNotFoundException',
        404,
        `No endpoint or agent found with qualifier 'DEFAULT' for agent '${arn}'`,
      );
    }
    const sessionId = sessionIdOf(request);
    return operation === 'invocations' ? invoke(host, sessionId, request) : stop(host, sessionId);
  },
});

const invoke = async (host: RuntimeHost, sessionId: string, request: AwsRequest): Promise<AwsResponse> => {
  const body = await request.bytes();
  const answer = await askContainer(host, sessionId, body, request);
  if (answer.status >= 400) {
    answer.body.destroy();
    throw runtimeClientError(
      `Received error (${answer.status}) from runtime. Please check your CloudWatch logs for more information.`,
    );
  }
  return {
    status: answer.status,
    headers: { ...contentHeaders(answer.headers), [SESSION_HEADER]: sessionId },
    body: answer.body as AsyncIterable<Buffer>,
  };
};

const askContainer = async (
  host: RuntimeHost,
  sessionId: string,
  body: Buffer,
  request: AwsRequest,
): Promise<ContainerAnswer> => {
  const headers = headersFor(request.headers, sessionId, request.requestId);
  try {
    const session = await host.session(sessionId);
    try {
      return await session.invoke(body, headers, request.signal);
    } catch (error) {
      // Refused means that nothing arrived: the process is as good as gone, and the session gets a new one.
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
      await session.stop();
      await session.gone;
      return await (await host.session(sessionId)).invoke(body, headers, request.signal);
    }
  } catch (error) {
    // A crash and a failed start look alike to the caller; the container's log says which it was.
    throw runtimeClientError(`The runtime did not answer: ${(error as Error).message}`);
  }
};

const stop = async (host: RuntimeHost, sessionId: string): Promise<AwsResponse> => {
  const wasRunning = await host.stop(sessionId);
  if (!wasRunning) throw new AwsError('ResourceNotFoundException', 404, `Session ${sessionId} was not found.`);
  return {
    status: 200,
    headers: { 'content-type': 'application/json', [SESSION_HEADER]: sessionId },
    body: JSON.stringify({ runtimeSessionId: sessionId }),
  };
};

const target = (request: AwsRequest): { operation: 'invocations' | 'stopruntimesession'; arn: string } => {
  const [, arn, operation] = /^\/runtimes\/([^/]+)\/(invocations|stopruntimesession)$/.exec(request.path) ?? [];
  if (arn === undefined || request.method !== 'POST') {
    throw notImplemented('bedrock-agentcore', `${request.method} ${request.path}`);
  }
  return { operation: operation as 'invocations', arn: decodeURIComponent(arn) };
};

const sessionIdOf = (request: AwsRequest): string => {
  const header = request.headers[SESSION_HEADER];
  const sessionId = typeof header === 'string' ? header : randomUUID();
  if (sessionId.length >= 33 && sessionId.length <= 256) return sessionId;
  const bound = sessionId.length < 33 ? 'greater than or equal to 33' : 'less than or equal to 256';
  throw new AwsError(
    'ValidationException',
    400,
    `1 validation error detected: Value at 'runtimeSessionId' failed to satisfy constraint: Member must have length ${bound}`,
  );
};

const headersFor = (from: IncomingHttpHeaders, sessionId: string, requestId: string): Record<string, string> => {
  const passed = Object.entries(from).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && (PASSED_ON.has(entry[0]) || entry[0].startsWith(CUSTOM_PREFIX)),
  );
  return {
    ...Object.fromEntries(passed),
    [SESSION_HEADER]: sessionId,
    'x-amzn-bedrock-agentcore-runtime-request-id': requestId,
  };
};

const contentHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    ['content-type', 'cache-control'].flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

const runtimeClientError = (message: string): AwsError => new AwsError('RuntimeClientError', 424, message);
