import { afterAll, describe, expect, it } from 'vitest';
import { rendered, synthesize } from './synthesized.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const stack = synthesize();
afterAll(() => stack[Symbol.dispose]());

const many = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);
const statementsOf = (id: string): Statement[] => {
  const document = stack.ofType('AWS::IAM::Policy')[id]?.Properties['PolicyDocument'] as
    | { Statement: Statement[] }
    | undefined;
  return document?.Statement ?? [];
};
const grantsOf = (id: string): string[] =>
  statementsOf(id).map(
    ({ Action, Resource }) => `${many(Action).join(' ')} -> ${many(Resource).map(rendered).join(' ')}`,
  );

const LOGS = 'logs:CreateLogStream logs:PutLogEvents';
const RUNTIME_LOGS = 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:';
const WORKLOADS =
  'arn:<AWS::Partition>:bedrock-agentcore:<AWS::Region>:<AWS::AccountId>:workload-identity-directory/default';

describe('roles', () => {
  it('let each service do exactly this', () => {
    const policies = Object.keys(stack.ofType('AWS::IAM::Policy'));
    expect(Object.fromEntries(policies.map((id) => [id, grantsOf(id)]))).toEqual({
      TgIngestRoleDefaultPolicy: [
        `${LOGS} -> <TgIngestLogs.Arn>`,
        'dynamodb:GetItem dynamodb:UpdateItem -> <TablesState.Arn>',
        'sqs:SendMessage -> <WakesQueue.Arn>',
      ],
      AgentRunnerRoleDefaultPolicy: [
        `${LOGS} -> <AgentRunnerLogs.Arn>`,
        'dynamodb:GetItem dynamodb:UpdateItem -> <TablesState.Arn>',
        'sqs:SendMessage -> <WakesQueue.Arn>',
        'secretsmanager:GetSecretValue -> <TelegramSecret>',
        's3:GetObject s3:PutObject -> <WorkspaceBucket.Arn>/media/*',
        's3:GetObject -> <WorkspaceBucket.Arn>/lanes/* <WorkspaceBucket.Arn>/workspace/*',
        's3:ListBucket -> <WorkspaceBucket.Arn>',
        'bedrock-agentcore:InvokeAgentRuntime bedrock-agentcore:StopRuntimeSession -> <AgentRuntime.AgentRuntimeArn> <AgentRuntime.AgentRuntimeArn>/runtime-endpoint/DEFAULT',
        'sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage -> <WakesQueue.Arn>',
      ],
      HeartbeatRoleDefaultPolicy: [
        `${LOGS} -> <HeartbeatLogs.Arn>`,
        'dynamodb:GetItem dynamodb:UpdateItem -> <TablesState.Arn>',
        'dynamodb:Query -> <TablesState.Arn>/index/open',
        'sqs:SendMessage -> <WakesQueue.Arn>',
        's3:GetObject -> <WorkspaceBucket.Arn>/workspace/HEARTBEAT.md',
        's3:ListBucket -> <WorkspaceBucket.Arn>',
      ],
      HeartbeatSchedulerRoleDefaultPolicy: ['lambda:InvokeFunction -> <HeartbeatFunction.Arn>'],
      WebhookRegistrarServiceRoleDefaultPolicy: [
        `${LOGS} -> <WebhookRegistrarServiceLogs.Arn>`,
        'secretsmanager:GetSecretValue secretsmanager:PutSecretValue -> <TelegramSecret>',
        'dynamodb:GetItem dynamodb:UpdateItem -> <TablesState.Arn>',
      ],
      AgentRuntimeExecutionRoleDefaultPolicy: [
        `logs:CreateLogGroup logs:DescribeLogStreams -> ${RUNTIME_LOGS}/aws/bedrock-agentcore/runtimes/*`,
        `logs:DescribeLogGroups -> ${RUNTIME_LOGS}*`,
        `${LOGS} -> ${RUNTIME_LOGS}/aws/bedrock-agentcore/runtimes/*:log-stream:*`,
        'xray:GetSamplingRules xray:GetSamplingTargets xray:PutTelemetryRecords xray:PutTraceSegments -> *',
        'cloudwatch:PutMetricData -> *',
        `bedrock-agentcore:GetWorkloadAccessToken bedrock-agentcore:GetWorkloadAccessTokenForJWT bedrock-agentcore:GetWorkloadAccessTokenForUserId -> ${WORKLOADS} ${WORKLOADS}/workload-identity/*`,
        'dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem -> <TablesConversations.Arn>',
        's3:DeleteObject s3:GetObject s3:PutObject -> <WorkspaceBucket.Arn>/lanes/* <WorkspaceBucket.Arn>/workspace/*',
        's3:GetObject -> <WorkspaceBucket.Arn>/media/*',
        's3:PutObject -> <WorkspaceBucket.Arn>/media/sent-*',
        'polly:SynthesizeSpeech -> *',
        's3:PutObject -> <WorkspaceBucket.Arn>/media/heard/*',
        'transcribe:StartTranscriptionJob -> *',
        'transcribe:DeleteTranscriptionJob transcribe:GetTranscriptionJob -> arn:<AWS::Partition>:transcribe:<AWS::Region>:<AWS::AccountId>:transcription-job/agent-claw-*',
        's3:ListBucket -> <WorkspaceBucket.Arn>',
        'bedrock:InvokeModel bedrock:InvokeModelWithResponseStream -> arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:inference-profile/* arn:<AWS::Partition>:bedrock:*::foundation-model/*',
        'ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer -> arn:<AWS::Partition>:ecr:<AWS::Region>:<AWS::AccountId>:repository/cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}',
        'ecr:GetAuthorizationToken -> *',
      ],
    });
  });

  it('let the registrar see one item of the state table and no lane', () => {
    const [, , access] = statementsOf('WebhookRegistrarServiceRoleDefaultPolicy');
    expect(access?.Condition).toEqual({ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['access'] } });
  });

  it('start transcriptions only into the own bucket', () => {
    const id = Object.keys(stack.ofType('AWS::IAM::Policy')).find((name) => name.startsWith('AgentRuntime')) ?? '';
    const start = statementsOf(id).find(({ Action }) => many(Action).includes('transcribe:StartTranscriptionJob'));
    expect(start?.Condition).toEqual({
      StringEquals: { 'transcribe:OutputBucketName': { Ref: expect.stringMatching(/^WorkspaceBucket/u) as string } },
    });
  });

  it('have no rights from elsewhere: no managed policies, no inline policies, no wildcard in an action', () => {
    for (const role of Object.values(stack.ofType('AWS::IAM::Role'))) {
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(role.Properties).not.toHaveProperty('Policies');
    }
    const actions = Object.keys(stack.ofType('AWS::IAM::Policy')).flatMap((id) =>
      statementsOf(id).flatMap(({ Action }) => many(Action)),
    );
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('keep every wildcard resource with the container, but for the files that the runner brings in', () => {
    const others = Object.keys(stack.ofType('AWS::IAM::Policy')).filter((id) => !id.startsWith('AgentRuntime'));
    expect(others.flatMap(grantsOf).filter((grant) => grant.includes('*'))).toEqual([
      's3:GetObject s3:PutObject -> <WorkspaceBucket.Arn>/media/*',
      's3:GetObject -> <WorkspaceBucket.Arn>/lanes/* <WorkspaceBucket.Arn>/workspace/*',
    ]);
  });

  it('keep the secret from the container, from tg-ingest and from the heartbeat', () => {
    const readers = Object.keys(stack.ofType('AWS::IAM::Policy')).filter((id) =>
      grantsOf(id).some((grant) => grant.includes('secretsmanager:')),
    );
    expect(readers.sort()).toEqual(['AgentRunnerRoleDefaultPolicy', 'WebhookRegistrarServiceRoleDefaultPolicy']);
  });
});
