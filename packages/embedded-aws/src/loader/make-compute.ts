import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readImageCommand } from '../agentcore/dockerfile.ts';
import { createRuntimeHost } from '../agentcore/runtime-host.ts';
import type { PolicyDocument } from '../iam/evaluate.ts';
import { handlerFile } from '../lambda/execution-environment.ts';
import { createFunctionHost } from '../lambda/function-host.ts';
import { functionArn, functionName } from '../lambda/lambda-service.ts';
import { ACCOUNT_ID, REGION } from '../service.ts';
import { physicalName, required, roleArnOf, roleNameOf, shortHash, type Maker, type MakeContext } from './make.ts';

interface InlinePolicy {
  readonly PolicyDocument: PolicyDocument;
}

// Its permissions are about logs only, which are files here.
const BASIC_EXECUTION = /:policy\/service-role\/AWSLambdaBasicExecutionRole$/;

/** AWS::IAM::Role. */
export const makeRole: Maker = ({ parts, accounts, ...context }, resource) => {
  const name = physicalName({ parts, accounts, ...context }, resource, 'RoleName');
  const foreign = ((resource.properties['ManagedPolicyArns'] ?? []) as string[]).filter(
    (arn) => !BASIC_EXECUTION.test(arn),
  );
  if (foreign.length > 0) {
    throw new Error(
      `Role ${resource.logicalId} uses ${foreign.join(', ')}, whose content is not known here. Write the statements.`,
    );
  }
  const inline = (resource.properties['Policies'] ?? []) as readonly InlinePolicy[];
  const policies = inline.map((policy) => policy.PolicyDocument);
  const accessKeyId = `ASIA${shortHash(`role ${name}`).toUpperCase()}EMBEDDED`;
  const principal = accounts.add({ accessKeyId, roleName: name, sessionName: name, policies: () => policies });
  parts.roles.set(name, { accessKeyId, policies, principal });
  return { ref: name, attributes: { Arn: roleArnOf(name), RoleId: accessKeyId } };
};

/** AWS::IAM::Policy and ManagedPolicy: their documents join the roles they name. */
export const makePolicy: Maker = (context, resource) => {
  const document = required<PolicyDocument>(resource, 'PolicyDocument');
  for (const roleName of (resource.properties['Roles'] ?? []) as string[]) {
    const role = context.parts.roles.get(roleName);
    if (role === undefined)
      throw new Error(`Policy ${resource.logicalId} names role ${roleName}, which is not in the template.`);
    role.policies.push(document);
  }
  const name = physicalName(context, resource, 'PolicyName', 128);
  return { ref: name, attributes: { PolicyArn: `arn:aws:iam::${ACCOUNT_ID}:policy/${name}` } };
};

/** Keys, region and endpoint of a program: its permissions are those of its role, under its own name. */
const platformEnv = (context: MakeContext, programName: string, roleName: string): Record<string, string> => {
  const role = context.parts.roles.get(roleName);
  if (role === undefined) throw new Error(`${programName} runs as ${roleName}, which is no role of the template.`);
  const accessKeyId = `ASIA${shortHash(`program ${programName}`).toUpperCase()}EMBEDDED`;
  context.accounts.add({ accessKeyId, roleName, sessionName: programName, policies: () => role.policies });
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'embedded',
    AWS_SESSION_TOKEN: 'embedded',
    AWS_ENDPOINT_URL: context.endpoint(),
    AWS_EC2_METADATA_DISABLED: 'true',
    // The developer's own ~/.aws has no say in here.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
};

/** AWS::Lambda::Function. */
export const makeFunction: Maker = (context, resource) => {
  const name = physicalName(context, resource, 'FunctionName', 64);
  const handler = required<string>(resource, 'Handler');
  const code = required<{ S3Key?: string; ZipFile?: string }>(resource, 'Code');
  const codeDir =
    code.ZipFile === undefined ? context.assembly.fileAsset(code.S3Key ?? '') : inlineCode(context, name, code.ZipFile);
  if (handlerFile(codeDir, handler) === null) {
    throw new Error(
      `Function ${resource.logicalId}: no file for handler ${handler} in ${codeDir}. Build the bundle again.`,
    );
  }
  const { Variables = {} } = (resource.properties['Environment'] ?? {}) as { Variables?: Record<string, unknown> };
  const roleName = roleNameOf(required<string>(resource, 'Role'));
  const reserved = resource.properties['ReservedConcurrentExecutions'];
  const { logicalId, path } = resource;
  const environment = { ...stringValues(Variables), ...context.extraEnv({ kind: 'function', logicalId, path }) };
  const host = createFunctionHost(
    {
      name,
      arn: functionArn(name),
      codeDir,
      handler,
      timeoutMs: Number(resource.properties['Timeout'] ?? 3) * 1000,
      memoryMb: Number(resource.properties['MemorySize'] ?? 128),
      environment,
      reservedConcurrency: reserved === undefined ? null : Number(reserved),
    },
    { guard: context.programs.guard, logs: context.programs.logs, platformEnv: platformEnv(context, name, roleName) },
  );
  context.parts.functions.set(name, { host, roleName });
  return { ref: name, attributes: { Arn: functionArn(name) } };
};

