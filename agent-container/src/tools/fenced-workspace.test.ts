import { turnIdOf } from '@agent-claw/core';
import type { WorkspaceStore } from '@agent-claw/core';
import { aConversationId, aTurnCall, memoryConversationStore, memoryWorkspaceStore } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aWorld, collect, neverAborted, scriptedModel } from '../../test/world.ts';
import type { World } from '../../test/world.ts';

const files = { 'a.md': 'x', 'AGENTS.md': 'be kind' };

describe('a run whose conversation a higher fence may take over', () => {
  const appending = (meanwhile: () => Promise<unknown>) =>
    scriptedModel((n) =>
      n === 0
        ? {
            tool: { name: 'append_file', input: { path: 'MEMORY.md', content: '- from the old one' } },
            meanwhile: async () => void (await meanwhile()),
          }
        : { text: 'Noted.' },
    );
  const memoryOf = async (world: World) => (await world.workspace.read('MEMORY.md'))?.content;

  it('writes to no file once another process has it, and ends without asking its model again', async () => {
    const conversations = memoryConversationStore();
    const { model, inputs } = appending(() => conversations.open(aConversationId(), turnIdOf(1), 2));
    const world = aWorld({ model, conversations, files: { ...files, 'MEMORY.md': '- a\n' } });
    const events = await world.say('remember');
    expect(events.at(-1)).toMatchObject({ type: 'refused', reason: 'stale_fence' });
    expect([await memoryOf(world), inputs.length]).toEqual(['- a\n', 1]);
  });

  it('is asked again for every try: a zombie that loses the race against the new owner writes nothing', async () => {
    const conversations = memoryConversationStore();
    const store = memoryWorkspaceStore({ ...files, 'MEMORY.md': '- a\n' });
    const state = { writes: 0 };
    const workspace: WorkspaceStore = {
      ...store,
      write: async (path, content, condition) => {
        state.writes += 1;
        const current = await store.read(path);
        await conversations.open(aConversationId(), turnIdOf(1), 2);
        await store.write(path, '- from the new one\n', { kind: 'if_version', version: current?.version ?? '' });
        return store.write(path, content, condition);
      },
    };
    const world = aWorld({ model: appending(async () => {}).model, conversations, workspace });
    expect((await world.say('remember')).at(-1)).toMatchObject({ type: 'refused', reason: 'stale_fence' });
    expect([await memoryOf(world), state.writes]).toEqual(['- from the new one\n', 1]);
  });

  it('seeds no files either', async () => {
    const conversations = memoryConversationStore();
    const workspace = memoryWorkspaceStore();
    const read: WorkspaceStore['read'] = async (path) => {
      await conversations.open(aConversationId(), turnIdOf(1), 2);
      return workspace.read(path);
    };
    const world = aWorld({
      model: scriptedModel(() => ({ text: 'hi' })).model,
      conversations,
      workspace: { ...workspace, read },
    });
    expect((await world.say('hello')).at(-1)).toMatchObject({ type: 'refused', reason: 'stale_fence' });
    expect(await workspace.list('', 10)).toEqual([]);
  });

  it('writes while it is current, and under the fence of its latest viewer, with one question for each write', async () => {
    const conversations = memoryConversationStore();
    const world: { it?: World } = {};
    const asked: number[] = [];
    const { model } = appending(async () => {
      const later = aTurnCall({ turnId: turnIdOf(1), fence: 4, mayStart: false });
      if (world.it !== undefined) void collect(world.it.table.turn(later, neverAborted()));
      await conversations.open(aConversationId(), turnIdOf(1), 3);
    });
    world.it = aWorld({
      model,
      files,
      conversations: {
        ...conversations,
        isCurrent: (id, fence) => (asked.push(fence), conversations.isCurrent(id, fence)),
      },
    });
    expect((await world.it.say('remember')).at(-1)).toMatchObject({ type: 'done', reply: 'Noted.' });
    expect([await memoryOf(world.it), asked]).toEqual(['- from the old one\n', [4]]);
  });
});
