import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { synthesize } from './synthesized.ts';
import type { Resource } from './synthesized.ts';

interface Alarm {
  readonly AlarmActions: unknown;
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly Threshold: number;
  readonly Statistic: string;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
}
interface Conditional extends Resource {
  readonly Condition?: string;
}

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const sourcesOf = (service: string): readonly string[] =>
  readdirSync(new URL(`../../packages/${service}/src/`, import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => read(`packages/${service}/src/${file}`));
const stack = synthesize();
afterAll(() => stack[Symbol.dispose]());

const template = JSON.parse(stack.templateText) as {
  readonly Resources: Record<string, Conditional>;
  readonly Conditions: Record<string, unknown>;
};
const alarms = Object.values(stack.ofType('AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties as unknown as Alarm,
);
const own = alarms.filter(({ Namespace }) => Namespace === 'AgentClaw');
const idOf = (type: string): string =>
  Object.keys(template.Resources).find((id) => template.Resources[id]?.Type === type) ?? '';
const idIn = (type: string, prefix: string): string =>
  Object.keys(template.Resources).find((id) => template.Resources[id]?.Type === type && id.startsWith(prefix)) ?? '';
const [isWanted = ''] = Object.keys(template.Conditions);

describe('the alarms', () => {
  it('are at most ten, which cost nothing, and each says what to do', () => {
    expect(alarms.length).toBeLessThanOrEqual(10);
    expect(alarms.filter(({ AlarmDescription }) => !/\. |: /u.test(AlarmDescription))).toEqual([]);
    expect(alarms.map(({ TreatMissingData }) => TreatMissingData)).toEqual(alarms.map(() => 'notBreaching'));
  });

  it("ring for these of the product's own metrics, so many times in so many minutes", () => {
    const rings = own.map(({ MetricName, Dimensions, Threshold, Period, ...alarm }) => {
      expect(alarm).toMatchObject({
        Statistic: 'Sum',
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      });
      return [MetricName, Dimensions, Threshold, Period / 60];
    });
    const of = (service: string) => [{ Name: 'service', Value: service }];
    expect(rings).toEqual([
      ['turn_parked', of('agent-runner'), 1, 5],
      ['reply_in_doubt', of('agent-runner'), 1, 5],
      ['reply_undeliverable', of('agent-runner'), 1, 5],
      ['heartbeat_failed', of('heartbeat'), 3, 15],
      ['lane_swept', of('heartbeat'), 5, 10],
    ]);
  });

  // An alarm on a name or a dimension that nobody writes never rings, and nothing else would tell.
  it.each(own.map(({ MetricName, Dimensions }) => [MetricName, String(Dimensions[0]?.Value)]))(
    'watch %s where %s counts it',
    (metric, service) => {
      expect(read('packages/observability/src/metrics.ts')).toContain(`  ${metric}: {`);
      expect(read(`packages/${service}/src/handler.ts`)).toContain(`service = '${service}'`);
      const counts = sourcesOf(service).filter((source) => source.includes(`count('${metric}'`));
      expect(counts.length).toBeGreaterThan(0);
    },
  );

  it('ring for the first wake that the wake queue gives up, and for wakes that wait for 15 minutes', () => {
    const named = stack.ofType('AWS::CloudWatch::Alarm');
    const ringsOf = (id: string): unknown => {
      const alarm = named[id]?.Properties as unknown as Alarm | undefined;
      const { Namespace, MetricName, Statistic, ComparisonOperator, Threshold, Period, EvaluationPeriods } =
        alarm ?? {};
      const of = alarm?.Dimensions.map(({ Value }) => Value);
      return [Namespace, MetricName, of, Statistic, ComparisonOperator, Threshold, Period, EvaluationPeriods];
    };
    const nameOf = (id: string) => [{ 'Fn::GetAtt': [idIn('AWS::SQS::Queue', id), 'QueueName'] }];
    const redrive = stack.ofType('AWS::SQS::Queue')['WakesQueue']?.Properties['RedrivePolicy'];
    expect(redrive).toMatchObject({
      deadLetterTargetArn: { 'Fn::GetAtt': [idIn('AWS::SQS::Queue', 'WakesParked'), 'Arn'] },
    });
    expect([ringsOf('WakesParkedWakes'), ringsOf('WakesOldWakes')]).toEqual([
      [
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        nameOf('WakesParked'),
        'Maximum',
        'GreaterThanOrEqualToThreshold',
        1,
        60,
        1,
      ],
      ['AWS/SQS', 'ApproximateAgeOfOldestMessage', nameOf('WakesQueue'), 'Maximum', 'GreaterThanThreshold', 900, 60, 3],
    ]);
  });

  it('are each in the guide for operators', () => {
    const guide = read('docs/operate.md');
    const table = guide.slice(guide.indexOf('## Alarms'), guide.indexOf('## Metrics'));
    const listed = [...table.matchAll(/^\| [_`](\w+)[_`](?: `Errors`)?\s+\|/gmu)].map(([, name]) => name);
    const nameOf = ([id, { Properties }]: [string, Resource]): string =>
      Properties['Namespace'] === 'AgentClaw' ? String(Properties['MetricName']) : id.replace(/^Wakes|Errors$/gu, '');
    expect(listed).toEqual(Object.entries(stack.ofType('AWS::CloudWatch::Alarm')).map(nameOf));
  });
});

describe('the mail', () => {
  it('is sent for every alarm when there is an address, and for none without', () => {
    const [actions] = alarms.map(({ AlarmActions }) => AlarmActions);
    expect(actions).toEqual({ 'Fn::If': [isWanted, [{ Ref: idOf('AWS::SNS::Topic') }], { Ref: 'AWS::NoValue' }] });
    expect(alarms.map(({ AlarmActions }) => AlarmActions)).toEqual(alarms.map(() => actions));
    expect(template.Conditions[isWanted]).toEqual({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlarmEmail' }, ''] }] });
  });

  it('has a topic, a subscription and a policy only then', () => {
    const parts = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::SNS::'));
    expect(parts.map(({ Type, Condition }) => [Type, Condition])).toEqual(
      ['Topic', 'TopicPolicy', 'Subscription'].map((kind) => [`AWS::SNS::${kind}`, isWanted]),
    );
    expect(Object.values(stack.ofType('AWS::SNS::Subscription')).map(({ Properties }) => Properties)).toEqual([
      { Protocol: 'email', Endpoint: { Ref: 'AlarmEmail' }, TopicArn: { Ref: idOf('AWS::SNS::Topic') } },
    ]);
  });

  it("lets this account's alarms publish, over TLS, and nobody else", () => {
    const policies = Object.values(stack.ofType('AWS::SNS::TopicPolicy'));
    const statements = policies.map(
      ({ Properties }) => (Properties['PolicyDocument'] as { Statement: unknown }).Statement,
    );
    const Resource = { Ref: idOf('AWS::SNS::Topic') };
    expect(statements).toEqual([
      [
        {
          Sid: 'AllowPublishThroughSSLOnly',
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Resource,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Sid: 'Alarms',
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource,
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    ]);
  });
});
