import {
  AwsError,
  type AwsProtocol,
  type AwsResponse,
  type AwsService,
  type IamCheck,
  type Principal,
} from '../service.ts';
import { xmlElement } from './xml.ts';

/** Any thrown value as the service's error document. What is not an AwsError is a bug here and answers InternalFailure 500. */
export const renderError = (service: AwsService | undefined, thrown: unknown, requestId: string): AwsResponse => {
  const error =
    thrown instanceof AwsError
      ? thrown
      : new AwsError('InternalFailure', 500, `The embedded service failed: ${String(thrown)}`);
  const protocol: AwsProtocol = service?.protocol ?? 'json-1.1';
  if (protocol === 'rest-xml') return restXmlError(error, requestId);
  const { code, status, message, details } = error;
  const type = protocol === 'rest-json' ? 'application/json' : `application/x-amz-${protocol}`;
  const headers: Record<string, string> = { 'content-type': type, 'x-amzn-errortype': code, ...error.headers };
  // SQS spoke the query protocol once; its clients still read the old error code from here.
  if (service?.name === 'sqs') headers['x-amzn-query-error'] ??= `${code};${status < 500 ? 'Sender' : 'Receiver'}`;
  return { status, headers, body: JSON.stringify({ __type: code, message, ...details }) };
};

const restXmlError = ({ code, status, message, details, headers }: AwsError, requestId: string): AwsResponse => ({
  status,
  headers: { 'content-type': 'application/xml', ...headers },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${xmlElement('Error', { Code: code, Message: message, ...(details as Record<string, string>), RequestId: requestId })}`,
});

/** What AWS says when no identity policy allows a call; each service has its own code and status for it. */
export const accessDenied = (service: string, principal: Principal, { action, resource }: IamCheck): AwsError => {
  const on = resource === '*' ? '' : ` on resource: "${resource}"`;
  return new AwsError(
    service === 's3' ? 'AccessDenied' : 'AccessDeniedException',
    service === 'dynamodb' || service === 'secretsmanager' ? 400 : 403,
    `User: ${principal.arn} is not authorized to perform: ${action}${on} because no identity-based policy allows the ${action} action`,
  );
};

/** What AWS says to an access key id it does not know. */
export const unknownKey = (service: string): AwsError => {
  if (service === 's3') {
    return new AwsError('InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.');
  }
  const code = service === 'sqs' ? 'InvalidClientTokenId' : 'UnrecognizedClientException';
  const status = service === 'dynamodb' || service === 'secretsmanager' ? 400 : 403;
  return new AwsError(code, status, 'The security token included in the request is invalid.');
};

/** What a service says when it is called too often; every code here is one the SDK retries. */
export const throttled = (service: string): AwsError => {
  switch (service) {
    case 's3':
      return new AwsError('SlowDown', 503, 'Please reduce your request rate.');
    case 'dynamodb':
      return new AwsError('ThrottlingException', 400, 'Rate of requests exceeds the allowed throughput.');
    case 'lambda':
      return new AwsError('TooManyRequestsException', 429, 'Rate Exceeded.', {
        details: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
      });
    case 'scheduler':
    case 'bedrock-agentcore':
      return new AwsError('ThrottlingException', 429, 'Rate exceeded');
    default:
      return new AwsError('ThrottlingException', 400, 'Rate exceeded');
  }
};
