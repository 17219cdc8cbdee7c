import { functionName } from '../lambda/lambda-service.ts';
import { scheduleKey } from '../scheduler/schedule-store.ts';
import { scheduleArn } from '../scheduler/scheduler.ts';
import { toSchedule } from '../scheduler/scheduler-service.ts';
import {
  physicalName,
  required,
  shortHash,
  type ApiParts,
  type Maker,
  type MakeContext,
  type ResourceToMake,
} from './make.ts';

/** AWS::ApiGatewayV2::Api, HTTP only. */
export const makeApi: Maker = (context, resource) => {
  if (resource.properties['ProtocolType'] !== 'HTTP') {
    throw new Error(
      `Api ${resource.logicalId}: only HTTP APIs are embedded, not ${String(resource.properties['ProtocolType'])}.`,
    );
  }
  const id = `a${shortHash(`${context.stackName}/${resource.logicalId}`)}0`;
  context.parts.apis.set(id, { integrations: new Map(), routes: [], stage: null });
  return { ref: id, attributes: { ApiId: id, ApiEndpoint: context.publicUrl } };
};

/** AWS::ApiGatewayV2::Integration. */
export const makeIntegration: Maker = (context, resource) => {
  const uri = required<string>(resource, 'IntegrationUri');
  const version = resource.properties['PayloadFormatVersion'];
  if (resource.properties['IntegrationType'] !== 'AWS_PROXY' || version !== '2.0') {
    throw new Error(`Integration ${resource.logicalId}: only AWS_PROXY with payload format 2.0 is embedded.`);
  }
  const arn = /arn:aws:lambda:[^/]*/.exec(uri.split('/functions/').at(-1) ?? uri)?.[0] ?? uri;
  const name = functionName(arn);
  if (!context.parts.functions.has(name)) {
    throw new Error(`Integration ${resource.logicalId} calls ${uri}, which is no function of the template.`);
  }
  const timeoutMs = Number(resource.properties['TimeoutInMillis'] ?? 30_000);
  apiOf(context, resource).integrations.set(resource.logicalId, { functionName: name, timeoutMs });
  return { ref: resource.logicalId, attributes: { IntegrationId: resource.logicalId } };
};

/** AWS::ApiGatewayV2::Route. */
export const makeRoute: Maker = (context, resource) => {
  const target = required<string>(resource, 'Target');
  const api = apiOf(context, resource);
  const integrationId = target.replace(/^integrations\//, '');
  if (!api.integrations.has(integrationId)) {
    throw new Error(`Route ${resource.logicalId}: its target ${target} is no integration of its API.`);
  }
  const { logicalId } = resource;
  api.routes.push({ logicalId, routeKey: required<string>(resource, 'RouteKey'), integrationId });
  return { ref: logicalId, attributes: { RouteId: logicalId } };
};

/** AWS::ApiGatewayV2::Stage. */
export const makeStage: Maker = (context, resource) => {
  const name = required<string>(resource, 'StageName');
  apiOf(context, resource).stage = name;
  return { ref: name, attributes: {} };
};

const apiOf = (context: MakeContext, resource: ResourceToMake): ApiParts => {
  const id = required<string>(resource, 'ApiId');
  const api = context.parts.apis.get(id);
  if (api === undefined)
    throw new Error(`${resource.type} ${resource.logicalId} names API ${id}, which is not in the template.`);
  return api;
};

/** AWS::Scheduler::Schedule. An unchanged one keeps its creation date, from which rates count. */
export const makeSchedule: Maker = (context, resource) => {
  const name = physicalName(context, resource, 'Name', 64);
  const group = resource.properties['GroupName'];
  const key = scheduleKey({ GroupName: typeof group === 'string' ? group : 'default', Name: name });
  const nowS = context.clock.now() / 1000;
  const before = context.schedules.get(key);
  const wanted = toSchedule(key, withEpochDates(resource.properties), before?.CreationDate ?? nowS, nowS);
  const same =
    before !== undefined &&
    JSON.stringify({ ...wanted, LastModificationDate: 0 }) === JSON.stringify({ ...before, LastModificationDate: 0 });
  if (!same) context.scheduler.put(wanted);
  context.parts.scheduleKeys.add(key);
  return { ref: name, attributes: { Arn: scheduleArn(key) } };
};

// Templates write dates as text, the API as epoch seconds.
const withEpochDates = (properties: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      /^(Start|End)Date$/.test(name) ? Date.parse(String(value)) / 1000 : value,
    ]),
  );

/** AWS::Scheduler::ScheduleGroup. */
export const makeScheduleGroup: Maker = (context, resource) => {
  const name = physicalName(context, resource, 'Name', 64);
  return { ref: name, attributes: { Arn: scheduleArn(name).replace(':schedule/', ':schedule-group/') } };
};
