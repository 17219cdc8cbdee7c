import type { IncomingMessage } from 'node:http';

/** The parts of a SigV4 credential scope that route a request. */
export interface Credential {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/**
 * Who signed for which service, from the Authorization header or a presigned query. The signature itself is not
 * checked: access key ids stand for identities here, and nothing but loopback reaches the port.
 * @returns null when the request is not signed.
 */
export const readCredential = (incoming: IncomingMessage): Credential | null => {
  const header = /^AWS4-[^ ]+ .*Credential=([^,\s]+)/.exec(incoming.headers.authorization ?? '')?.[1];
  const scope = header ?? new URLSearchParams(incoming.url?.split('?')[1]).get('X-Amz-Credential');
  const [accessKeyId, , region, service] = scope?.split('/') ?? [];
  return accessKeyId === undefined || region === undefined || service === undefined
    ? null
    : { accessKeyId, region, service };
};
