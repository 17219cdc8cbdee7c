import type { RequestListener } from 'node:http';
import { createHttpApi } from '../http-api/http-api.ts';
import { startQueueMapping } from '../lambda/queue-mapping.ts';
import { createResolver, type CreatedResource } from './intrinsics.ts';
import type { MakeContext, StackParts } from './make.ts';
import { makerOf } from './makers.ts';
import { creationOrder, parameterValues } from './plan.ts';

/** A stack that runs. */
export interface LoadedStack {
  readonly outputs: Readonly<Record<string, string>>;
  /** Logical ids and what `Ref` gives, for tests and messages. */
  readonly resources: ReadonlyMap<string, CreatedResource>;
  /** Serves the template's HTTP API; null when it has none. */
  readonly handleHttp: RequestListener | null;
  /** Starts what happens by itself: queue mappings and schedules. */
  start(): void;
  /** Stops that; the resources stay. */
  stop(): Promise<void>;
}

/** Resources with nothing made yet. */
export const emptyParts = (): StackParts => ({
  roles: new Map(),
  functions: new Map(),
  eventInvoke: new Map(),
  mappings: [],
  apis: new Map(),
  openToApi: new Set(),
  runtimes: new Map(),
  scheduleKeys: new Set(),
  recorded: [],
});

/**
 * Makes every resource of the stack, in order of dependency. Over the same data directory it finds tables, queues,
 * objects, secrets and schedules again, and runs a custom resource only when its properties changed.
 * @throws Error naming the resource for whatever does not fit together.
 */
export const loadCloudAssembly = async (
  context: MakeContext,
  given: { readonly parameters: Readonly<Record<string, string>> },
): Promise<LoadedStack> => {
  const { template, stackName } = context.assembly;
  const created = new Map<string, CreatedResource>();
  const parameters = parameterValues(template.Parameters ?? {}, given.parameters);
  const resolver = createResolver(template, stackName, parameters, created);
  const order = creationOrder(template, resolver);
  const customIds = new Set<string>();
  for (const logicalId of order) {
    const resource = template.Resources[logicalId];
    if (resource === undefined) continue;
    const maker = makerOf(resource.Type, logicalId);
    if (maker === null) continue;
    if (resource.Type.startsWith('Custom::') || resource.Type === 'AWS::CloudFormation::CustomResource') {
      customIds.add(logicalId);
    }
    const properties = (resolver.resolve(resource.Properties ?? {}, logicalId) ?? {}) as Record<string, unknown>;
    const path = resource.Metadata?.['aws:cdk:path'];
    const make = { logicalId, type: resource.Type, path: typeof path === 'string' ? path : '', properties };
    created.set(logicalId, await maker(context, make));
  }
  await context.customResources.removeAllBut(customIds);
  removeOldSchedules(context);
  const handleHttp = httpApiOf(context);
  const outputs = Object.fromEntries(
    Object.entries(template.Outputs ?? {})
      .filter(([, output]) => resolver.conditionHolds(output.Condition))
      .map(([name, output]) => [name, String(resolver.resolve(output.Value, `Outputs.${name}`))]),
  );
  let mappings: { stop(): Promise<void> }[] = [];
  return {
    outputs,
    resources: created,
    handleHttp,
    start() {
      mappings = startMappings(context);
      context.scheduler.start();
    },
    async stop() {
      context.scheduler.stop();
      await Promise.all(mappings.map((mapping) => mapping.stop()));
    },
  };
};

const removeOldSchedules = ({ memory, parts, scheduler }: MakeContext): void => {
  for (const key of memory.state.schedules) if (!parts.scheduleKeys.has(key)) scheduler.remove(key);
  memory.state.schedules = [...parts.scheduleKeys];
  memory.save();
};

const startMappings = ({ parts, clock, log, callerOf }: MakeContext): { stop(): Promise<void> }[] =>
  parts.mappings.flatMap(({ functionName, mapping }) => {
    const target = parts.functions.get(functionName);
    if (target === undefined) return [];
    return [startQueueMapping(mapping, { host: target.host, caller: callerOf(target.roleName), clock, log })];
  });

const httpApiOf = ({ parts, clock, log }: MakeContext): RequestListener | null => {
  const [first, ...others] = parts.apis;
  if (first === undefined) return null;
  if (others.length > 0) throw new Error(`The template has ${parts.apis.size} HTTP APIs; one can be served.`);
  const [apiId, { routes, integrations, stage }] = first;
  if (stage === null) throw new Error(`HTTP API ${apiId} has no stage: nothing would be deployed.`);
  const served = routes.map(({ logicalId, routeKey, integrationId }) => {
    const { functionName = '', timeoutMs = 30_000 } = integrations.get(integrationId) ?? {};
    if (!parts.openToApi.has(functionName)) {
      throw new Error(
        `Route ${logicalId} (${routeKey}): no AWS::Lambda::Permission lets API Gateway call ${functionName}.`,
      );
    }
    return { routeKey, functionName, timeoutMs };
  });
  const timeoutMs = Math.max(0, ...served.map((route) => route.timeoutMs)) || 30_000;
  return createHttpApi(
    { apiId, stage, routes: served, timeoutMs },
    { clock, log, find: (name) => parts.functions.get(name)?.host },
  );
};
