import { turnIdOf } from '@agent-claw/core';
import type { Clock, TurnCall, WorkspaceStore } from '@agent-claw/core';
import { aLaneId, manualClock, memoryWorkspaceStore } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { expectCleanHistory, savedMessages } from '../../test/saved-history.ts';
import type { Kept } from '../../test/saved-history.ts';
import { aWorld, scriptedModel } from '../../test/world.ts';
import type { World } from '../../test/world.ts';

const call: Pick<TurnCall, 'laneId' | 'turnId' | 'fence'> = { laneId: aLaneId(), turnId: turnIdOf(1), fence: 1 };

describe('a run that is stopped', () => {
  it('keeps what was said when it is stopped, and leaves a clean history', async () => {
    const world: { it?: World } = {};
    const { model, inputs } = scriptedModel((n) =>
      n === 0 ? { text: 'One two three four', meanwhile: () => void world.it?.table.stop(call) } : { text: 'Fine.' },
    );
    world.it = aWorld({ model });
    expect((await world.it.say('count')).at(-1)).toMatchObject({ type: 'done', reply: 'One ', ending: 'stopped' });
    const kept = await savedMessages(world.it);
    expectCleanHistory(kept);
    expect(kept.at(-1)?.content).toEqual([{ text: 'One \n\n(stopped)' }]);
    await world.it.say('go on');
    expect(inputs[1]?.messages.map((message) => (message as Kept).role)).toEqual(['user', 'assistant', 'user']);
  });

  /** Says something, stops the turn when the world calls `here`, and tells how it ended and how long that took in virtual time. */
  const stopWhen = async (options: (clock: Clock, here: () => void) => Parameters<typeof aWorld>[0]) => {
    const clock = manualClock();
    const state = { isHere: false };
    const world = aWorld({ ...options(clock, () => void (state.isHere = true)), clock });
    const said = world.say('look').then((events) => ({ last: events.at(-1), atMs: clock.now() }));
    while (!state.isHere) await clock.advance(1);
    const stoppedAtMs = clock.now();
    expect(world.table.stop(call)).toBe(true);
    await clock.advance(100_000);
    const { last, atMs } = await said;
    const kept = await savedMessages(world);
    expectCleanHistory(kept);
    return { last, tookMs: atMs - stoppedAtMs, kept, workspace: world.workspace };
  };
  const files = { 'a.md': 'x', 'AGENTS.md': 'be kind' };

  it.each([2, 100, 499, 500, 501, 90_000])(
    'ends within half a second of the stop when its tool needs %i ms more, and keeps its words once',
    async (toolMs) => {
      const { last, tookMs, kept } = await stopWhen((clock, here) => {
        const store = memoryWorkspaceStore(files);
        const list: WorkspaceStore['list'] = async (prefix, limit) => {
          here();
          await clock.sleep(toolMs);
          return store.list(prefix, limit);
        };
        const { model } = scriptedModel((n) =>
          n === 0
            ? { tool: { name: 'read_file', input: { path: 'a.md' } } }
            : { text: 'Let me look.', tool: { name: 'list_files', input: {} } },
        );
        return { model, workspace: { ...store, list } };
      });
      expect(last).toMatchObject({ type: 'done', reply: 'Let me look.', ending: 'stopped' });
      expect(tookMs).toBeLessThanOrEqual(500);
      expect(JSON.stringify(kept).split('Let me look.')).toHaveLength(2);
      expect(kept.at(-1)?.content.at(-1)?.text).toMatch(/\(stopped\)$/u);
    },
  );

  it('ends half a second after the stop when its model says nothing more', async () => {
    const { last, tookMs } = await stopWhen((_clock, here) => ({
      model: scriptedModel(() => ({
        text: 'One two',
        meanwhile: () => {
          here();
          return new Promise(() => {});
        },
      })).model,
      files,
    }));
    expect([last, tookMs]).toMatchObject([{ type: 'done', reply: 'One ', ending: 'stopped' }, 500]);
  });

  it('ends at once when it is stopped while the workspace hangs, before its model is asked', async () => {
    const { model, inputs } = scriptedModel(() => ({ text: 'never' }));
    const { last, tookMs, kept } = await stopWhen((_clock, here) => ({
      model,
      workspace: {
        ...memoryWorkspaceStore(files),
        read: () => {
          here();
          return new Promise(() => {});
        },
      },
    }));
    expect([last, tookMs, inputs.length]).toMatchObject([
      { type: 'done', reply: '', consumed: ['u1'], ending: 'stopped' },
      0,
      0,
    ]);
    expect(kept.map(({ content }) => content[0]?.text)).toEqual([expect.stringContaining('look'), '(stopped)']);
  });

  it('writes nothing any more once it is stopped, however late its tool comes to it', async () => {
    const { workspace } = await stopWhen((clock, here) => {
      const store = memoryWorkspaceStore(files);
      const read: WorkspaceStore['read'] = async (path) => {
        if (path !== 'slow.md') return store.read(path);
        here();
        await clock.sleep(5_000);
        return store.read(path);
      };
      const { model } = scriptedModel(() => ({
        tool: { name: 'append_file', input: { path: 'slow.md', content: 'x' } },
      }));
      return { model, workspace: { ...store, read } };
    });
    expect((await workspace.list('slow.md', 1)).length).toBe(0);
  });

  it('leaves a clean history when it is stopped between a tool call and its result', async () => {
    const world: { it?: World } = {};
    const { model } = scriptedModel(() => ({
      tool: { name: 'list_files', input: {} },
      meanwhile: () => void world.it?.table.stop(call),
    }));
    world.it = aWorld({ model });
    expect((await world.it.say('list')).at(-1)).toMatchObject({ type: 'done', ending: 'stopped' });
    expectCleanHistory(await savedMessages(world.it));
  });

  it('keeps a result for every tool call, whatever the moment between two steps at which its time is up', async () => {
    for (let ticks = 0; ticks < 120; ticks += 1) {
      const store = memoryWorkspaceStore(files);
      const world: { it?: World } = {};
      const returned = Promise.withResolvers<void>();
      // Time that is up just so many ticks after the tool has returned.
      const clock: Clock = {
        now: () => 1_790_000_000_000,
        sleep: async () => {
          await returned.promise;
          for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
        },
      };
      const list: WorkspaceStore['list'] = async (prefix, limit) => {
        world.it?.table.stop(call);
        returned.resolve();
        return store.list(prefix, limit);
      };
      const { model } = scriptedModel(() => ({ text: 'Look:', tool: { name: 'list_files', input: {} } }));
      world.it = aWorld({ model, workspace: { ...store, list }, clock });
      expect((await world.it.say('list')).at(-1)).toMatchObject({ type: 'done', ending: 'stopped' });
      expectCleanHistory(await savedMessages(world.it));
    }
  });
});
