import { turnIdOf } from '@agent-claw/core';
import type { LaneSettings } from '@agent-claw/core';
import { aLaneId, anEntry, aTurn } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';
import { talkingAgent } from '../../test/talking-agent.ts';

type Options = Parameters<typeof aLegWorld>[2];

const aWorld = async (seconds: number, settings: LaneSettings = { drafts: 'native' }, options: Options = {}) => {
  const world = aLegWorld(talkingAgent(seconds).agent, undefined, options);
  const laneId = options.laneId ?? aLaneId();
  const acquired = await world.lanes.acquire(laneId, 'w0/0', world.clock.now());
  if (acquired.kind !== 'acquired') throw new Error('The lane is held.');
  const { lease } = acquired;
  await world.lanes.saveTurn(lease, aTurn({ taken: [] }), undefined);
  await world.lanes.notePart(lease, 'x', { state: 'not_sent' }, { settings });
  await world.lanes.finish(lease, { answered: [] }, world.clock.now());
  await world.say(anEntry(1));
  const textOf = (part: object): string => (part as { readonly text: string }).text;
  const drafts = () => world.messenger.drafts().map(({ turn, part }) => ({ turn, text: textOf(part) }));
  const made = () => world.messenger.calls.filter((call) => call !== 'typing');
  return { ...world, drafts, made };
};

describe('drafts of the channel itself, where they are switched on', () => {
  it('show the answer while it grows, without a placeholder; the answer is one message that rings', async () => {
    const world = await aWorld(8);
    const leg = world.begin();
    await world.clock.advance(5_500);
    expect({ drafts: world.drafts(), shown: world.shown() }).toEqual({
      drafts: [{ turn: turnIdOf(2), text: 'w1 w2 w3 w4 w5  …' }],
      shown: [],
    });
    await world.clock.advance(10_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect({ drafts: world.drafts(), shown: world.messenger.shown().map(({ silent }) => silent) }).toEqual({
      drafts: [],
      shown: [false],
    });
    expect(new Set(world.made())).toEqual(new Set(['draft', 'send']));
  });

  it('come back in time when nothing new is said, so that they do not vanish', async () => {
    const world = await aWorld(3);
    const quiet = {
      ...world.deps.runtime,
      async *turn() {
        yield { seq: 1, type: 'tool_started', name: 'web_search', summary: '' } as const;
        yield { seq: 2, type: 'text', delta: 'so far' } as const;
        yield { seq: 3, type: 'tool_finished', name: 'web_search', ok: true } as const;
        await world.clock.sleep(60_000);
        yield { seq: 4, type: 'done', reply: 'all', consumed: [], ending: 'complete' } as const;
      },
    };
    const shownAtS: number[] = [];
    const messenger: typeof world.messenger = {
      ...world.messenger,
      showDraft: (...call) => {
        shownAtS.push((world.clock.now() - startMs) / 1_000);
        return world.messenger.showDraft(...call);
      },
    };
    const startMs = world.clock.now();
    expect(await world.leg({ with: { runtime: quiet, messenger } })).toEqual({ kind: 'finished', turns: 1 });
    // Once it no longer grows, again and again within half of the 30 s that Telegram keeps it.
    expect(shownAtS).toEqual([2, 12.8, 23.6, 34.4, 45.2, 56]);
  });

  it('give way to a placeholder for the rest of the turn when one fails', async () => {
    const world = await aWorld(8);
    world.messenger.answerDraft({ kind: 'failed' });
    const leg = world.begin();
    await world.clock.advance(6_500);
    expect(world.messenger.shown().map(({ silent, stopButton }) => ({ silent, stopButton }))).toEqual([
      { silent: true, stopButton: turnIdOf(2) },
    ]);
    await world.clock.advance(10_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), drafts: world.made().filter((call) => call === 'draft').length }).toEqual({
      shown: ['all said'],
      drafts: 1,
    });
  });

  it('are silent for as long as the channel asks, and then go on', async () => {
    const world = await aWorld(8);
    world.messenger.answerDraft({ kind: 'wait', retryAfterMs: 3_000 });
    const leg = world.begin();
    await world.clock.advance(5_900);
    const before = world.made();
    await world.clock.advance(600);
    expect([before, world.made(), world.drafts().length]).toEqual([['draft'], ['draft', 'draft'], 1]);
    await world.clock.advance(20_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
  });

  it('do not begin where an earlier leg has a placeholder: that one goes on', async () => {
    const world = await aWorld(8);
    await world.messenger.send(
      { channel: 'tg', account: '7000', place: '4242001' },
      { text: 'w1' } as never,
      {},
      () => 1,
    );
    const startedAtMs = world.clock.now() + 55_000;
    await world.crashed(
      aTurn({ id: turnIdOf(2), startedAtMs, ledger: { draft: { state: 'sent', messageId: 101 } } }),
      'e1-s',
    );
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), drafts: world.made().includes('draft') }).toEqual({
      shown: ['all said'],
      drafts: false,
    });
  });

  it.each([
    [
      'in a group',
      { drafts: 'native' },
      { laneId: aLaneId('-5'), record: { groups: { '-5': { title: 'G', sinceMs: 0, activation: 'mention' } } } },
    ],
    ['where they are switched off again', { drafts: 'message' }, {}],
  ] as const)('are not used %s', async (_where, settings, options) => {
    const world = await aWorld(8, settings, options);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), drafts: world.made().includes('draft') }).toEqual({
      shown: ['all said'],
      drafts: false,
    });
  });

  it('leave what was said in the message that tells of a failure, as they vanish with it', async () => {
    const world = await aWorld(3);
    const failing = {
      ...world.deps.runtime,
      async *turn() {
        yield { seq: 1, type: 'text', delta: 'half of it' } as const;
        await world.clock.sleep(5_000);
        yield { seq: 2, type: 'failed', code: 'x', message: 'It broke.', retryable: false } as const;
      },
    };
    expect(await world.leg({ with: { runtime: failing } })).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown().join('')).toMatch(/It broke\.[^]*half of it$/u);
  });
});
