import { BedrockAgentCoreClient, StopRuntimeSessionCommand } from '@aws-sdk/client-bedrock-agentcore';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { freePort, startSystem, temporaryFolder } from './local-system.ts';
import type { SystemUnderTest } from './local-system.ts';
import { ownerChat } from './owner-chat.ts';
import { until } from './until.ts';

/** The engine's limits, shortened alike: a minute of these holds what a day of the deployed ones holds. */
const SHORT = {
  AGENT_CLAW_HEARTBEAT_HOURS: '',
  AGENT_CLAW_LEG_LIMIT_MS: '4000',
  AGENT_CLAW_LEASE_MS: '8000',
  AGENT_CLAW_WAKE_HIDDEN_S: '12',
};
/** Of a microVM, where the story is about its end. */
const SHORT_LIFE = { AGENT_CLAW_SESSION_LIFE_MS: '50000' };
const CONTAINER = /^agent_claw/u;

const numbers = (last: number): string => Array.from({ length: last }, (_, index) => index + 1).join(' ');
const countOf = (text: string, part: string): number => text.split(part).length - 1;
const legsOf = (system: SystemUnderTest): number => countOf(system.logs(), '"outcome":"handed_over"');

const clientOf = ({ aws }: SystemUnderTest) => ({ ...aws, maxAttempts: 1 });
const refOf = ({ refs }: SystemUnderTest, path: RegExp): string =>
  Object.entries(refs).find(([id]) => path.test(id))?.[1] ?? '';

/** What a table of the stack holds. */
const itemsOf = async (system: SystemUnderTest, path: RegExp) => {
  const dynamo = new DynamoDBClient(clientOf(system));
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: refOf(system, path), ConsistentRead: true }));
  dynamo.destroy();
  return Items;
};

/** The one lane, as it is stored. */
const laneOf = async (system: SystemUnderTest) =>
  (await itemsOf(system, /^TablesState[0-9A-F]{8}$/u)).find(({ turnCount }) => turnCount !== undefined);

const turnsOf = async (system: SystemUnderTest): Promise<number> => Number((await laneOf(system))?.['turnCount']?.N);

const sessionIdOf = async (system: SystemUnderTest): Promise<string> =>
  (await laneOf(system))?.['runtimeSession']?.M?.['id']?.S ?? '';

/** Ends the microVM of the lane, as a platform does that wants its machine back. */
const stopSession = async (system: SystemUnderTest): Promise<void> => {
  const client = new BedrockAgentCoreClient(clientOf(system));
  const arn = `arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/${refOf(system, /^AgentRuntime(?!Exec)/u)}`;
  await client.send(
    new StopRuntimeSessionCommand({ agentRuntimeArn: arn, runtimeSessionId: await sessionIdOf(system) }),
  );
  client.destroy();
};

interface Kept {
  readonly role: string;
  readonly content: readonly { readonly toolUse?: object; readonly toolResult?: object }[];
}

/** The roles in the saved history, in order; with how many tool calls and results it has. */
const historyOf = async (system: SystemUnderTest) => {
  const items = await itemsOf(system, /^TablesConversations[0-9A-F]{8}$/u);
  const turns = items
    .filter((item) => item['sk']?.S?.startsWith('turn#') === true)
    .sort((a, b) => ((a['sk']?.S ?? '') < (b['sk']?.S ?? '') ? -1 : 1));
  const messages = turns.flatMap(({ body }) => (JSON.parse(body?.S ?? '') as { messages: readonly Kept[] }).messages);
  const blocks = messages.flatMap(({ content }) => content);
  return {
    turns: turns.length,
    isAlternating: messages.every(({ role }, index) => role === (index % 2 === 0 ? 'user' : 'assistant')),
    calls: blocks.filter(({ toolUse }) => toolUse !== undefined).length,
    results: blocks.filter(({ toolResult }) => toolResult !== undefined).length,
  };
};

