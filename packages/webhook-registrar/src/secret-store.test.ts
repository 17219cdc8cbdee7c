import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { secretsManagerSecretStore } from './secret-store.ts';

const signal = new AbortController().signal;
const VALUE = { botToken: '7000:AAE-only-for-tests' };

/** Secrets Manager that refuses the first calls, the real client before it, and a clock that moves only while somebody sleeps. */
const aWorld = async (refusals: number, error = 'AccessDeniedException') => {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      calls.push(String(request.headers['x-amz-target']).replace(/^.*\./u, ''));
      const refused = calls.length <= refusals;
      response
        .writeHead(refused ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(refused ? { __type: error, message: 'no' } : { SecretString: JSON.stringify(VALUE) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new SecretsManagerClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const clock = { ms: 1_000_000 };
  const sleep = async (ms: number): Promise<void> => {
    clock.ms += ms;
  };
  return {
    calls,
    waitedMs: () => clock.ms - 1_000_000,
    store: secretsManagerSecretStore(client, 'secret', { now: () => clock.ms, sleep }),
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

describe('the secret store', () => {
  it('waits until the permission of a new role has arrived, for reading and for writing', async () => {
    await using reading = await aWorld(4);
    expect(await reading.store.read(signal)).toEqual({ kind: 'present', secret: VALUE });
    expect([reading.calls.length, reading.waitedMs()]).toEqual([5, 4_000]);
    await using writing = await aWorld(1);
    await writing.store.write(VALUE, signal);
    expect(writing.calls).toEqual(['PutSecretValue', 'PutSecretValue']);
  });

  it('gives up after 15 seconds when the permission does not come', async () => {
    await using world = await aWorld(Number.POSITIVE_INFINITY);
    await expect(world.store.read(signal)).rejects.toMatchObject({ cause: { name: 'AccessDeniedException' } });
    expect([world.calls.length, world.waitedMs()]).toEqual([16, 15_000]);
  });

  it('waits for nothing else: a secret without a value is absent at once, another refusal fails at once', async () => {
    await using empty = await aWorld(1, 'ResourceNotFoundException');
    expect(await empty.store.read(signal)).toEqual({ kind: 'absent' });
    await using broken = await aWorld(1, 'InvalidRequestException');
    await expect(broken.store.read(signal)).rejects.toMatchObject({ cause: { name: 'InvalidRequestException' } });
    expect([empty.waitedMs(), broken.waitedMs()]).toEqual([0, 0]);
  });
});
