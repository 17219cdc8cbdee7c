import { ACCOUNT_ID, REGION } from '../service.ts';
import { physicalName, type Maker } from './make.ts';
import * as compute from './make-compute.ts';
import * as edges from './make-edges.ts';
import * as storage from './make-storage.ts';

/** Kept for whoever asks, with no effect on this machine. */
const record =
  (nameProperty: string, arnOf: (name: string) => string, refOf = (name: string): string => name): Maker =>
  (context, resource) => {
    const { type, logicalId, properties } = resource;
    context.parts.recorded.push({ type, logicalId, properties });
    const name = physicalName(context, resource, nameProperty, 255);
    return { ref: refOf(name), attributes: { Arn: arnOf(name) } };
  };

const arn =
  (service: string, kind: string) =>
  (name: string): string =>
    `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${kind}${name}`;

const customResource: Maker = ({ customResources }, { logicalId, type, properties }) =>
  customResources.apply(logicalId, type, properties);

const MAKERS: Readonly<Record<string, Maker>> = {
  'AWS::DynamoDB::Table': storage.makeTable,
  'AWS::DynamoDB::GlobalTable': storage.makeTable,
  'AWS::SQS::Queue': storage.makeQueue,
  'AWS::S3::Bucket': storage.makeBucket,
  'AWS::SecretsManager::Secret': storage.makeSecret,
  'AWS::IAM::Role': compute.makeRole,
  'AWS::IAM::Policy': compute.makePolicy,
  'AWS::IAM::ManagedPolicy': compute.makePolicy,
  'AWS::Lambda::Function': compute.makeFunction,
  'AWS::Lambda::Permission': compute.makePermission,
  'AWS::Lambda::EventInvokeConfig': compute.makeEventInvokeConfig,
  'AWS::Lambda::EventSourceMapping': compute.makeQueueMapping,
  'AWS::Lambda::Version': compute.makeVersion,
  'AWS::Lambda::Alias': compute.makeVersion,
  'AWS::BedrockAgentCore::Runtime': compute.makeRuntime,
  'AWS::ApiGatewayV2::Api': edges.makeApi,
  'AWS::ApiGatewayV2::Integration': edges.makeIntegration,
  'AWS::ApiGatewayV2::Route': edges.makeRoute,
  'AWS::ApiGatewayV2::Stage': edges.makeStage,
  'AWS::Scheduler::Schedule': edges.makeSchedule,
  'AWS::Scheduler::ScheduleGroup': edges.makeScheduleGroup,
  'AWS::CloudFormation::CustomResource': customResource,
  // Resource policies only grant or refuse what comes from outside: TLS, other accounts, AWS services.
  'AWS::SQS::QueuePolicy': record('Name', arn('sqs', '')),
  'AWS::S3::BucketPolicy': record('Name', arn('s3', '')),
  'AWS::Logs::LogGroup': record('LogGroupName', (name) => `${arn('logs', 'log-group:')(name)}:*`),
  // Nobody is mailed: alarms never ring here.
  'AWS::SNS::Topic': record('TopicName', arn('sns', ''), arn('sns', '')),
  'AWS::SNS::Subscription': record('Name', arn('sns', '')),
  'AWS::SNS::TopicPolicy': record('Name', arn('sns', '')),
  'AWS::CloudWatch::Alarm': record('AlarmName', arn('cloudwatch', 'alarm:')),
};

/** The maker of a resource type, null for one that is nothing at run time. @throws Error for a type that is not embedded. */
export const makerOf = (type: string, logicalId: string): Maker | null => {
  if (type === 'AWS::CDK::Metadata') return null;
  const maker = type.startsWith('Custom::') ? customResource : MAKERS[type];
  if (maker === undefined) {
    throw new Error(
      `${logicalId} is an ${type}, which is not embedded. Add a maker in packages/embedded-aws/src/loader.`,
    );
  }
  return maker;
};
