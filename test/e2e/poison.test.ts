import { readLane } from '@agent-claw/aws/lane-item';
import { laneIdOf } from '@agent-claw/core';
import type { Lane } from '@agent-claw/core';
import { ACCOUNT_ID, REGION } from '@agent-claw/embedded-aws';
import { DOUBLE_BOT_TOKEN, DOUBLE_OWNER_ID } from '@agent-claw/local/telegram-side';
import { BedrockAgentCoreClient, StopRuntimeSessionCommand } from '@aws-sdk/client-bedrock-agentcore';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callsSoFar } from './calls-on-the-wire.ts';
import { startSystem, temporaryFolder } from './local-system.ts';
import type { SystemUnderTest } from './local-system.ts';
import { ownerChat } from './owner-chat.ts';
import type { OwnerChat } from './owner-chat.ts';
import { until } from './until.ts';

const LANE = laneIdOf({ channel: 'tg', account: DOUBLE_BOT_TOKEN.split(':')[0] ?? '', place: DOUBLE_OWNER_ID });
const folder = temporaryFolder();
let system: SystemUnderTest;
let chat: OwnerChat;

beforeAll(async () => {
  system = await startSystem({ dataDir: folder.path });
  chat = ownerChat(system.url);
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** What `Ref` gives for the one resource whose logical id is this word and a hash. */
const refOf = (id: string): string =>
  Object.entries(system.refs).find(([key]) => key.replace(/[0-9A-F]{8}$/u, '') === id)?.[1] ?? '';

const lane = async (): Promise<Partial<Lane>> =>
  (await readLane({ client: new DynamoDBClient(system.aws), tableName: refOf('TablesState') }, LANE)) ?? {};

const events = (name: string): readonly Readonly<Record<string, unknown>>[] =>
  system
    .logs()
    .split('\n')
    .filter((line) => line.includes(`"event":"${name}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Lines in CloudWatch's embedded metric format that carry the metric. */
const counted = (metric: string): readonly unknown[] =>
  system
    .logs()
    .split('\n')
    .filter((line) => line.startsWith('{"_aws"') && line.includes(`"${metric}":`))
    .map((line) => JSON.parse(line) as unknown);

const aCount = (metric: string, service: string) => ({
  _aws: {
    Timestamp: expect.any(Number) as number,
    CloudWatchMetrics: [
      { Namespace: 'AgentClaw', Dimensions: [['service']], Metrics: [{ Name: metric, Unit: 'Count' }] },
    ],
  },
  service,
  [metric]: 1,
});

/** Says something and waits for what comes after it. @returns everything that the bot has said since. */
const ask = async (text: string, answer: RegExp, withinMs = 60_000): Promise<readonly string[]> => {
  const before = (await chat.shown()).length;
  await chat.say(text);
  return answered(before, answer, withinMs);
};

const answered = (before: number, answer: RegExp, withinMs = 60_000): Promise<readonly string[]> =>
  until(
    `an answer like ${answer}, and a lane at rest`,
    withinMs,
    async () => {
      const said = (await chat.shown()).slice(before);
      if (!said.some((text) => answer.test(text))) return null;
      const { inbox = {}, turn } = await lane();
      return turn === undefined && Object.keys(inbox).length === 0 ? (await chat.shown()).slice(before) : null;
    },
    () => system.logs().slice(-6_000),
  );

describe('a message that fails three times', () => {
  it('is put aside with its reason and a way back, the lane goes on, and /retry answers it once', async () => {
    const parkedBefore = counted('turn_parked').length;
    await system.inject(
      { action: 'bedrock-agentcore:InvokeAgentRuntime' },
      { kind: 'error_before', code: 'AccessDeniedException', status: 403 },
    );
    const refused = await ask('say pear', /^⚠️/u);
    expect(refused).toEqual([expect.stringMatching(/three times.*put your message aside.*\/retry/u)]);
    expect(await system.heal()).toBeGreaterThanOrEqual(3);
    expect(counted('turn_parked').slice(parkedBefore)).toEqual([aCount('turn_parked', 'agent-runner')]);
    expect(events('turn_parked').at(-1)).toMatchObject({ level: 'warn', reason: 'crashed', crashes: 3 });

    expect(await ask('say apple', /apple/u)).toEqual([expect.stringMatching(/apple/u)]);
    expect(Object.values((await lane()).parked ?? {}).map(({ text }) => text)).toEqual(['say pear']);

    const retried = await ask('/retry', /^pear/u);
    expect(retried).toEqual([expect.stringMatching(/again/iu), expect.stringMatching(/^pear/u)]);
    expect((await lane()).parked ?? {}).toEqual({});
    expect(await ask('/retry', /./u)).toEqual([expect.stringMatching(/nothing/iu)]);
  });

  it('is put aside when its microVM ends under it at each start', async () => {
    const parkedBefore = counted('turn_parked').length;
    const starts = async () => (await callsSoFar(system))['agent-container']?.['open conversation'] ?? 0;
    const before = await starts();
    const shownBefore = (await chat.shown()).length;
    await chat.say('count to 24 slowly');
    const runtime = new BedrockAgentCoreClient(system.aws);
    const agentRuntimeArn = `arn:aws:bedrock-agentcore:${REGION}:${ACCOUNT_ID}:runtime/${refOf('AgentRuntime')}`;
    for (const start of [1, 2, 3]) {
      await until(`start ${start}`, 30_000, async () => (await starts()) >= before + start, system.logs);
      const runtimeSessionId = (await lane()).runtimeSession?.id;
      await runtime.send(new StopRuntimeSessionCommand({ agentRuntimeArn, runtimeSessionId }));
    }
    const said = await answered(shownBefore, /⚠️/u);
    // Behind what there was of an answer, if there was any.
    expect(said).toEqual([
      expect.stringMatching(/^1 2 3/u),
      expect.stringMatching(/⚠️ I was interrupted three times.*\/retry.*is above/u),
    ]);
    expect(counted('turn_parked').slice(parkedBefore)).toEqual([aCount('turn_parked', 'agent-runner')]);
    expect(await ask('say cherry', /^cherry/u)).toEqual(['cherry']);
    const retried = await ask('/retry', / 23 24$/u);
    expect(retried.filter((text) => text.endsWith(' 23 24'))).toHaveLength(1);
  });
});

describe('a wake', () => {
  const sqs = () => new SQSClient(system.aws);
  /** Wakes in a queue, hidden ones included. */
  const wakesIn = async (QueueUrl: string): Promise<number> => {
    const { Attributes = {} } = await sqs().send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  };

  it('that nobody can read is dropped with an error in the log, and not tried for ever', async () => {
    const [wakes, given] = [refOf('WakesQueue'), refOf('WakesParked')];
    await sqs().send(new SendMessageCommand({ QueueUrl: wakes, MessageBody: 'no wake' }));
    await until(
      'an empty queue',
      20_000,
      async () => events('wake_unreadable').length > 0 && (await wakesIn(wakes)) === 0,
    );
    expect(events('wake_unreadable')).toEqual([expect.objectContaining({ level: 'error', service: 'agent-runner' })]);
    expect(await wakesIn(given)).toBe(0);
  });

  it('that is given up lands where the alarm looks, and the sweep gets its message answered without a new one', async () => {
    const [wakes, given] = [refOf('WakesQueue'), refOf('WakesParked')];
    const read = await sqs().send(
      new GetQueueAttributesCommand({ QueueUrl: wakes, AttributeNames: ['RedrivePolicy'] }),
    );
    const redrive = JSON.parse(read.Attributes?.['RedrivePolicy'] ?? '{}') as Record<string, unknown>;
    expect(redrive).toMatchObject({ maxReceiveCount: 20 });
    // 20 receives take a quarter of an hour: the same rule at two.
    const RedrivePolicy = JSON.stringify({ ...redrive, maxReceiveCount: 2 });
    await sqs().send(new SetQueueAttributesCommand({ QueueUrl: wakes, Attributes: { RedrivePolicy } }));
    // The runner cannot take a lease: nothing in the lane changes, and nothing can be said in the chat.
    await system.inject(
      { action: 'dynamodb:UpdateItem', detail: 'SET leaseHolder' },
      { kind: 'error_before', code: 'AccessDeniedException', status: 400 },
    );
    const before = (await chat.shown()).length;
    await chat.say('say quince');
    await until('a wake that was given up', 60_000, async () => (await wakesIn(given)) > 0, system.logs);
    expect((await chat.shown()).length).toBe(before);
    expect(await system.heal()).toBeGreaterThanOrEqual(2);
    const sweptBefore = counted('lane_swept').length;

    // Rung once the lane has waited for half a minute; the schedule's own sweep may be first.
    await until('a sweep that rings the lane', 60_000, async () => {
      await system.sweep();
      return counted('lane_swept').length > sweptBefore;
    });
    expect(await answered(before, /^quince/u)).toEqual(['quince']);
    expect(counted('lane_swept').at(-1)).toEqual(aCount('lane_swept', 'heartbeat'));
    expect(events('lane_swept').at(-1)).toMatchObject({ level: 'warn', laneId: LANE });
  });
});
