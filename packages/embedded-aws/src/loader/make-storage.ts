import { createHash } from 'node:crypto';
import { randomPassword } from '../secrets/secrets-service.ts';
import { ACCOUNT_ID, REGION } from '../service.ts';
import { AwsCallError } from './aws-call.ts';
import { physicalName, required, type Maker, type MakeContext, type ResourceToMake } from './make.ts';

interface KeyPart {
  readonly AttributeName: string;
  readonly KeyType: string;
}

interface IndexProperties {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyPart[];
  readonly Projection: unknown;
}

/** AWS::DynamoDB::Table and GlobalTable. */
export const makeTable: Maker = async (context, resource) => {
  const name = physicalName(context, resource, 'TableName', 255);
  const keySchema = required<readonly KeyPart[]>(resource, 'KeySchema');
  const attributes = required<readonly { AttributeName: string }[]>(resource, 'AttributeDefinitions');
  const indexes = (resource.properties['GlobalSecondaryIndexes'] ?? []) as readonly IndexProperties[];
  const used = new Set([keySchema, ...indexes.map((index) => index.KeySchema)].flat().map((key) => key.AttributeName));
  const defined = new Set(attributes.map((attribute) => attribute.AttributeName));
  const odd = [...used, ...defined].filter((name) => !used.has(name) || !defined.has(name));
  if (odd.length > 0) {
    throw new Error(
      `Table ${resource.logicalId}: ${odd.join(', ')} is a key without definition, or defined and no key.`,
    );
  }
  const dynamodb = <T>(operation: string, input: unknown): Promise<T> =>
    context.owner.call<T>('dynamodb', `DynamoDB_20120810.${operation}`, input);
  await createUnlessThere(['ResourceInUseException'], () =>
    dynamodb('CreateTable', {
      TableName: name,
      KeySchema: keySchema,
      AttributeDefinitions: attributes,
      BillingMode: 'PAY_PER_REQUEST',
      ...(indexes.length === 0
        ? {}
        : {
            GlobalSecondaryIndexes: indexes.map(({ IndexName, KeySchema, Projection }) => ({
              IndexName,
              KeySchema,
              Projection,
            })),
          }),
    }),
  );
  const describe = (): Promise<{ Table: { TableStatus: string; KeySchema: readonly KeyPart[] } }> =>
    dynamodb('DescribeTable', { TableName: name });
  let { Table: table } = await describe();
  while (table.TableStatus !== 'ACTIVE') {
    await new Promise((resolve) => setTimeout(resolve, 10));
    ({ Table: table } = await describe());
  }
  if (JSON.stringify(table.KeySchema) !== JSON.stringify(keySchema)) {
    throw new Error(
      `Table ${name} in the data directory has other keys than ${resource.logicalId}. Rename one or use another data directory.`,
    );
  }
  const ttl = resource.properties['TimeToLiveSpecification'];
  if (ttl !== undefined) await dynamodb('UpdateTimeToLive', { TableName: name, TimeToLiveSpecification: ttl });
  const arn = `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${name}`;
  return { ref: name, attributes: { Arn: arn, TableId: name } };
};

const QUEUE_ATTRIBUTES = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
  'RedrivePolicy',
  'RedriveAllowPolicy',
];