const inlineCode = (context: MakeContext, name: string, text: string): string => {
  const directory = join(context.codeDir, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'index.js'), text);
  return directory;
};

const stringValues = (values: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

/** AWS::Lambda::Permission: what matters here is which functions API Gateway may call. */
export const makePermission: Maker = ({ parts }, resource) => {
  const name = functionName(required<string>(resource, 'FunctionName'));
  if (resource.properties['Principal'] === 'apigateway.amazonaws.com') parts.openToApi.add(name);
  return { ref: resource.logicalId, attributes: { Id: resource.logicalId } };
};

/** AWS::Lambda::EventInvokeConfig. */
export const makeEventInvokeConfig: Maker = ({ parts }, resource) => {
  const name = functionName(required<string>(resource, 'FunctionName'));
  const destinations = resource.properties['DestinationConfig'] as { OnFailure?: { Destination?: string } } | undefined;
  parts.eventInvoke.set(name, {
    maximumRetryAttempts: Number(resource.properties['MaximumRetryAttempts'] ?? 2),
    onFailureQueueArn: destinations?.OnFailure?.Destination ?? null,
  });
  return { ref: resource.logicalId, attributes: {} };
};

/** AWS::Lambda::Version and Alias: one version runs here, whatever it is called. */
export const makeVersion: Maker = (_, resource) => {
  const arn = functionArn(functionName(required<string>(resource, 'FunctionName')));
  return { ref: arn, attributes: { Version: '1', FunctionArn: arn, AliasArn: arn } };
};

/** AWS::Lambda::EventSourceMapping from an SQS queue. */
export const makeQueueMapping: Maker = ({ parts, endpoint }, resource) => {
  const queueArn = required<string>(resource, 'EventSourceArn');
  const name = functionName(required<string>(resource, 'FunctionName'));
  const target = parts.functions.get(name);
  if (!queueArn.startsWith('arn:aws:sqs:') || target === undefined) {
    throw new Error(
      `Event source mapping ${resource.logicalId}: ${queueArn} to ${name} is not a queue to a function of the template.`,
    );
  }
  const role = parts.roles.get(target.roleName);
  for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']) {
    if (role?.principal.allows({ action, resource: queueArn }) === true) continue;
    throw new Error(
      `Event source mapping ${resource.logicalId}: role ${target.roleName} may not ${action} on ${queueArn}.`,
    );
  }
  const { MaximumConcurrency = 10 } = (resource.properties['ScalingConfig'] ?? {}) as { MaximumConcurrency?: number };
  const reports = (resource.properties['FunctionResponseTypes'] ?? []) as string[];
  parts.mappings.push({
    functionName: name,
    mapping: {
      queueArn,
      queueUrl: `${endpoint()}/${ACCOUNT_ID}/${queueArn.split(':').at(-1)}`,
      batchSize: Number(resource.properties['BatchSize'] ?? 10),
      maximumConcurrency: MaximumConcurrency,
      reportsItemFailures: reports.includes('ReportBatchItemFailures'),
    },
  });
  return { ref: resource.logicalId, attributes: { Id: resource.logicalId } };
};

/** AWS::BedrockAgentCore::Runtime. */
export const makeRuntime: Maker = (context, resource) => {
  const name = required<string>(resource, 'AgentRuntimeName');
  const id = `${name}-${shortHash(`${context.stackName}/${resource.logicalId}`)}00`;
  const arn = `arn:aws:bedrock-agentcore:${REGION}:${ACCOUNT_ID}:runtime/${id}`;
  const artifact = required<{ ContainerConfiguration?: { ContainerUri?: string } }>(resource, 'AgentRuntimeArtifact');
  const image = context.assembly.imageAsset(artifact.ContainerConfiguration?.ContainerUri ?? '');
  const command = readImageCommand(image.directory, image.dockerfile);
  const lifecycle = (resource.properties['LifecycleConfiguration'] ?? {}) as Record<string, number>;
  const { logicalId, path } = resource;
  const host = createRuntimeHost(
    {
      name,
      arn,
      imageDir: image.directory,
      args: command.args,
      environment: {
        ...command.environment,
        ...platformEnv(context, name, roleNameOf(required<string>(resource, 'RoleArn'))),
        ...stringValues((resource.properties['EnvironmentVariables'] ?? {}) as Record<string, unknown>),
        ...context.extraEnv({ kind: 'runtime', logicalId, path }),
      },
      idleTimeoutMs: (lifecycle['IdleRuntimeSessionTimeout'] ?? 900) * 1000,
      maxLifetimeMs: (lifecycle['MaxLifetime'] ?? 28_800) * 1000,
    },
    context.programs,
  );
  context.parts.runtimes.set(arn, host);
  return {
    ref: id,
    attributes: {
      AgentRuntimeArn: arn,
      AgentRuntimeId: id,
      AgentRuntimeName: name,
      AgentRuntimeVersion: versionOf(image.directory, resource.properties),
      Status: 'READY',
    },
  };
};

// Every change of the image or the settings is a new version on AWS, and callers may put it into session ids.
const versionOf = (imageDir: string, properties: Record<string, unknown>): string =>
  String((Number.parseInt(shortHash(JSON.stringify([imageDir.split('/').at(-1), properties])), 16) % 100_000) + 1);
