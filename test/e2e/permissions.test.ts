import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LogLine } from '@agent-claw/embedded-aws';
import { synthesize } from '@agent-claw/local/synthesize';
import { describe, expect, it, vi } from 'vitest';
import { startCloud } from './cloud-under-test.ts';
import type { Witness } from './cloud-under-test.ts';
import { temporaryFolder } from './local-system.ts';
import { NOT_EXERCISED_HERE, STORY_OF } from './permission-stories.ts';
import type { Story } from './permission-stories.ts';
import { copyWithout, grantsOf } from './template-grants.ts';
import type { Grant } from './template-grants.ts';
import { until } from './until.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const cdkOut = join(root, 'cdk.out');
await synthesize(root, cdkOut, () => undefined);

// Each story starts a stack of six processes.
vi.setConfig({ maxConcurrency: 2 });

const nameOf = ({ role, sid, action }: Grant): string => `${role} ${sid} ${action}`;
const grants = grantsOf(cdkOut).map((grant) => [nameOf(grant), grant] as const);

interface Outcome {
  readonly isDone: boolean;
  /** Every action that was refused to anybody. */
  readonly denied: readonly string[];
  /** In whose log the refusal is: a role of the template, or the platform that calls for it. */
  readonly toldBy: string | null;
}

/** Whose log it is, by the role it runs as. */
const roleOf = ({ source }: LogLine): string =>
  source === 'agent_claw' ? 'AgentRuntimeExecution' : (/^AgentClaw-(\w+)Function/u.exec(source)?.[1] ?? source);

/** Lambda and EventBridge use these for us, so the platform tells of the refusal. */
const isUsedByPlatform = ({ role, sid, action }: Grant): boolean =>
  role === 'HeartbeatScheduler' || (sid === 'Wakes' && action !== 'sqs:ChangeMessageVisibility');

/** Tells a story on a stack without one grant, up to its end or up to the first refusal that a log tells of. */
const tell = async (story: Story, without: Grant | null): Promise<Outcome> => {
  using folder = temporaryFolder();
  const copy = join(folder.path, 'cdk.out');
  copyWithout(cdkOut, without, copy);
  const witness: Witness = { denied: new Set(), lines: [] };
  const clock = story.clock?.();
  const { environment, parameters } = story;
  const outcome = (isDone: boolean): Outcome => {
    const line = witness.lines.find((each) => each.line.includes('AccessDenied'));
    const denied = new Set([...witness.denied].map((each) => each.split(' ')[1] ?? ''));
    return { isDone, denied: [...denied], toldBy: line === undefined ? null : roleOf(line) };
  };
  try {
    await using system = await startCloud({
      cdkOut: copy,
      dataDir: join(folder.path, 'data'),
      witness,
      ...(clock === undefined ? {} : { clock }),
      ...(environment === undefined ? {} : { environment }),
      ...(parameters === undefined ? {} : { parameters }),
    });
    const telling = { system, witness, clock };
    const [begun] = await Promise.allSettled([story.begin(telling)]);
    if (without === null && begun.status === 'rejected') throw begun.reason;
    await until('the end of the story, or a refusal in a log', 20_000, async () =>
      without === null ? story.isDone(telling) : outcome(false).toldBy !== null,
    );
    return outcome(await story.isDone(telling));
  } catch (error) {
    // Without its grant the stack may not even come up: Lambda refuses an event source that its role may not read.
    const refused = /may not (sqs:\w+) on/u.exec(String(error))?.[1];
    if (refused !== undefined) return { isDone: false, denied: [refused], toldBy: 'platform' };
    if (without === null || outcome(false).toldBy === null) throw error;
    return outcome(false);
  }
};

describe('the permissions of the template', () => {
  it('are each needed by a story, or listed with the reason why no story here can need them', () => {
    const unaccounted = grants
      .map(([name]) => name)
      .filter((name) => !(name in STORY_OF) && !NOT_EXERCISED_HERE.some(([pattern]) => pattern.test(name)));
    const unknown = Object.keys(STORY_OF).filter((name) => !grants.some(([known]) => known === name));
    expect({ unaccounted, unknown }).toEqual({ unaccounted: [], unknown: [] });
  });

  it.each([...new Set(Object.values(STORY_OF))].map((story) => [story.title, story] as const))(
    'are enough: %s, and nothing is refused to anybody',
    async (_, story) => {
      expect(await tell(story, null)).toEqual({ isDone: true, denied: [], toldBy: null });
    },
  );
});

describe.concurrent('without one permission', () => {
  const exercised = grants.flatMap(([name, grant]) => {
    const story = STORY_OF[name];
    return story === undefined ? [] : [[name, grant, story] as const];
  });
  it.each(exercised)('%s: its story stops with AccessDenied for exactly this action', async (_, grant, story) => {
    const outcome = await tell(story, grant);
    expect(outcome).toEqual({
      isDone: false,
      denied: [grant.action],
      toldBy: isUsedByPlatform(grant) ? 'platform' : grant.role,
    });
  });
});