/** AWS::SQS::Queue. */
export const makeQueue: Maker = async (context, resource) => {
  if (resource.properties['FifoQueue'] === true) {
    throw new Error(`Queue ${resource.logicalId} is FIFO; only standard queues are embedded.`);
  }
  const name = physicalName(context, resource, 'QueueName', 80);
  const redrive = resource.properties['RedrivePolicy'] as { maxReceiveCount?: number } | undefined;
  if (redrive !== undefined && redrive.maxReceiveCount === undefined) {
    throw new Error(`Queue ${resource.logicalId}: its RedrivePolicy has no maxReceiveCount.`);
  }
  const attributes = Object.fromEntries(
    QUEUE_ATTRIBUTES.filter((key) => resource.properties[key] !== undefined).map((key) => {
      const value = resource.properties[key];
      return [key, typeof value === 'string' ? value : JSON.stringify(value)];
    }),
  );
  const sqs = <T>(operation: string, input: unknown): Promise<T> =>
    context.owner.call<T>('sqs', `AmazonSQS.${operation}`, input);
  await createUnlessThere(['QueueAlreadyExists', 'QueueNameExists'], () =>
    sqs('CreateQueue', { QueueName: name, Attributes: attributes }),
  );
  const { QueueUrl: url } = await sqs<{ QueueUrl: string }>('GetQueueUrl', { QueueName: name });
  await sqs('SetQueueAttributes', { QueueUrl: url, Attributes: attributes });
  return {
    ref: url,
    attributes: { Arn: `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`, QueueName: name, QueueUrl: url },
  };
};

/** AWS::S3::Bucket. */
export const makeBucket: Maker = async (context, resource) => {
  const name = physicalName(context, resource, 'BucketName').toLowerCase();
  await createUnlessThere(['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'], () =>
    context.owner.rest('s3', 'PUT', `/${name}`),
  );
  const versioning = resource.properties['VersioningConfiguration'] as { Status?: string } | undefined;
  if (versioning?.Status !== undefined) {
    const xml = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>${versioning.Status}</Status></VersioningConfiguration>`;
    await context.owner.rest('s3', 'PUT', `/${name}?versioning`, xml);
  }
  return {
    ref: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${REGION}.amazonaws.com`,
    },
  };
};

/**
 * AWS::SecretsManager::Secret. A value the caller gives is put in when it differs from the one given before, so that a
 * value changed since then (a rotation) stays.
 */
export const makeSecret: Maker = async (context, resource) => {
  const name = physicalName(context, resource, 'Name');
  const given = context.secrets[resource.logicalId] ?? context.secrets[name] ?? resource.properties['SecretString'];
  const call = <T>(operation: string, input: unknown): Promise<T> =>
    context.owner.call<T>('secretsmanager', `secretsmanager.${operation}`, input);
  const isNew = await createUnlessThere(['ResourceExistsException'], () => {
    const value = typeof given === 'string' ? given : generatedSecret(resource);
    return call('CreateSecret', { Name: name, ...(value === null ? {} : { SecretString: value }) });
  });
  const { ARN: arn } = await call<{ ARN: string }>('DescribeSecret', { SecretId: name });
  if (typeof given === 'string')
    await rememberValue(context, resource, given, isNew, () =>
      call('PutSecretValue', { SecretId: name, SecretString: given }),
    );
  return { ref: arn, attributes: { Id: arn } };
};

const rememberValue = async (
  { memory }: MakeContext,
  { logicalId }: ResourceToMake,
  given: string,
  isNew: boolean,
  put: () => Promise<unknown>,
): Promise<void> => {
  const digest = createHash('sha256').update(given).digest('hex');
  if (memory.state.secrets[logicalId] === digest) return;
  if (!isNew) await put();
  memory.state.secrets[logicalId] = digest;
  memory.save();
};

const generatedSecret = (resource: ResourceToMake): string | null => {
  const how = resource.properties['GenerateSecretString'] as
    | (Parameters<typeof randomPassword>[0] & { SecretStringTemplate?: string; GenerateStringKey?: string })
    | undefined;
  if (how === undefined) return null;
  const password = randomPassword(how);
  if (how.SecretStringTemplate === undefined) return password;
  const template = JSON.parse(how.SecretStringTemplate) as Record<string, unknown>;
  return JSON.stringify({ ...template, [how.GenerateStringKey ?? 'password']: password });
};

/** @returns whether it was made now. */
const createUnlessThere = async (codes: readonly string[], create: () => Promise<unknown>): Promise<boolean> => {
  try {
    await create();
    return true;
  } catch (error) {
    if (error instanceof AwsCallError && codes.includes(error.code)) return false;
    throw error;
  }
};
