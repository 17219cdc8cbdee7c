import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockAgentCoreClient, InvokeAgentRuntimeCommand } from '@aws-sdk/client-bedrock-agentcore';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock, startEmbeddedCloud, type EmbeddedCloud, type EmbeddedCloudOptions } from '../src/index.ts';
import { aTemplate, writeCdkOut } from './cloud-fixture.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const aCloud = async (more: Partial<EmbeddedCloudOptions> = {}, template = aTemplate()) => {
  const lines: string[] = [];
  const cloud = await startEmbeddedCloud({
    cdkOut: writeCdkOut(template),
    awsPort: 0,
    publicUrl: 'http://127.0.0.1:1/',
    log: ({ line }) => lines.push(line),
    ...more,
  });
  stops.push(() => cloud.stop());
  const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.ownerCredentials };
  const ref = (id: string): string => cloud.refs[id] ?? '';
  const item = async (pk: string): Promise<string | undefined> => {
    const found = await new DynamoDBClient(config).send(
      new GetItemCommand({ TableName: ref('Table'), Key: { pk: { S: pk } } }),
    );
    return found.Item?.['value']?.S;
  };
  return { cloud, config, ref, item, lines };
};

const post = async (cloud: EmbeddedCloud, body: string): Promise<Response> => {
  const server = createServer(cloud.handleHttp);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, { method: 'POST', body });
};

