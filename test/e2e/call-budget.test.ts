import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callsSoFar, spentSince } from './calls-on-the-wire.ts';
import type { Spent } from './calls-on-the-wire.ts';
import { startSystem, temporaryFolder } from './local-system.ts';
import type { SystemUnderTest } from './local-system.ts';
import { OWNER, ownerChat } from './owner-chat.ts';
import type { OwnerChat } from './owner-chat.ts';
import { until } from './until.ts';

const folder = temporaryFolder();
let system: SystemUnderTest;
let chat: OwnerChat;

/** A wake is deleted last: then nothing more of its leg is under way. */
const wakesDone = (spent: Spent): number => spent['Lambda itself']?.['sqs:DeleteMessage'] ?? 0;

/** What `act` costs until so many wakes have been answered and deleted. */
const costOf = async (act: () => Promise<unknown>, wakes = 1): Promise<Spent> => {
  const before = await callsSoFar(system);
  await act();
  return until(
    `${wakes} wakes to be answered`,
    60_000,
    async () => {
      const spent = spentSince(before, await callsSoFar(system));
      return wakesDone(spent) >= wakes ? spent : null;
    },
    system.logs,
  );
};

const sum = (calls: Readonly<Record<string, number>> = {}): number =>
  Object.values(calls).reduce((total, count) => total + count, 0);

const post = async (path: string, body: unknown): Promise<unknown> => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${system.url}/_double/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The double refused ${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

/** A message as Telegram posts it. @returns its update id, by which it can be delivered again. */
const deliver = async (text: string): Promise<number> => {
  const person = { id: OWNER, is_bot: false, first_name: 'Sam' };
  const where = { message_id: 900, date: Math.floor(Date.now() / 1000), chat: { id: OWNER, type: 'private' } };
  const { updateIds } = (await post('updates', { update: { message: { ...where, from: person, text } } })) as {
    updateIds: readonly number[];
  };
  return updateIds[0] ?? 0;
};

beforeAll(async () => {
  system = await startSystem({ dataDir: folder.path, environment: { AGENT_CLAW_HEARTBEAT_HOURS: '' } });
  chat = ownerChat(system.url);
  // The first message also starts the microVM, reads the secret and makes the workspace.
  await costOf(() => chat.say('say good morning'));
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** The seven of a turn outside renewals. "note part" twice: that it will be sent, and its message id. */
const RUNNER_TURN = {
  lease: 1,
  'sqs:ChangeMessageVisibility': 1,
  'begin turn': 1,
  'bedrock-agentcore:InvokeAgentRuntime': 1,
  'note part': 2,
  finish: 1,
};
const INGEST_MESSAGE = { append: 1, 'sqs:SendMessage': 1 };
/** Six prompt files, and the conversation: claimed, read, saved, linked. */
const CONTAINER_TURN = {
  's3:GetObject': 6,
  'open conversation': 1,
  'dynamodb:Query': 1,
  'dynamodb:PutItem': 1,
  'link saved turn': 1,
};
const ONE_WAKE = { 'sqs:DeleteMessage': 1 };

describe('the calls on the wire', () => {
  it('are two for taking a warm short message, seven for running its turn, and none of heartbeat', async () => {
    const spent = await costOf(() => chat.say('hello'));
    expect(spent).toEqual({
      'tg-ingest': INGEST_MESSAGE,
      'agent-runner': RUNNER_TURN,
      'agent-container': CONTAINER_TURN,
      'Lambda itself': ONE_WAKE,
    });
    expect([sum(spent['tg-ingest']), sum(spent['agent-runner'])]).toEqual([2, 7]);
  });

  it('grow with the length of a turn by its renewals alone, one write every two seconds', async () => {
    const renewals = async () => (await callsSoFar(system))['agent-runner']?.['renewal'] ?? 0;
    const before = await renewals();
    const startedAt = performance.now();
    const spent = await costOf(() => chat.say('count to 20 slowly'));
    const most = Math.ceil((performance.now() - startedAt) / 2_000);
    expect(spent).toEqual({
      'tg-ingest': INGEST_MESSAGE,
      'agent-runner': RUNNER_TURN,
      'agent-container': CONTAINER_TURN,
      'Lambda itself': ONE_WAKE,
    });
    const made = (await renewals()) - before;
    expect({ made, isPaced: made >= 2 && made <= most }).toEqual({ made, isPaced: true });
  });

  it('start no turn for an update that Telegram delivers twice', async () => {
    const updateId = { value: 0 };
    const first = await costOf(async () => {
      updateId.value = await deliver('say delivered');
    });
    expect(first['agent-runner']).toEqual(RUNNER_TURN);
    const again = await costOf(() => post(`updates/${updateId.value}/again`, {}));
    expect(again).toEqual({
      // The refused append is looked into; the ring is repeated, because the first one may have been lost.
      'tg-ingest': { append: 1, 'dynamodb:GetItem': 1, 'sqs:SendMessage': 1 },
      'agent-runner': { lease: 1, 'sqs:ChangeMessageVisibility': 1, finish: 1 },
      'Lambda itself': ONE_WAKE,
    });
  });

  it('leave the agent asleep for a command', async () => {
    const spent = await costOf(() => chat.say('/help'));
    expect(spent).toEqual({
      'tg-ingest': INGEST_MESSAGE,
      'agent-runner': { lease: 1, 'sqs:ChangeMessageVisibility': 1, 'begin turn': 1, 'note part': 2, finish: 1 },
      'Lambda itself': ONE_WAKE,
    });
  });

  it('are one read for a heartbeat that finds nothing to do', async () => {
    const before = await callsSoFar(system);
    expect(await system.tick(new Date().toISOString())).toEqual({ kind: 'skipped', reason: 'nothing_to_check' });
    expect(spentSince(before, await callsSoFar(system))).toEqual({ heartbeat: { 's3:GetObject': 1 } });
  });

  it('start one turn for a wake that the queue hands out twice', async () => {
    // After the others: the copy meets a second environment of the function, which reads the secret for itself later on.
    await system.inject({ action: 'sqs:ReceiveMessage' }, { kind: 'duplicate_delivery' }, 1);
    const spent = await costOf(() => chat.say('say twice'), 2);
    expect(await system.heal()).toBe(1);
    const { 'begin turn': begun, 'bedrock-agentcore:InvokeAgentRuntime': invoked } = spent['agent-runner'] ?? {};
    expect({ begun, invoked, container: spent['agent-container'] }).toEqual({
      begun: 1,
      invoked: 1,
      container: CONTAINER_TURN,
    });
    expect((await chat.shown()).filter((text) => text === 'twice')).toHaveLength(1);
  });

  it("are one query for a sweep, and Lambda's long polls, while nobody writes", async () => {
    const counted = async () => {
      const all = await callsSoFar(system);
      const polls = all['Lambda itself']?.['sqs:ReceiveMessage'] ?? 0;
      const queries = all['heartbeat']?.['dynamodb:Query'] ?? 0;
      return { all, polls, queries, sweeps: system.logs().match(/"event":"sweep_finished"/gu)?.length ?? 0 };
    };
    const before = await counted();
    expect(await system.sweep()).toEqual({ kind: 'swept', rung: 0, attended: 0 });
    const after = await until('two long polls', 60_000, async () => {
      const now = await counted();
      // Seen between its query and its log line, a sweep that fires by itself would look like a second query.
      return now.polls >= before.polls + 2 && now.queries - before.queries === now.sweeps - before.sweeps ? now : null;
    });
    expect(after.sweeps).toBeGreaterThan(before.sweeps);
    expect(spentSince(before.all, after.all)).toEqual({});
  });
});
