import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A handler without dependencies: it signs as the SDK does, as far as the endpoint looks.
const HANDLERS = `
const aws = async (service, target, input) => {
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/' + service + '/aws4_request, SignedHeaders=host, Signature=x',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text === '' ? {} : JSON.parse(text);
};
const put = (pk, value) => aws('dynamodb', 'DynamoDB_20120810.PutItem', { TableName: process.env.TABLE, Item: { pk: { S: pk }, value: { S: value } } });

export const ingest = async (event) => {
  await aws('sqs', 'AmazonSQS.SendMessage', { QueueUrl: process.env.QUEUE_URL, MessageBody: event.body });
  return { statusCode: 202, body: 'queued ' + process.env.EXTRA };
};
export const forbidden = () => put('ingest', 'not allowed');
export const work = async (event) => {
  if (event.Records === undefined) return put('tick', JSON.stringify(event));
  const batchItemFailures = [];
  for (const record of event.Records) {
    if (record.body === 'poison') batchItemFailures.push({ itemIdentifier: record.messageId });
    else await put(record.body, record.eventSourceARN);
  }
  return { batchItemFailures };
};
export const register = async (event) => {
  const fail = event.ResourceProperties.Fail === 'true';
  await fetch(event.ResponseURL, {
    method: 'PUT',
    body: JSON.stringify({
      Status: fail ? 'FAILED' : 'SUCCESS',
      Reason: fail ? 'the token is not valid' : '',
      PhysicalResourceId: 'registration',
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      Data: { Said: event.RequestType + ' ' + event.ResourceProperties.Url },
    }),
  });
};
`;

const CONTAINER = `
import { createServer } from 'node:http';
createServer((request, response) => {
  const { TABLE, EXTRA, AWS_ENDPOINT_URL } = process.env;
  response.end(JSON.stringify(request.url === '/ping' ? { status: 'Healthy' } : { TABLE, EXTRA, AWS_ENDPOINT_URL }));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

const role = { 'Fn::GetAtt': ['Role', 'Arn'] };
const aFunction = (handler: string, environment: Record<string, unknown> = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Bucket: 'assets', S3Key: 'c0de.zip' },
    Handler: `index.${handler}`,
    Role: role,
    Timeout: 10,
    MemorySize: 128,
    Runtime: 'nodejs24.x',
    Environment: { Variables: environment },
  },
});

/** A small stack that has one of everything. */
export const aTemplate = () => ({
  Parameters: { Generation: { Type: 'String', Default: '1', AllowedPattern: '^[0-9]+$' } },
  Conditions: { IsFirst: { 'Fn::Equals': [{ Ref: 'Generation' }, '1'] } },
  Resources: {
    Worker: aFunction('work', { TABLE: { Ref: 'Table' } }),
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      },
    },
    DeadLetters: { Type: 'AWS::SQS::Queue' },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        VisibilityTimeout: 1,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] }, maxReceiveCount: 2 },
      },
    },
    Secret: { Type: 'AWS::SecretsManager::Secret' },
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status: 'Enabled' } } },
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    Policy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'Role' }],
        PolicyName: 'policy',
        PolicyDocument: {
          Statement: [
            { Effect: 'Allow', Action: ['dynamodb:PutItem'], Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } },
            {
              Effect: 'Allow',
              Action: ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
              Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] },
            },
            { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { 'Fn::Sub': '${Worker.Arn}' } },
          ],
        },
      },
    },
    Ingest: aFunction('ingest', { QUEUE_URL: { Ref: 'Queue' }, TABLE: { Ref: 'Table' } }),
    PoorRole: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    Poor: {
      ...aFunction('forbidden', { TABLE: { Ref: 'Table' } }),
      Properties: {
        ...aFunction('forbidden', { TABLE: { Ref: 'Table' } }).Properties,
        Role: { 'Fn::GetAtt': ['PoorRole', 'Arn'] },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      DependsOn: ['Policy'],
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        FunctionName: { Ref: 'Worker' },
        BatchSize: 5,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP', Name: 'api' } },
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: '$default' } },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['Ingest', 'Arn'] },
        PayloadFormatVersion: '2.0',
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'POST /hook',
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': ['Ingest', 'Arn'] },
        Principal: 'apigateway.amazonaws.com',
      },
    },
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      DependsOn: ['Policy'],
      Properties: {
        ScheduleExpression: 'rate(30 minutes)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: { 'Fn::GetAtt': ['Worker', 'Arn'] },
          RoleArn: role,
          Input: '{"at":"<aws.scheduler.scheduled-time>"}',
        },
      },
    },
    Registrar: aFunction('register'),
    Registration: {
      Type: 'Custom::Registration',
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['Registrar', 'Arn'] },
        Url: { 'Fn::Sub': '${Api.ApiEndpoint}/hook' },
        Generation: { Ref: 'Generation' },
        Fail: false,
      },
    },
    Agent: {
      Type: 'AWS::BedrockAgentCore::Runtime',
      Properties: {
        AgentRuntimeName: 'agent',
        RoleArn: role,
        AgentRuntimeArtifact: {
          ContainerConfiguration: {
            ContainerUri: { 'Fn::Sub': '${AWS::AccountId}.dkr.ecr.${AWS::Region}/assets:1ma9e' },
          },
        },
        EnvironmentVariables: { TABLE: { Ref: 'Table' } },
      },
    },
    OnlyLater: { Type: 'AWS::SQS::Queue', Condition: 'IsFirst' },
    Meta: { Type: 'AWS::CDK::Metadata' },
  } as Record<string, { Type: string; Properties?: Record<string, unknown>; [other: string]: unknown }>,
  Outputs: {
    Said: { Value: { 'Fn::GetAtt': ['Registration', 'Said'] } },
    AgentArn: { Value: { 'Fn::GetAtt': ['Agent', 'AgentRuntimeArn'] } },
    Kind: { Value: { 'Fn::If': ['IsFirst', 'first', 'later'] } },
  },
});

/** Writes a cdk.out with that template. */
export const writeCdkOut = (template: ReturnType<typeof aTemplate>): string => {
  const cdkOut = mkdtempSync(join(tmpdir(), 'cdk-out-'));
  const write = (file: string, value: unknown): void =>
    writeFileSync(join(cdkOut, file), typeof value === 'string' ? value : JSON.stringify(value));
  mkdirSync(join(cdkOut, 'asset.c0de'));
  write('asset.c0de/index.mjs', HANDLERS);
  mkdirSync(join(cdkOut, 'asset.1ma9e'));
  write('asset.1ma9e/main.mjs', CONTAINER);
  write('asset.1ma9e/Dockerfile', 'FROM node:24-slim\nWORKDIR /app\nCOPY main.mjs ./\nCMD ["node", "main.mjs"]\n');
  write('App.template.json', template);
  write('App.assets.json', {
    files: { c0de: { source: { path: 'asset.c0de', packaging: 'zip' } } },
    dockerImages: { '1ma9e': { source: { directory: 'asset.1ma9e' } } },
  });
  write('manifest.json', {
    artifacts: {
      App: { type: 'aws:cloudformation:stack', properties: { templateFile: 'App.template.json' } },
      'App.assets': { type: 'cdk:asset-manifest', properties: { file: 'App.assets.json' } },
    },
  });
  return cdkOut;
};
