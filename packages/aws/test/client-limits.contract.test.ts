import { RetryableError } from '@agent-claw/core';
import { S3Client } from '@aws-sdk/client-s3';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CLIENT_LIMITS } from '../src/aws-clients.ts';
import { s3WorkspaceStore } from '../src/s3-workspace-store.ts';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** A bucket that begins every object and never ends one. */
const aStallingBucket = async (): Promise<string> => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': '100', etag: '"1"' });
    response.write('half');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('the limits of the AWS clients', () => {
  it('give up on an answer that begins and never ends', async () => {
    const { requestHandler } = CLIENT_LIMITS;
    expect(requestHandler.socketTimeout).toBe(10_000);
    // A hundredth of the time, so that nobody waits for the test.
    const socketTimeout = requestHandler.socketTimeout / 100;
    const client = new S3Client({
      ...CLIENT_LIMITS,
      requestHandler: { ...requestHandler, socketTimeout },
      region: 'us-east-1',
      endpoint: await aStallingBucket(),
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
    });
    closers.push(() => client.destroy());
    const store = s3WorkspaceStore({ client, bucket: 'workspace', prefix: 'workspace/' });
    await expect(store.read('SOUL.md')).rejects.toThrow(RetryableError);
  });
});
