import type { Tool } from '@strands-agents/sdk';
import type { WorkspaceStore } from '@agent-claw/core';
import { memoryWorkspaceStore } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../test/world.ts';
import { workspaceTools } from './workspace-tools.ts';

const toolsOn = (workspace: WorkspaceStore, privateLane = true) => {
  const tools = workspaceTools({ workspace, privateLane, log: silentLog });
  return async (name: string, input: Record<string, unknown>): Promise<string> => {
    const found = tools.find((tool) => tool.name === name) as
      | (Tool & { invoke(input: unknown): Promise<string> })
      | undefined;
    try {
      return (await found?.invoke(input)) ?? 'no such tool';
    } catch (error) {
      return `refused: ${(error as Error).message}`;
    }
  };
};

/** A store in which somebody else changes the file just before our write, `times` times. */
const contested = (store: WorkspaceStore, times: number, change: (text: string) => string): WorkspaceStore => {
  const state = { left: times };
  return {
    ...store,
    write: async (path, content, condition) => {
      if (state.left > 0) {
        state.left -= 1;
        const current = await store.read(path);
        await store.write(
          path,
          change(current?.content ?? ''),
          current === null ? { kind: 'if_absent' } : { kind: 'if_version', version: current.version },
        );
      }
      return store.write(path, content, condition);
    },
  };
};

describe('the workspace tools', () => {
  it('write, append to, edit, read and list files', async () => {
    const use = toolsOn(memoryWorkspaceStore());
    expect([
      await use('write_file', { path: 'notes/a.md', content: 'one\n' }),
      await use('append_file', { path: 'notes/a.md', content: 'two' }),
      await use('edit_file', { path: './notes//a.md', old_text: 'one', new_text: '1' }),
      await use('read_file', { path: 'notes/a.md' }),
      await use('list_files', {}),
      await use('list_files', { folder: 'notes/' }),
      await use('list_files', { folder: 'none' }),
    ]).toEqual([
      'Created notes/a.md (4 characters).',
      'Added 1 line to notes/a.md.',
      'Edited notes/a.md.',
      '1\ntwo\n',
      'notes/a.md (6 bytes)',
      'notes/a.md (6 bytes)',
      'There are no files below none.',
    ]);
  });

  it('keep the other writer’s line when an append loses the race', async () => {
    const store = memoryWorkspaceStore({ 'MEMORY.md': '- a\n' });
    const use = toolsOn(contested(store, 3, (text) => `${text}- theirs\n`));
    expect(await use('append_file', { path: 'MEMORY.md', content: '- mine' })).toBe('Added 1 line to MEMORY.md.');
    expect((await store.read('MEMORY.md'))?.content).toBe('- a\n- theirs\n- theirs\n- theirs\n- mine\n');
  });

  it('append the same line once when the step is repeated', async () => {
    const store = memoryWorkspaceStore();
    const use = toolsOn(store);
    await use('append_file', { path: 'MEMORY.md', content: '- cat: Misha\n' });
    expect(await use('append_file', { path: 'MEMORY.md', content: '- cat: Misha' })).toBe(
      'MEMORY.md already has this; nothing added.',
    );
    expect((await store.read('MEMORY.md'))?.content).toBe('- cat: Misha\n');
  });

  it('tell the model to read again when a whole-file write loses the race', async () => {
    const store = memoryWorkspaceStore({ 'a.md': 'old' });
    const use = toolsOn(contested(store, 1, () => 'theirs'));
    expect(await use('write_file', { path: 'a.md', content: 'mine' })).toMatch(
      /^refused: a\.md was changed .* read it again/u,
    );
    expect((await store.read('a.md'))?.content).toBe('theirs');
  });

  it('edit only what occurs exactly once, also after a lost race', async () => {
    const store = memoryWorkspaceStore({ 'a.md': 'x y y' });
    expect(await toolsOn(store)('edit_file', { path: 'a.md', old_text: 'y', new_text: 'z' })).toMatch(
      /occurs 2 times/u,
    );
    expect(await toolsOn(store)('edit_file', { path: 'a.md', old_text: 'q', new_text: 'z' })).toMatch(
      /does not occur/u,
    );
    const use = toolsOn(contested(store, 1, (text) => `${text} more`));
    expect(await use('edit_file', { path: 'a.md', old_text: 'x', new_text: '$&' })).toBe('Edited a.md.');
    expect((await store.read('a.md'))?.content).toBe('$& y y more');
  });

  it('refuse the personal files outside the private lane, and do not list them', async () => {
    const files = { 'MEMORY.md': 'm', 'USER.md': 'u', 'memory/2026-11-21.md': 'd', 'notes.md': 'n' };
    const use = toolsOn(memoryWorkspaceStore(files), false);
    const tried = await Promise.all([
      use('read_file', { path: 'MEMORY.md' }),
      use('read_file', { path: './memory//2026-11-21.md' }),
      use('append_file', { path: 'USER.md', content: 'x' }),
      use('write_file', { path: 'memory.md', content: 'x' }),
      use('edit_file', { path: 'MEMORY.md', old_text: 'm', new_text: 'x' }),
      use('list_files', { folder: 'memory' }),
    ]);
    expect(tried).toEqual(tried.map(() => expect.stringContaining('private to the owner')));
    expect(await use('list_files', {})).toBe('notes.md (1 bytes)');
  });

  it('refuse paths that are no workspace paths', async () => {
    const use = toolsOn(memoryWorkspaceStore());
    expect(await use('read_file', { path: '../other/MEMORY.md' })).toBe(
      'refused: Path refused: The path climbs with "..".',
    );
    expect(await use('list_files', { folder: '../..' })).toMatch(/^refused: Path refused/u);
  });

  it('neither read nor change what is no text', async () => {
    const bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff);
    const store = memoryWorkspaceStore({ 'cat.png': bytes });
    const use = toolsOn(store);
    const tried = [
      await use('read_file', { path: 'cat.png' }),
      await use('append_file', { path: 'cat.png', content: 'x' }),
      await use('edit_file', { path: 'cat.png', old_text: 'P', new_text: 'x' }),
    ];
    expect(tried).toEqual(tried.map(() => expect.stringMatching(/^refused: cat\.png is no text/u) as string));
    expect([...((await store.readBytes('cat.png', 9))?.bytes ?? [])]).toEqual([...bytes]);
    expect(await use('delete_file', { path: 'cat.png' })).toBe('Deleted cat.png.');
  });

  it('take a text for one although somebody’s words in it were garbled', async () => {
    const use = toolsOn(memoryWorkspaceStore({ 'notes.md': 'caf\uFFFD' }));
    expect(await use('append_file', { path: 'notes.md', content: 'tea' })).not.toMatch(/^refused/u);
    expect(await use('read_file', { path: 'notes.md' })).toContain('caf\uFFFD');
  });

  it('page long files and carry no raw error text', async () => {
    const use = toolsOn(memoryWorkspaceStore({ 'long.md': 'x'.repeat(25_000) }));
    const page = await use('read_file', { path: 'long.md' });
    expect(page.endsWith('[20000 of 25000 characters; go on with offset 20000]')).toBe(true);
    expect(await use('read_file', { path: 'long.md', offset: 20_000 })).toBe('x'.repeat(5_000));
    const broken = toolsOn({
      ...memoryWorkspaceStore(),
      read: async () => Promise.reject(new Error('bucket secret-name is gone')),
    });
    expect(await broken('read_file', { path: 'a.md' })).toMatch(/^refused: The workspace did not answer/u);
  });
});
