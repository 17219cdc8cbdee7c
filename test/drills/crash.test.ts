import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort, startSystem, temporaryFolder } from '../e2e/local-system.ts';
import type { SystemUnderTest } from '../e2e/local-system.ts';
import { until } from '../e2e/until.ts';

const OWNER = 4242001;
const RUNNER = /AgentRunner/iu;
const INGEST = /TgIngest/iu;
/** Recovery waits for the lease to run out (30 s + 10 s margin) and for the wake to show again. */
const RECOVERY_MS = 120_000;

interface Shown {
  readonly from: { readonly isBot: boolean };
  readonly text?: string;
  readonly editDate?: number;
}

const messages = async (system: SystemUnderTest): Promise<readonly Shown[]> => {
  const response = await fetch(`${system.url}/_double/chats/${OWNER}/messages?limit=200`);
  const { messages: all } = (await response.json()) as { messages: readonly Shown[] };
  return all.filter(({ from }) => from.isBot);
};

const shown = async (system: SystemUnderTest): Promise<readonly string[]> =>
  (await messages(system)).map(({ text }) => text ?? '');

const say = async (system: SystemUnderTest, text: string): Promise<void> => {
  const response = await fetch(`${system.url}/_double/chats/${OWNER}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  if (!response.ok) throw new Error(`The double refused a message: ${response.status} ${await response.text()}`);
};

/** How many turns the runner has brought to an end since this start. */
const turnsFinished = (system: SystemUnderTest): number =>
  [...system.logs().matchAll(/"outcome":"finished","turns":(\d+)/gu)].reduce((sum, match) => sum + Number(match[1]), 0);

/** An edit proves that the runner knows the placeholder's id; between the send and that note nobody can tell. */
const editOfPlaceholder = (system: SystemUnderTest): Promise<unknown> =>
  until(
    'an edit of the placeholder',
    30_000,
    async () =>
      (await messages(system)).some(
        ({ text, editDate }) => text?.startsWith('1 2 3 4') === true && editDate !== undefined,
      ),
    system.logs,
  );

/** The moments at which everything dies. Each resolves once the system has got there. */
const MOMENTS: Readonly<Record<string, (system: SystemUnderTest) => Promise<unknown>>> = {
  'after the append': async (system) => {
    await system.inject({ action: 'sqs:SendMessage' }, { kind: 'latency', ms: 60_000 });
    await say(system, 'count to 12 slowly');
    return until('the append', 20_000, async () => (await system.callsOf(INGEST, 'sqs:SendMessage')) > 0);
  },
  'after the invoke': async (system) => {
    await say(system, 'count to 12 slowly');
    return until(
      'the invoke',
      20_000,
      async () => (await system.callsOf(RUNNER, 'bedrock-agentcore:InvokeAgentRuntime')) > 0,
    );
  },
  'after the send': async (system) => {
    await say(system, 'count to 12 slowly');
    return editOfPlaceholder(system);
  },
  'before the finish': async (system) => {
    await say(system, 'count to 12 slowly');
    await editOfPlaceholder(system);
    await system.inject({ action: 'dynamodb:UpdateItem', resource: 'TablesState' }, { kind: 'latency', ms: 60_000 });
    return until(
      'the last edit',
      30_000,
      async () => (await shown(system)).some((text) => text.endsWith('11 12')),
      system.logs,
    );
  },
};

const ROUNDS = 3;
const ANSWER = '1 2 3 4 5 6 7 8 9 10 11 12';

/** A turn whose traces later rounds must not lose. */
const remember = async (system: SystemUnderTest): Promise<void> => {
  await say(system, 'Remember that crashes happen');
  await until('the note', 30_000, async () => turnsFinished(system) >= 1, system.logs);
};

/** What is shown after the first `before` answers once the interrupted one is there; its placeholder goes right after it. */
const recovered = (system: SystemUnderTest, before: number): Promise<readonly string[]> =>
  until(
    'the answer',
    RECOVERY_MS,
    async () => {
      const texts = (await shown(system)).slice(before);
      return texts.some((text) => text.endsWith('11 12')) && !texts.some((text) => text.endsWith('…')) ? texts : null;
    },
    system.logs,
  );

const answerFromHistory = async (system: SystemUnderTest, before: number): Promise<string> => {
  await say(system, 'what did I just say?');
  const isOther = (text: string): boolean => text !== ANSWER && !text.endsWith('…');
  return until(
    'an answer from history',
    RECOVERY_MS,
    async () => (await shown(system)).slice(before).find(isOther),
    system.logs,
  );
};

describe.concurrent('kill -9 of the whole tree', () => {
  it.each(Object.entries(MOMENTS))(
    '%s: started again, the message is answered exactly once, and nothing is lost',
    async (_moment, reach) => {
      using folder = temporaryFolder();
      const port = await freePort();
      const start = () => startSystem({ dataDir: folder.path, port, environment: { AGENT_CLAW_WAKE_HIDDEN_S: '5' } });
      for (let round = 1; round <= ROUNDS; round += 1) {
        let before = 0;
        {
          await using system = await start();
          if (round === 1) await remember(system);
          before = (await shown(system)).length;
          await reach(system);
          await system.killTree();
        }
        await using system = await start();
        await recovered(system, before);
        const next = await answerFromHistory(system, before);
        expect(next).toContain('count to 12 slowly');
        await until('a lane at rest', RECOVERY_MS, async () => turnsFinished(system) >= 2, system.logs);
        expect((await shown(system)).slice(before)).toEqual([ANSWER, next]);
        const memory = readFileSync(join(system.workspaceFolder, 'MEMORY.md'), 'utf8');
        expect(memory.match(/crashes happen/giu)).toHaveLength(1);
      }
    },
    600_000,
  );
});
