import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
  type CreateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../clock.ts';
import { createFaultSwitches } from '../faults.ts';
import { createAccessKeys, OWNER_CREDENTIALS } from '../iam/access-keys.ts';
import { startEmbeddedAws } from '../server.ts';
import { openScheduleStore } from './schedule-store.ts';
import { createScheduler } from './scheduler.ts';
import { createSchedulerService } from './scheduler-service.ts';

const MINUTE = 60_000;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const aJob = (more: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
  Name: 'job',
  ScheduleExpression: 'rate(30 minutes)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: {
    Arn: 'arn:aws:lambda:us-east-1:000000000000:function:worker',
    RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
    Input: '<aws.scheduler.scheduled-time> <aws.scheduler.attempt-number>',
  },
  ...more,
});

const aScheduler = async (
  { file = null, failures = 0 }: { file?: string | null; failures?: number } = {},
  startMs = Date.UTC(2026, 10, 21),
) => {
  const clock = manualClock(startMs);
  const store = openScheduleStore(file);
  const delivered: string[] = [];
  let left = failures;
  const scheduler = createScheduler({
    clock,
    store,
    log: () => undefined,
    deliver: async (target, input) => {
      if (target.Arn.includes(':sqs:')) return void delivered.push(`parked ${input}`);
      if (left-- > 0) throw new Error('throttled');
      delivered.push(input);
    },
  });
  scheduler.start();
  const accounts = createAccessKeys();
  const service = createSchedulerService({ scheduler, store, clock });
  const aws = await startEmbeddedAws({ port: 0, clock, services: [service], accounts, faults: createFaultSwitches() });
  const clientOf = (accessKeyId: string): SchedulerClient =>
    new SchedulerClient({
      endpoint: aws.endpoint,
      region: 'us-east-1',
      credentials: { ...OWNER_CREDENTIALS, accessKeyId },
    });
  stops.push(async () => {
    scheduler.stop();
    await aws.close();
  });
  return { clock, client: clientOf(OWNER_CREDENTIALS.accessKeyId), clientOf, accounts, delivered };
};

// Rests on:
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
describe('scheduler', () => {
  it('fires a rate with the planned time in the input, every time', async () => {
    const { client, clock, delivered } = await aScheduler();
    await client.send(new CreateScheduleCommand(aJob()));
    await clock.advance(65 * MINUTE);
    expect(delivered).toEqual(['2026-11-21T00:30:00Z 1', '2026-11-21T01:00:00Z 1']);
  });

  it('fires a one-time schedule once and deletes it when asked to', async () => {
    const { client, clock, delivered } = await aScheduler();
    const once = { ScheduleExpression: 'at(2026-11-21T01:00:00)', ActionAfterCompletion: 'DELETE' } as const;
    await client.send(new CreateScheduleCommand(aJob(once)));
    await clock.advance(24 * 60 * MINUTE);
    expect(delivered).toEqual(['2026-11-21T01:00:00Z 1']);
    expect((await client.send(new ListSchedulesCommand({}))).Schedules).toEqual([]);
  });

  it('tries again with growing pauses and then parks the event in the dead-letter queue', async () => {
    const { client, clock, delivered } = await aScheduler({ failures: 5 });
    const target = aJob().Target;
    if (target === undefined) throw new Error('a job has a target');
    await client.send(
      new CreateScheduleCommand(
        aJob({
          Target: {
            ...target,
            RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 },
            DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
          },
        }),
      ),
    );
    await clock.advance(31 * MINUTE);
    expect(delivered).toEqual(['parked 2026-11-21T00:30:00Z 3']);
  });

  it('does not make up for ticks that passed while the machine was off, but fires a missed one-time schedule late', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'schedules-')), 'schedules.json');
    const before = await aScheduler({ file });
    await before.client.send(new CreateScheduleCommand(aJob()));
    await before.client.send(
      new CreateScheduleCommand(aJob({ Name: 'once', ScheduleExpression: 'at(2026-11-21T02:00:00)' })),
    );
    const after = await aScheduler({ file }, Date.UTC(2026, 10, 21, 5, 10));
    await after.clock.advance(25 * MINUTE);
    expect(after.delivered).toEqual(['2026-11-21T02:00:00Z 1', '2026-11-21T05:30:00Z 1']);
    const third = await aScheduler({ file }, Date.UTC(2026, 10, 21, 6, 0, 1));
    await third.clock.advance(5 * MINUTE);
    expect(third.delivered).toEqual([]);
  });

  it('stands still while disabled; an update replaces everything', async () => {
    const { client, clock, delivered } = await aScheduler();
    await client.send(new CreateScheduleCommand(aJob({ Description: 'first' })));
    await client.send(new UpdateScheduleCommand(aJob({ State: 'DISABLED' })));
    await clock.advance(60 * MINUTE);
    const found = await client.send(new GetScheduleCommand({ Name: 'job' }));
    expect([delivered, found.State, found.Description, found.CreationDate]).toEqual([
      [],
      'DISABLED',
      undefined,
      new Date('2026-11-21T00:00:00Z'),
    ]);
  });

  it('answers with the errors of AWS', async () => {
    const { client } = await aScheduler();
    await client.send(new CreateScheduleCommand(aJob()));
    const codeOf = (sent: Promise<unknown>): Promise<string> =>
      sent.then(
        () => 'none',
        (error: Error) => error.name,
      );
    expect([
      await codeOf(client.send(new CreateScheduleCommand(aJob()))),
      await codeOf(client.send(new GetScheduleCommand({ Name: 'other' }))),
      await codeOf(client.send(new CreateScheduleCommand(aJob({ Name: 'b', ScheduleExpression: 'rate(1 minutes)' })))),
      await codeOf(client.send(new DeleteScheduleCommand({ Name: 'job' }))),
      await codeOf(client.send(new DeleteScheduleCommand({ Name: 'job' }))),
    ]).toEqual([
      'ConflictException',
      'ResourceNotFoundException',
      'ValidationException',
      'none',
      'ResourceNotFoundException',
    ]);
  });

  it('lets nobody hand a role to a schedule without iam:PassRole', async () => {
    const { accounts, clientOf } = await aScheduler();
    const create = { Effect: 'Allow', Action: 'scheduler:CreateSchedule', Resource: '*' } as const;
    const pass = {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: 'arn:aws:iam::000000000000:role/scheduler',
    } as const;
    accounts.add({
      accessKeyId: 'ASIAPOOR',
      roleName: 'poor',
      sessionName: 'poor',
      policies: () => [{ Statement: create }],
    });
    accounts.add({
      accessKeyId: 'ASIAOK',
      roleName: 'ok',
      sessionName: 'ok',
      policies: () => [{ Statement: [create, pass] }],
    });
    await expect(clientOf('ASIAPOOR').send(new CreateScheduleCommand(aJob()))).rejects.toThrow(/iam:PassRole/);
    await clientOf('ASIAOK').send(new CreateScheduleCommand(aJob()));
  });
});
