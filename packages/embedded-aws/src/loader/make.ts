import { createHash } from 'node:crypto';
import type { RuntimeHost } from '../agentcore/runtime-host.ts';
import type { SessionDeps } from '../agentcore/container-session.ts';
import type { EmbeddedClock } from '../clock.ts';
import type { AccessKeys } from '../iam/access-keys.ts';
import type { PolicyDocument } from '../iam/evaluate.ts';
import type { EventInvokeConfig } from '../lambda/event-invoke.ts';
import type { FunctionHost } from '../lambda/function-host.ts';
import type { QueueMapping } from '../lambda/queue-mapping.ts';
import type { ScheduleStore } from '../scheduler/schedule-store.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { ACCOUNT_ID, type Principal } from '../service.ts';
import type { Assembly } from './assembly.ts';
import type { AwsCaller } from './aws-call.ts';
import type { CustomResources } from './custom-resource.ts';
import type { CreatedResource } from './intrinsics.ts';
import type { StackStateFile } from './stack-state.ts';

/** A function or a container that may get variables of its own. */
export interface ProgramName {
  readonly kind: 'function' | 'runtime';
  readonly logicalId: string;
  /** Construct path in the CDK app, `AgentClaw/TgIngest/Function/Resource`, or '' in a template that has none. */
  readonly path: string;
}

/** One HTTP API while its parts come in. */
export interface ApiParts {
  readonly integrations: Map<string, { functionName: string; timeoutMs: number }>;
  readonly routes: { logicalId: string; routeKey: string; integrationId: string }[];
  stage: string | null;
}

/** Everything that exists of a stack while it is being loaded, and afterwards. */
export interface StackParts {
  readonly roles: Map<string, { accessKeyId: string; policies: PolicyDocument[]; principal: Principal }>;
  readonly functions: Map<string, { host: FunctionHost; roleName: string }>;
  readonly eventInvoke: Map<string, EventInvokeConfig>;
  readonly mappings: { functionName: string; mapping: QueueMapping }[];
  readonly apis: Map<string, ApiParts>;
  /** Functions that API Gateway may call. */
  readonly openToApi: Set<string>;
  readonly runtimes: Map<string, RuntimeHost>;
  readonly scheduleKeys: Set<string>;
  /** Things that have no effect here, by type: alarms, log groups. */
  readonly recorded: { type: string; logicalId: string; properties: Record<string, unknown> }[];
}

/** What a maker may use. */
export interface MakeContext {
  readonly stackName: string;
  readonly assembly: Assembly;
  /** Where inline code is unpacked. */
  readonly codeDir: string;
  readonly owner: AwsCaller;
  /** A caller with the permissions of a role. */
  readonly callerOf: (roleName: string) => AwsCaller;
  readonly accounts: AccessKeys;
  readonly programs: SessionDeps;
  readonly clock: EmbeddedClock;
  readonly endpoint: () => string;
  /** Public base URL of the HTTP API, without a slash at the end. */
  readonly publicUrl: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly extraEnv: (program: ProgramName) => Readonly<Record<string, string>>;
  readonly customResources: CustomResources;
  readonly scheduler: Scheduler;
  readonly schedules: ScheduleStore;
  readonly memory: StackStateFile;
  readonly parts: StackParts;
  readonly log: (line: string) => void;
}

/** One resource to make, its properties resolved. */
export interface ResourceToMake {
  readonly logicalId: string;
  readonly type: string;
  readonly path: string;
  readonly properties: Record<string, unknown>;
}

/** Makes a resource, or finds it again: every maker can run any number of times over the same data. */
export type Maker = (context: MakeContext, resource: ResourceToMake) => CreatedResource | Promise<CreatedResource>;

/** The resource's own name, or the one CloudFormation would make up; always the same one here. */
export const physicalName = (
  context: MakeContext,
  resource: ResourceToMake,
  property: string,
  maxLength = 63,
): string => {
  const given = resource.properties[property];
  if (typeof given === 'string') return given;
  const suffix = shortHash(`${context.stackName}/${resource.logicalId}`);
  return `${`${context.stackName}-${resource.logicalId}`.slice(0, maxLength - suffix.length - 1)}-${suffix}`;
};

/** Eight letters and digits that depend on nothing but the text. */
export const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** A property that has to be there. @throws Error naming the resource. */
export const required = <T>(resource: ResourceToMake, property: string): T => {
  const value = resource.properties[property];
  if (value === undefined) throw new Error(`${resource.type} ${resource.logicalId} has no ${property}.`);
  return value as T;
};

/** `arn:aws:iam::…:role/path/name` → `name`. */
export const roleNameOf = (roleArn: string): string => roleArn.split('/').at(-1) ?? roleArn;

/** ARN of a role of this account. */
export const roleArnOf = (name: string): string => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`;
