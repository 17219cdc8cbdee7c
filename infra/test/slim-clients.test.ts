import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleEntry } from '../lib/bundling/bundle-entry.ts';

const PROBE = path.join(import.meta.dirname, '../../packages/aws/test/client-probe.ts');
const SOURCES = ['aws', 'webhook-registrar'].map((name) =>
  path.join(import.meta.dirname, '../../packages', name, 'src'),
);
const scratch = mkdtempSync(path.join(tmpdir(), 'agent-claw-clients-'));

interface Answer {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Record<string, string>;
}

/** Answers as the services do, errors in each service's own shape. */
const answerTo = (target: string, url: string, body: string): Answer => {
  if (url.includes('SOUL.md')) return { status: 200, body: '# Soul', headers: { etag: '"e1"' } };
  if (url.includes('missing.md')) return { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };
  if (url.includes('forbidden.md')) return { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' };
  if (body.includes('"throttled"'))
    return { status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException', message: 'Slow.' } };
  if (target.endsWith('GetItem')) return { status: 200, body: { Item: { pk: { S: 'lane' }, fence: { N: '7' } } } };
  if (target.endsWith('Query')) return { status: 200, body: { Items: [{ pk: { S: 'lane' } }], Count: 1 } };
  if (target.endsWith('UpdateItem')) {
    const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    return { status: 400, body: { __type, message: 'The conditional request failed' } };
  }
  if (target.endsWith('GetSecretValue'))
    return { status: 400, body: { __type: 'ResourceNotFoundException', Message: 'No such secret.' } };
  if (body.includes('wakes-gone'))
    return {
      status: 400,
      body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'No such queue.' },
      headers: { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
    };
  if (target.endsWith('SendMessage'))
    return { status: 200, body: { MessageId: 'm1', MD5OfMessageBody: '99914b932bd37a50b983c5e7c90ae93b' } };
  if (url.includes('busy')) {
    const headers = { 'x-amzn-errortype': 'RetryableConflictException:http://internal.amazon.com/' };
    return { status: 409, body: { message: 'Try again.' }, headers };
  }
  return { status: 200, body: 'data: {"seq":0}\n\n', headers: { 'x-amzn-bedrock-agentcore-runtime-session-id': 's1' } };
};

const runProbe = async (bundle: string, environment: Record<string, string>): Promise<unknown> => {
  const child = spawn(process.execPath, [path.join(bundle, 'index.js')], {
    env: { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', ...environment },
  });
  const [output, problems] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(problems).toBe('');
  return JSON.parse(output) as unknown;
};

describe('the slimmed AWS clients', () => {
  const slim = mkdtempSync(path.join(scratch, 'slim-'));
  const whole = mkdtempSync(path.join(scratch, 'whole-'));
  let server: Server;
  let endpoint: string;

  beforeAll(async () => {
    await Promise.all([bundleEntry(PROBE, slim), bundleEntry(PROBE, whole, [])]);
    server = createServer((request, response) => {
      void text(request).then((received) => {
        const { status, body, headers } = answerTo(
          String(request.headers['x-amz-target'] ?? ''),
          request.url ?? '',
          received,
        );
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('answer and fail exactly as the whole ones: same values, same error names, statuses and classes', async () => {
    const [slimmed, original] = await Promise.all(
      [slim, whole].map((bundle) => runProbe(bundle, { AWS_ENDPOINT_URL: endpoint })),
    );
    expect(slimmed).toEqual(original);
    expect(slimmed).toMatchObject({
      answers: {
        getItem: { Item: { fence: { N: '7' } } },
        query: { Items: [{ pk: { S: 'lane' } }], Count: 1 },
        updateItem: { name: 'ConditionalCheckFailedException', status: 400, isRecognised: true },
        throttledItem: { name: 'ThrottlingException', status: 400, isRecognised: false },
        sendMessage: { MessageId: 'm1' },
        getSecret: { name: 'ResourceNotFoundException', isRecognised: true },
        getObject: { text: '# Soul', ETag: '"e1"' },
        getMissing: { name: 'NoSuchKey', status: 404, isRecognised: true },
        getForbidden: { name: 'AccessDenied', status: 403, isRecognised: false },
        invoke: { text: 'data: {"seq":0}\n\n', runtimeSessionId: 's1' },
        invokeBusy: { name: 'RetryableConflictException', status: 409 },
      },
    });
  });

  it.each([
    ['eu-west-1', 'amazonaws.com'],
    ['us-gov-west-1', 'amazonaws.com'],
    ['cn-north-1', 'amazonaws.com.cn'],
  ])('call the same addresses in %s', async (region, domain) => {
    const environment = { AWS_REGION: region, SQS_URL: `https://sqs.${region}.${domain}` };
    const [slimmed, original] = await Promise.all([slim, whole].map((bundle) => runProbe(bundle, environment)));
    expect(slimmed).toEqual(original);
    expect(slimmed).toMatchObject({
      addresses: [
        `https://dynamodb.${region}.${domain}/`,
        `https://sqs.${region}.${domain}/`,
        `https://secretsmanager.${region}.${domain}/`,
        `https://files.s3.${region}.${domain}/workspace/SOUL.md`,
        `https://files.s3.${region}.${domain}/workspace/missing.md`,
        `https://files.s3.${region}.${domain}/workspace/forbidden.md`,
        expect.stringContaining(`https://bedrock-agentcore.${region}.${domain}/runtimes/`),
      ],
    });
  });

  // What a bundle does not register arrives as another class, and the branch that waits for it is never taken.
  it('know every error class that our code asks for', () => {
    const asked = SOURCES.flatMap((folder) =>
      globSync('**/*.ts', { cwd: folder, exclude: (name) => name.endsWith('.test.ts') }).flatMap((file) => {
        const source = readFileSync(path.join(folder, file), 'utf8');
        const vendors = [...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-/gu)].flatMap(([, names = '']) =>
          names.split(',').map((name) => name.trim()),
        );
        return vendors.filter((name) => name !== '' && source.includes(`instanceof ${name}`));
      }),
    );
    expect([...new Set(asked)].sort()).toEqual([
      'ConditionalCheckFailedException',
      'NoSuchKey',
      'ResourceNotFoundException',
    ]);
  });

  it('refuse FIPS endpoints instead of calling others', async () => {
    const { answers } = (await runProbe(slim, {
      AWS_USE_FIPS_ENDPOINT: 'true',
      SQS_URL: 'https://sqs.eu-west-1.amazonaws.com',
    })) as {
      answers: Record<string, { message: string }>;
    };
    expect(answers['getItem']?.message).toContain('no FIPS');
  });
});
