import { REGION } from '../service.ts';

/** An error answer of the embedded endpoint. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  readonly code: string;
  readonly status: number;

  constructor(what: string, code: string, status: number, message: string) {
    super(`${what} answered ${code} (${status}): ${message}`);
    this.code = code;
    this.status = status;
  }
}

/** Calls the embedded endpoint as one identity, over the wire, so that its permissions count. */
export interface AwsCaller {
  /** A JSON protocol operation, `call('sqs', 'AmazonSQS.SendMessage', {...})`. @throws AwsCallError */
  call<T = Record<string, unknown>>(service: string, target: string, input: unknown, signal?: AbortSignal): Promise<T>;
  /** A REST operation. @throws AwsCallError */
  rest(service: string, method: string, path: string, body?: string, headers?: Record<string, string>): Promise<string>;
}

/** @param endpoint is asked at every call: the port is known only once the server listens. */
export const createAwsCaller = (endpoint: () => string, accessKeyId: string): AwsCaller => {
  // The endpoint reads the identity and the service from the scope and does not check the signature.
  const authorization = (service: string): string =>
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=embedded`;
  return {
    async call<T>(service: string, target: string, input: unknown, signal?: AbortSignal) {
      const version = service === 'secretsmanager' ? '1.1' : '1.0';
      const response = await fetch(endpoint(), {
        method: 'POST',
        headers: {
          authorization: authorization(service),
          'content-type': `application/x-amz-json-${version}`,
          'x-amz-target': target,
        },
        body: JSON.stringify(input),
        ...(signal === undefined ? {} : { signal }),
      });
      const text = await response.text();
      const output: unknown = text === '' ? {} : JSON.parse(text);
      if (response.ok) return output as T;
      const { __type: type = 'Unknown', message, Message } = output as Partial<Record<string, string>>;
      throw new AwsCallError(target, type.split('#').at(-1) ?? type, response.status, message ?? Message ?? text);
    },
    async rest(service, method, path, body, headers = {}) {
      const response = await fetch(`${endpoint()}${path}`, {
        method,
        headers: { ...headers, authorization: authorization(service) },
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      if (response.ok) return text;
      const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? response.headers.get('x-amzn-errortype') ?? 'Unknown';
      const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? text;
      throw new AwsCallError(`${method} ${path}`, code, response.status, message);
    },
  };
};
