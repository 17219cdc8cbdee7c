import type { EmbeddedClock } from '../clock.ts';
import {
  AwsError,
  jsonBody,
  jsonResponse,
  notImplemented,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type IamCheck,
} from '../service.ts';
import { BadExpressionError, parseExpression } from './expression.ts';
import { scheduleKey, type Schedule, type ScheduleStore, type ScheduleTarget } from './schedule-store.ts';
import { scheduleArn, type Scheduler } from './scheduler.ts';

/** What the API needs. */
export interface SchedulerServiceDeps {
  readonly scheduler: Scheduler;
  readonly store: ScheduleStore;
  readonly clock: EmbeddedClock;
}

const OPERATIONS: Readonly<Record<string, string>> = {
  POST: 'CreateSchedule',
  GET: 'GetSchedule',
  PUT: 'UpdateSchedule',
  DELETE: 'DeleteSchedule',
};

/** EventBridge Scheduler. doc: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html */
export const createSchedulerService = ({ scheduler, store, clock }: SchedulerServiceDeps): AwsService => {
  const existing = (key: string): Schedule => {
    const schedule = store.get(key);
    if (schedule === undefined) throw new AwsError('ResourceNotFoundException', 404, `Schedule ${key} does not exist.`);
    return schedule;
  };
  const list = (request: AwsRequest): AwsResponse => {
    const query = (name: string): string | null => request.query.get(name);
    const from = Number(query('NextToken') ?? 0);
    const size = Number(query('MaxResults') ?? 100);
    const found = store
      .all()
      .filter((one) => (query('ScheduleGroup') ?? one.GroupName) === one.GroupName)
      .filter((one) => one.Name.startsWith(query('NamePrefix') ?? '') && (query('State') ?? one.State) === one.State)
      .sort((a, b) => (scheduleKey(a) < scheduleKey(b) ? -1 : 1));
    const page = found.slice(from, from + size).map((one) => ({
      Arn: scheduleArn(scheduleKey(one)),
      Name: one.Name,
      GroupName: one.GroupName,
      State: one.State,
      CreationDate: one.CreationDate,
      LastModificationDate: one.LastModificationDate,
      Target: { Arn: one.Target.Arn },
    }));
    const more = from + size < found.length ? { NextToken: String(from + size) } : {};
    return jsonResponse('rest-json', { Schedules: page, ...more });
  };
  return {
    name: 'scheduler',
    protocol: 'rest-json',
    async describe(request): Promise<IamCheck[]> {
      const { operation, key } = await target(request);
      if (operation === 'ListSchedules') return [{ action: 'scheduler:ListSchedules', resource: '*' }];
      const main = { action: `scheduler:${operation}`, resource: scheduleArn(key) };
      if (operation !== 'CreateSchedule' && operation !== 'UpdateSchedule') return [main];
      const roleArn = ((await jsonBody(request))['Target'] as ScheduleTarget | undefined)?.RoleArn ?? '*';
      const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
      return [main, { action: 'iam:PassRole', resource: roleArn, context }];
    },
    async handle(request): Promise<AwsResponse> {
      const { operation, key } = await target(request);
      const nowS = clock.now() / 1000;
      switch (operation) {
        case 'ListSchedules':
          return list(request);
        case 'GetSchedule':
          return jsonResponse('rest-json', { Arn: scheduleArn(key), ...existing(key) });
        case 'CreateSchedule': {
          if (store.get(key) !== undefined) {
            throw new AwsError('ConflictException', 409, `Schedule ${key} already exists.`);
          }
          scheduler.put(toSchedule(key, await jsonBody(request), nowS, nowS));
          return jsonResponse('rest-json', { ScheduleArn: scheduleArn(key) });
        }
        case 'UpdateSchedule':
          scheduler.put(toSchedule(key, await jsonBody(request), existing(key).CreationDate, nowS));
          return jsonResponse('rest-json', { ScheduleArn: scheduleArn(key) });
        case 'DeleteSchedule':
          existing(key);
          scheduler.remove(key);
          return jsonResponse('rest-json', {});
        default:
          throw notImplemented('scheduler', operation);
      }
    },
  };
};

/** A schedule from an API call or a template. Whatever it leaves out is the default: an update is no merge. @throws AwsError ValidationException */
export const toSchedule = (key: string, input: Record<string, unknown>, createdS: number, nowS: number): Schedule => {
  const [GroupName = 'default', Name = ''] = key.split('/');
  const { ScheduleExpressionTimezone = 'UTC', ScheduleExpression } = input as Partial<Schedule>;
  const { Target, FlexibleTimeWindow, ActionAfterCompletion = 'NONE', State = 'ENABLED' } = input as Partial<Schedule>;
  if (!/^[0-9A-Za-z-_.]{1,64}$/.test(Name)) throw invalid(`Value '${Name}' at 'name' failed to satisfy constraint.`);
  if (Target?.Arn === undefined || Target.RoleArn === undefined) throw invalid('Target needs an Arn and a RoleArn.');
  if (!/^arn:aws:(lambda|sqs):/.test(Target.Arn))
    throw invalid(`Target ${Target.Arn} is neither a function nor a queue.`);
  if (FlexibleTimeWindow === undefined) throw invalid('FlexibleTimeWindow is missing.');
  try {
    parseExpression(String(ScheduleExpression), ScheduleExpressionTimezone, createdS * 1000);
  } catch (error) {
    if (error instanceof BadExpressionError) throw invalid(error.message);
    throw error;
  }
  const kept = ['Description', 'StartDate', 'EndDate'].filter((name) => input[name] !== undefined);
  return {
    ...Object.fromEntries(kept.map((name) => [name, input[name]])),
    Name,
    GroupName,
    ScheduleExpression: String(ScheduleExpression),
    ScheduleExpressionTimezone,
    State,
    FlexibleTimeWindow,
    Target,
    ActionAfterCompletion,
    CreationDate: createdS,
    LastModificationDate: nowS,
  };
};

const invalid = (message: string): AwsError => new AwsError('ValidationException', 400, message);

const target = async (request: AwsRequest): Promise<{ operation: string; key: string }> => {
  if (request.method === 'GET' && request.path === '/schedules') return { operation: 'ListSchedules', key: '' };
  const name = /^\/schedules\/([^/]+)$/.exec(request.path)?.[1];
  const operation = OPERATIONS[request.method];
  if (name === undefined || operation === undefined) {
    throw notImplemented('scheduler', `${request.method} ${request.path}`);
  }
  const hasBody = request.method === 'POST' || request.method === 'PUT';
  const group = hasBody ? (await jsonBody(request))['GroupName'] : request.query.get('groupName');
  return { operation, key: `${typeof group === 'string' ? group : 'default'}/${decodeURIComponent(name)}` };
};