// Rests on:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
describe('embedded cloud', () => {
  it('runs the stack: HTTP API to function to queue to function to table', async () => {
    const { cloud, item } = await aCloud({
      extraEnv: ({ logicalId }) => (logicalId === 'Ingest' ? { EXTRA: 'here' } : {}),
    });
    const response = await post(cloud, 'hello');
    expect([response.status, await response.text()]).toEqual([202, 'queued here']);
    await expect
      .poll(() => item('hello'), { timeout: 10_000 })
      .toMatch(/^arn:aws:sqs:us-east-1:000000000000:App-Queue-/);
    expect(cloud.outputs).toMatchObject({ Said: 'Create http://127.0.0.1:1/hook', Kind: 'first' });
  });

  it('lets a failed item come again alone and parks it after its last receive', async () => {
    const { cloud, config, ref, item } = await aCloud();
    await post(cloud, 'poison');
    await post(cloud, 'good');
    await expect.poll(() => item('good'), { timeout: 10_000 }).toBeDefined();
    const parked = async (): Promise<string | undefined> => {
      const command = new GetQueueAttributesCommand({
        QueueUrl: ref('DeadLetters'),
        AttributeNames: ['ApproximateNumberOfMessages'],
      });
      return (await new SQSClient(config).send(command)).Attributes?.['ApproximateNumberOfMessages'];
    };
    await expect.poll(parked, { timeout: 15_000 }).toBe('1');
  });

  it('allows a function what its role says and nothing else', async () => {
    const { cloud } = await aCloud();
    await expect(cloud.invoke('Poor', {})).rejects.toThrow(/not authorized to perform: dynamodb:PutItem/);
  });

  it('fires the schedule of the template by the injected clock, with the time that was planned', async () => {
    const clock = manualClock(Date.UTC(2026, 10, 21, 5, 0, 0));
    const { item } = await aCloud({ clock });
    await clock.advance(30 * 60_000);
    await expect.poll(() => item('tick'), { timeout: 10_000 }).toBe('{"at":"2026-11-21T05:30:00Z"}');
  });

  it('keeps data, secrets and schedules, and does not repeat an unchanged custom resource', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'data-'));
    const first = await aCloud({ dataDir, secrets: { Secret: 'one' } });
    await post(first.cloud, 'kept');
    await expect.poll(() => first.item('kept'), { timeout: 10_000 }).toBeDefined();
    await new SchedulerClient(first.config).send(
      new CreateScheduleCommand({
        Name: 'job',
        ScheduleExpression: 'at(2099-01-01T00:00:00)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: 'arn:aws:lambda:us-east-1:000000000000:function:x',
          RoleArn: 'arn:aws:iam::000000000000:role/x',
        },
      }),
    );
    await first.cloud.stop();
    const second = await aCloud({ dataDir, secrets: { Secret: 'one' } });
    const schedules = await new SchedulerClient(second.config).send(new ListSchedulesCommand({}));
    const secret = await new SecretsManagerClient(second.config).send(
      new GetSecretValueCommand({ SecretId: second.ref('Secret') }),
    );
    expect({
      item: await second.item('kept'),
      schedules: schedules.Schedules?.map((one) => one.Name?.replace(/-\w+$/, '')),
      secret: secret.SecretString,
      said: second.cloud.outputs['Said'],
      versioning: (
        await new S3Client(second.config).send(new GetBucketVersioningCommand({ Bucket: second.ref('Bucket') }))
      ).Status,
      hasTroubles: existsSync(join(dataDir, 'logs', 'platform.log')),
    }).toEqual({
      item: expect.stringContaining('Queue'),
      schedules: ['App-Schedule', 'job'],
      secret: 'one',
      said: 'Create http://127.0.0.1:1/hook',
      versioning: 'Enabled',
      hasTroubles: false,
    });
    await second.cloud.stop();
    const smaller = aTemplate();
    delete smaller.Resources['Schedule'];
    const third = await aCloud({ dataDir, parameters: { Generation: '2' } }, smaller);
    expect(third.cloud.outputs).toMatchObject({ Said: 'Update http://127.0.0.1:1/hook', Kind: 'later' });
    const left = await new SchedulerClient(third.config).send(new ListSchedulesCommand({}));
    expect(left.Schedules?.map((one) => one.Name)).toEqual(['job']);
  });

  it('says in one sentence what does not fit together', async () => {
    const spoil = async (change: (template: ReturnType<typeof aTemplate>) => void): Promise<string> => {
      const template = aTemplate();
      change(template);
      return aCloud({}, template).then(
        () => 'it started',
        (error: unknown) => (error as Error).message,
      );
    };
    const set = (id: string, property: string, value: unknown) =>
      spoil((template) => {
        const resource = template.Resources[id];
        if (resource !== undefined) resource.Properties = { ...resource.Properties, [property]: value };
      });
    expect(await set('Registration', 'Fail', true)).toBe(
      'Create of custom resource Registration (Custom::Registration) failed: the token is not valid',
    );
    expect(await set('Route', 'Target', 'integrations/Nowhere')).toMatch(
      /Route Route: its target integrations\/Nowhere/,
    );
    expect(await set('Worker', 'Handler', 'main.work')).toMatch(/Function Worker: no file for handler main.work/);
    expect(await set('Queue', 'RedrivePolicy', {})).toMatch(/Queue Queue: its RedrivePolicy has no maxReceiveCount/);
    expect(await set('Schedule', 'ScheduleExpression', 'rate(1 minutes)')).toMatch(/Invalid Schedule Expression/);
    expect(await set('Policy', 'PolicyDocument', { Statement: [] })).toMatch(/role .* may not sqs:ReceiveMessage/);
    expect(await set('Worker', 'Role', { 'Fn::GetAtt': ['Role', 'Nope'] })).toMatch(/Role.Nope: .* only Arn, RoleId/);
    expect(await set('Role', 'Description', { Ref: 'Worker' })).toMatch(
      /Circular dependency: Worker -> Role -> Worker/,
    );
    expect(await set('Table', 'KeySchema', [{ AttributeName: 'id', KeyType: 'HASH' }])).toMatch(/Table Table: id, pk/);
    expect(await spoil((template) => (template.Resources['New'] = { Type: 'AWS::Magic::Wand' }))).toMatch(
      /New is an AWS::Magic::Wand, which is not embedded/,
    );
  });

  it('records a topic, its policy and its subscription, and makes none of them where the condition does not hold', async () => {
    const withMail = aTemplate();
    const TopicArn = { Ref: 'Topic' };
    const Condition = 'IsFirst';
    Object.assign(withMail.Resources, {
      Topic: { Type: 'AWS::SNS::Topic', Condition },
      TopicRules: { Type: 'AWS::SNS::TopicPolicy', Condition, Properties: { Topics: [TopicArn], PolicyDocument: {} } },
      Mail: { Type: 'AWS::SNS::Subscription', Condition, Properties: { TopicArn, Protocol: 'email', Endpoint: 'a@b' } },
      Alarm: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { AlarmActions: { 'Fn::If': ['IsFirst', [TopicArn], { Ref: 'AWS::NoValue' }] } },
      },
    });
    const made = async (Generation: string) => {
      const { cloud } = await aCloud({ parameters: { Generation } }, withMail);
      return [cloud.refs['Topic'], ...['TopicRules', 'Mail', 'Alarm'].map((id) => id in cloud.refs)];
    };
    expect(await made('1')).toEqual([
      expect.stringMatching(/^arn:aws:sns:us-east-1:000000000000:App-Topic-\w{8}$/),
      true,
      true,
      true,
    ]);
    expect(await made('2')).toEqual([undefined, false, false, true]);
  });

  it('runs the image of the runtime with its role, its variables and those of this machine', async () => {
    const { cloud, config, ref } = await aCloud({
      extraEnv: ({ kind }) => (kind === 'runtime' ? { EXTRA: 'model key' } : {}),
    });
    const answer = await new BedrockAgentCoreClient(config).send(
      new InvokeAgentRuntimeCommand({
        agentRuntimeArn: cloud.outputs['AgentArn'],
        runtimeSessionId: 'session'.padEnd(33, '-'),
        payload: Buffer.from('{}'),
      }),
    );
    expect(JSON.parse((await answer.response?.transformToString()) ?? '')).toEqual({
      TABLE: ref('Table'),
      EXTRA: 'model key',
      AWS_ENDPOINT_URL: cloud.endpoint,
    });
  });

  it('says which port is taken', async () => {
    const { cloud } = await aCloud();
    const awsPort = Number(new URL(cloud.endpoint).port);
    await expect(aCloud({ awsPort })).rejects.toThrow(
      `Starting the AWS endpoint failed: port ${awsPort} is in use. Free it or choose another one.`,
    );
  });

  it('leaves no process behind after kill -9, not even a frozen one', async () => {
    const cdkOut = writeCdkOut(aTemplate());
    const source = new URL('../src/index.ts', import.meta.url).href;
    const script = `
      const { startEmbeddedCloud } = await import(${JSON.stringify(source)});
      await startEmbeddedCloud({ cdkOut: ${JSON.stringify(cdkOut)}, awsPort: 0, publicUrl: 'http://127.0.0.1:1' });
      const { readdirSync, readFileSync } = await import('node:fs');
      const stat = (pid) => { try { return readFileSync('/proc/' + pid + '/stat', 'utf8').split(') ')[1].split(' '); } catch { return []; } };
      const mine = readdirSync('/proc').filter((pid) => stat(pid)[1] === String(process.pid));
      const look = () => mine.map((pid) => [pid, stat(pid)[0]]);
      // A signal to freeze takes effect when the kernel comes round to it.
      while (!look().some(([, state]) => state === 'T')) await new Promise((resolve) => setImmediate(resolve));
      const states = look();
      process.stdout.write(JSON.stringify(states) + '\\n');
      setInterval(() => {}, 1000);
    `;
    const parent = spawn(process.execPath, ['--conditions=@app/source', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    stops.push(async () => parent.kill('SIGKILL'));
    const states = await new Promise<[string, string][]>((resolve) =>
      parent.stdout.once('data', (data: Buffer) => resolve(JSON.parse(data.toString()) as [string, string][])),
    );
    // The registrar has run and is frozen; the watchdog is awake.
    expect(states.filter(([, state]) => state === 'T').length).toBe(1);
    expect(states.length).toBe(2);
    parent.kill('SIGKILL');
    const alive = (): string[] => states.map(([pid]) => pid).filter(isAlive);
    await expect.poll(alive, { timeout: 5000, interval: 20 }).toEqual([]);
  });
});

const isAlive = (pid: string): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // No such process.
    return false;
  }
};
