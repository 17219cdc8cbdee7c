import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rendered, synthesize, withoutHash } from './synthesized.ts';
import type { Resource } from './synthesized.ts';

const stack = synthesize();
afterAll(() => stack[Symbol.dispose]());

const only = (type: string): Resource => {
  const found = Object.values(stack.ofType(type));
  expect([type, found.length]).toEqual([type, 1]);
  return found[0] as Resource;
};
const functions = stack.ofType('AWS::Lambda::Function');
const environmentOf = (id: string): Record<string, string> => {
  const { Variables = {} } = (functions[id]?.Properties['Environment'] ?? {}) as {
    Variables?: Record<string, unknown>;
  };
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, rendered(value)]));
};

describe('the stack', () => {
  it('is the same bytes every time', () => {
    using again = synthesize();
    expect(again.templateText).toBe(stack.templateText);
  });

  it('costs nothing while nobody writes: nothing in it runs or is reserved all the time', () => {
    const { Resources } = JSON.parse(stack.templateText) as { Resources: Record<string, Resource> };
    const types = Object.values(Resources).map(({ Type }) => Type);
    expect(
      types.filter((type) => /^AWS::(EC2|RDS|ECS|KMS|ElasticLoadBalancing|OpenSearch|Kinesis)/u.test(type)),
    ).toEqual([]);
    expect(Object.keys(stack.ofType('AWS::SecretsManager::Secret'))).toHaveLength(1);
  });

  it('keeps tables, files and the token when it is deleted or replaces them, and leaves none behind when its first deploy fails', () => {
    const kept = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'].flatMap((type) =>
      Object.values(stack.ofType(type)).map(({ DeletionPolicy, UpdateReplacePolicy }) => [
        DeletionPolicy,
        UpdateReplacePolicy,
      ]),
    );
    expect(kept).toEqual(Array.from({ length: 4 }, () => ['RetainExceptOnCreate', 'Retain']));
  });

  it('has two on-demand tables with point-in-time recovery and expiry, and one sparse index', () => {
    const common = {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAtEpochS', Enabled: true },
    };
    const { TablesState: state, TablesConversations: conversations } = stack.ofType('AWS::DynamoDB::Table');
    expect(conversations?.Properties).toMatchObject(common);
    expect(state?.Properties).toMatchObject({
      ...common,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'open',
          KeySchema: [
            { AttributeName: 'openShard', KeyType: 'HASH' },
            { AttributeName: 'openSince', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
  });

  it('has one private, versioned, encrypted bucket that forgets old versions, and files of messages after 30 days', () => {
    expect(only('AWS::S3::Bucket').Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: {
        Rules: [
          { NoncurrentVersionExpiration: { NoncurrentDays: 90, NewerNoncurrentVersions: 20 } },
          { Prefix: 'media/', ExpirationInDays: 30, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
          { Prefix: 'media/', ExpiredObjectDeleteMarker: true },
        ],
      },
    });
  });

  it('refuses plain text transport to the bucket and both queues', () => {
    const policies = [
      ...Object.values(stack.ofType('AWS::S3::BucketPolicy')),
      ...Object.values(stack.ofType('AWS::SQS::QueuePolicy')),
    ];
    expect(policies).toHaveLength(3);
    for (const { Properties } of policies) {
      expect(JSON.stringify(Properties['PolicyDocument'])).toContain(
        '"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"',
      );
    }
  });

  it('keeps no secret in the template', () => {
    expect(only('AWS::SecretsManager::Secret').Properties).toEqual({ Description: expect.any(String) });
    expect(stack.templateText).not.toMatch(/\d{6,}:[\w-]{30,}|SecretString/u);
  });

  it('has a wake queue that gives up after 20 attempts into a parked queue, both encrypted', () => {
    const { WakesQueue: queue, WakesParked: parked } = stack.ofType('AWS::SQS::Queue');
    const runnerTimeoutS = functions['AgentRunnerFunction']?.Properties['Timeout'];
    expect(queue?.Properties).toMatchObject({
      // Lambda refuses less than the function's limit; each second more is one that a wake may stay hidden after a crash.
      VisibilityTimeout: Number(runnerTimeoutS) + 30,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: 20 },
    });
    expect(parked?.Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 });
  });

  it('feeds agent-runner one wake at a time, at most five at once, with partial failures', () => {
    expect(only('AWS::Lambda::EventSourceMapping').Properties).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });

  it("lets agent-runner ring its own queue as often as a turn has legs, and stops every other function's loop", () => {
    const loops = Object.entries(functions).map(([id, { Properties }]) => [id, Properties['RecursiveLoop']]);
    expect(Object.fromEntries(loops)).toEqual({
      AgentRunnerFunction: 'Allow',
      HeartbeatFunction: undefined,
      TgIngestFunction: undefined,
      WebhookRegistrarServiceFunction: undefined,
    });
  });

  it('has one door: a throttled route whose log says nothing of headers and bodies', () => {
    expect(only('AWS::ApiGatewayV2::Route').Properties['RouteKey']).toBe('ANY /telegram/webhook');
    const stage = only('AWS::ApiGatewayV2::Stage').Properties as {
      DefaultRouteSettings: unknown;
      AccessLogSettings: { Format: string };
    };
    expect(stage.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 });
    expect(Object.keys(JSON.parse(stage.AccessLogSettings.Format) as object)).toEqual([
      'requestId',
      'at',
      'ip',
      'status',
      'latencyMs',
      'integrationStatus',
    ]);
  });

  it('runs every function on Node 24 and arm64, from a handler that is there, with a log that is kept for a month', () => {
    expect(Object.keys(functions).sort()).toEqual([
      'AgentRunnerFunction',
      'HeartbeatFunction',
      'TgIngestFunction',
      'WebhookRegistrarServiceFunction',
    ]);
    for (const [id, { Properties }] of Object.entries(functions)) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
      expect([id, existsSync(path.join(stack.codeOf(id), 'index.js'))]).toEqual([id, true]);
      expect(readFileSync(path.join(stack.codeOf(id), 'package.json'), 'utf8')).toBe('{"type":"commonjs"}\n');
      expect(Properties['LoggingConfig']).toEqual({ LogGroup: { Ref: expect.any(String) as string } });
    }
    const groups = Object.values(stack.ofType('AWS::Logs::LogGroup'));
    expect(groups.map(({ Properties }) => Properties['RetentionInDays'])).toEqual([30, 30, 30, 30, 30]);
  });

  it('gives the functions what they read, and the bot from Telegram itself', () => {
    const webhook = withoutHash(Object.keys(stack.ofType('Custom::TelegramWebhook'))[0] ?? '');
    expect(environmentOf('TgIngestFunction')).toEqual({
      STATE_TABLE: '<TablesState>',
      WAKE_QUEUE_URL: '<WakesQueue>',
      BOT_ID: `<${webhook}.BotId>`,
      BOT_USERNAME: `<${webhook}.BotUsername>`,
      WEBHOOK_SECRET_DIGESTS: `<${webhook}.WebhookSecretDigests>`,
      OWNER_ID: '<OwnerId>',
    });
    expect(environmentOf('AgentRunnerFunction')).toMatchObject({
      RUNTIME_EPOCH: '<AgentRuntime.AgentRuntimeVersion>',
      TELEGRAM_SECRET_ID: '<TelegramSecret>',
      BOT_ID: `<${webhook}.BotId>`,
      BOT_USERNAME: `<${webhook}.BotUsername>`,
      APP_VERSION: expect.stringMatching(/^\d+\.\d+\.\d+$/u),
    });
    const { Outputs } = JSON.parse(stack.templateText) as { Outputs: Record<string, { Value: unknown }> };
    expect(rendered(Outputs['ClaimLink']?.Value)).toBe(`<${webhook}.ClaimLink>`);
  });

  it('runs the registrar again when the address, the token, the generation, the delivery or the owner changes', () => {
    const { ServiceToken: _, ServiceTimeout: __, ...properties } = only('Custom::TelegramWebhook').Properties;
    expect(Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, rendered(value)]))).toEqual({
      WebhookUrl: '<HttpApi.ApiEndpoint>/telegram/webhook',
      BotTokenVersion: '<BotTokenVersion>',
      SecretGeneration: '<WebhookGeneration>',
      Delivery: '<Delivery>',
      OwnerId: '<OwnerId>',
    });
  });

  it('runs the agent on platform V2 with a bounded life and a small environment', () => {
    const { Properties } = only('AWS::BedrockAgentCore::Runtime');
    expect(Properties).toMatchObject({
      PlatformVersion: 'V2',
      ProtocolConfiguration: 'HTTP',
      NetworkConfiguration: { NetworkMode: 'PUBLIC' },
      LifecycleConfiguration: { IdleRuntimeSessionTimeout: 900, MaxLifetime: 28_800 },
    });
    expect(Object.keys(Properties['EnvironmentVariables'] as object).sort()).toEqual([
      'CONVERSATIONS_TABLE',
      'HEARTBEAT_MODEL',
      'MODEL',
      'TIME_ZONE',
      'VOICE',
      'WORKSPACE_BUCKET',
    ]);
  });

  it('builds the container for arm64', () => {
    const assets = JSON.parse(readFileSync(path.join(stack.directory, 'AgentClaw.assets.json'), 'utf8')) as {
      dockerImages: Record<string, { source: { platform: string } }>;
    };
    expect(Object.values(assets.dockerImages).map(({ source }) => source.platform)).toEqual(['linux/arm64']);
  });

  it("ticks every 30 minutes in the owner's time zone, sweeps every minute, and drops late ticks", () => {
    const schedules = Object.values(stack.ofType('AWS::Scheduler::Schedule')).map(({ Properties }) => Properties);
    const input = (kind: string): string =>
      JSON.stringify({ v: 1, kind, scheduledAt: '<aws.scheduler.scheduled-time>' });
    const Target = { RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 } };
    expect(schedules).toMatchObject([
      {
        ScheduleExpression: 'rate(30 minutes)',
        ScheduleExpressionTimezone: { Ref: 'TimeZone' },
        Target: { ...Target, Input: input('heartbeat') },
      },
      { ScheduleExpression: 'rate(1 minute)', Target: { ...Target, Input: input('sweep') } },
    ]);
  });
});