const aSystem = async (
  environment: Readonly<Record<string, string>> = {},
  place: { readonly dataDir?: string; readonly port?: number } = {},
) => {
  const folder = temporaryFolder();
  const system = await startSystem({ dataDir: folder.path, ...place, environment: { ...SHORT, ...environment } });
  const chat = ownerChat(system.url);
  const shows = (what: RegExp, withinMs: number) =>
    until(
      `a message like ${what}`,
      withinMs,
      async () => (await chat.shown()).find((text) => what.test(text)),
      () => system.logs().slice(-6_000),
    );
  /** The lane has no work left: everything that was sent to the chat has been. */
  const rests = () =>
    until(
      'the lane to be at rest',
      30_000,
      async () => (await laneOf(system))?.['openShard'] === undefined,
      () => system.logs(),
    );
  const stop = async (): Promise<void> => {
    await system[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  };
  return { system, chat, shows, rests, [Symbol.asyncDispose]: stop };
};

describe.concurrent('a turn that lives longer than everything around it', () => {
  it('passes through many legs as one turn with one answer, to what was said on the way too', async () => {
    await using world = await aSystem();
    const { system, chat, shows, rests } = world;
    await chat.say('take 30 slow steps');
    await shows(/Step 5\./u, 30_000);
    await chat.say('say banana');
    await shows(/banana$/u, 60_000);
    await rests();
    const steps = Array.from({ length: 30 }, (_, index) => `Step ${index + 1}.`);
    expect((await chat.shown()).map((text) => text.split(/\n+/u))).toEqual([
      [...steps, 'That took 30 slow steps.', 'banana'],
    ]);
    expect(legsOf(system)).toBeGreaterThanOrEqual(6);
    expect({
      turns: await turnsOf(system),
      startedAgain: countOf(system.logs(), 'turn_started_again'),
      opened: await system.callsOf(CONTAINER, 'dynamodb:UpdateItem'),
      saved: await system.callsOf(CONTAINER, 'dynamodb:PutItem'),
    }).toEqual({ turns: 1, startedAgain: 0, opened: 2, saved: 1 });
    expect(await historyOf(system)).toEqual({ turns: 1, isAlternating: true, calls: 30, results: 30 });
  });

  it('ends honestly with what it had when it outlives its microVM, and the next message works', async () => {
    await using world = await aSystem(SHORT_LIFE);
    const { system, chat, shows, rests } = world;
    await chat.say('count to 400 slowly');
    const partial = await shows(/took too long and was stopped/u, 90_000);
    const [, counted = ''] =
      /^([\d ]+)\n+⏱ That took too long and was stopped; this is what I had\./u.exec(partial) ?? [];
    expect(counted).toBe(numbers(counted.split(' ').length));
    expect(counted.split(' ').length).toBeGreaterThan(50);
    await chat.say('say hello again');
    await shows(/^hello again$/u, 30_000);
    await rests();
    expect(await chat.shown()).toEqual([partial, 'hello again']);
    expect(countOf(system.logs(), 'turn_started_again')).toBe(0);
    expect(await historyOf(system)).toEqual({ turns: 2, isAlternating: true, calls: 0, results: 0 });
  });

  it('is started again, counted, when its microVM is taken away; an idle one goes without a word', async () => {
    await using world = await aSystem();
    const { system, chat, shows, rests } = world;
    await chat.say('count to 30 slowly');
    await shows(/^1 2 3 4/u, 30_000);
    await stopSession(system);
    await shows(/ 29 30$/u, 60_000);
    await rests();
    expect(await chat.shown()).toEqual([numbers(30)]);
    expect(system.logs().match(/"event":"turn_started_again"[^\n]*"starts":\d/gu)).toHaveLength(1);
    const before = system.logs();
    await stopSession(system);
    await chat.say('say still here');
    await shows(/^still here$/u, 30_000);
    await rests();
    const after = system.logs().slice(before.length);
    expect([
      countOf(after, '"level":"error"'),
      countOf(after, 'ended by itself'),
      countOf(after, 'container_drained'),
    ]).toEqual([0, 0, 1]);
  });

  it('is started again by the new container when a deployment falls into it', async () => {
    using folder = temporaryFolder();
    const port = await freePort();
    const place = { dataDir: folder.path, port };
    {
      await using before = await aSystem({ AGENT_CLAW_RUNTIME_EPOCH: 'before' }, place);
      await before.chat.say('count to 30 slowly');
      // An edit proves that the draft's id is known: without it nobody could take the draft away again.
      const draft = await before.shows(/^1 2 3 4/u, 30_000);
      await until('an edit of the draft', 10_000, async () => (await before.chat.shown())[0] !== draft);
      await before.system.killTree();
    }
    await using world = await aSystem({ AGENT_CLAW_RUNTIME_EPOCH: 'after' }, place);
    const { system, chat, shows, rests } = world;
    await shows(/ 29 30$/u, 90_000);
    await rests();
    expect(await chat.shown()).toEqual([numbers(30)]);
    expect((await sessionIdOf(system)).split('-')[0]).toBe('after');
  });
});
