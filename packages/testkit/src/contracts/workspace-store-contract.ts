import { FileTooLargeError } from '@agent-claw/core';
import type { WorkspaceStore } from '@agent-claw/core';
import { expect, it } from 'vitest';

const versionOf = async (store: WorkspaceStore, path: string): Promise<string> => {
  const file = await store.read(path);
  if (file === null) throw new Error(`Expected ${path} to be there.`);
  return file.version;
};

/** The promises of `WorkspaceStore`. `create` gives an empty one each time. */
export const workspaceStoreContract = (create: () => Promise<WorkspaceStore>): void => {
  it('reads what was written, with the version that the write named', async () => {
    const store = await create();
    const content = '# Über mich 👋\r\nline\n';
    const written = await store.write('notes/a b.md', content, { kind: 'if_absent' });
    const version = await versionOf(store, 'notes/a b.md');
    expect(written).toEqual({ kind: 'written', version });
    expect(await store.read('notes/a b.md')).toEqual({ content, version });
  });

  it('has no file where none was written, and an empty one where one was', async () => {
    const store = await create();
    expect(await store.read('SOUL.md')).toBeNull();
    await store.write('SOUL.md', '', { kind: 'if_absent' });
    expect(await store.read('SOUL.md')).toMatchObject({ content: '' });
  });

  it('keeps bytes as they are, under the same conditions, and reads no more of them than it is asked for', async () => {
    const store = await create();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(await store.write('photos/cat.jpg', bytes, { kind: 'if_absent' })).toMatchObject({ kind: 'written' });
    expect(await store.write('photos/cat.jpg', bytes, { kind: 'if_absent' })).toEqual({ kind: 'conflict' });
    const read = await store.readBytes('photos/cat.jpg', 256);
    const version = await versionOf(store, 'photos/cat.jpg');
    expect(read && { ...read, bytes: [...read.bytes] }).toEqual({ bytes: [...bytes], version });
    await expect(store.readBytes('photos/cat.jpg', 255)).rejects.toThrow(FileTooLargeError);
    expect(await store.readBytes('photos/dog.jpg', 256)).toBeNull();
    expect(await store.list('photos/', 9)).toEqual([{ path: 'photos/cat.jpg', sizeBytes: 256 }]);
  });

  it('never replaces a file that was to be absent', async () => {
    const store = await create();
    await store.write('MEMORY.md', 'first', { kind: 'if_absent' });
    expect(await store.write('MEMORY.md', 'second', { kind: 'if_absent' })).toEqual({ kind: 'conflict' });
    expect(await store.read('MEMORY.md')).toMatchObject({ content: 'first' });
  });

  it('replaces only the version that was read', async () => {
    const store = await create();
    await store.write('MEMORY.md', 'one', { kind: 'if_absent' });
    const version = await versionOf(store, 'MEMORY.md');
    expect(await store.write('MEMORY.md', 'two', { kind: 'if_version', version })).toMatchObject({ kind: 'written' });
    expect(await store.write('MEMORY.md', 'three', { kind: 'if_version', version })).toEqual({ kind: 'conflict' });
    expect(await store.write('NEW.md', 'x', { kind: 'if_version', version })).toEqual({ kind: 'conflict' });
    expect(await store.read('MEMORY.md')).toMatchObject({ content: 'two' });
  });

  it('gives racing writers of one version one winner', async () => {
    const store = await create();
    await store.write('MEMORY.md', 'start', { kind: 'if_absent' });
    const version = await versionOf(store, 'MEMORY.md');
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((text) => store.write('MEMORY.md', text, { kind: 'if_version', version })),
    );
    expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['conflict', 'conflict', 'written']);
    const winner = ['a', 'b', 'c'][outcomes.findIndex((outcome) => outcome.kind === 'written')];
    expect(await store.read('MEMORY.md')).toMatchObject({ content: winner });
  });

  it('removes only the version that was read, and counts what is gone as removed', async () => {
    const store = await create();
    await store.write('notes/old.md', 'one', { kind: 'if_absent' });
    const version = await versionOf(store, 'notes/old.md');
    await store.write('notes/old.md', 'two', { kind: 'if_version', version });
    expect(await store.remove('notes/old.md', version)).toEqual({ kind: 'conflict' });
    const current = await versionOf(store, 'notes/old.md');
    expect(await store.remove('notes/old.md', current)).toEqual({ kind: 'removed' });
    expect(await store.remove('notes/old.md', current)).toEqual({ kind: 'removed' });
    expect(await store.read('notes/old.md')).toBeNull();
    expect(await store.list('', 10)).toEqual([]);
    expect(await store.write('notes/old.md', 'new', { kind: 'if_absent' })).toMatchObject({ kind: 'written' });
  });

  it('lists what lies below a prefix in order, up to the limit', async () => {
    const store = await create();
    for (const path of ['b.md', 'notes/2.md', 'notes/1.md', 'a.md'])
      await store.write(path, 'four', { kind: 'if_absent' });
    expect(await store.list('notes/', 10)).toEqual([
      { path: 'notes/1.md', sizeBytes: 4 },
      { path: 'notes/2.md', sizeBytes: 4 },
    ]);
    expect((await store.list('', 3)).map((file) => file.path)).toEqual(['a.md', 'b.md', 'notes/1.md']);
  });

  it('refuses to read a file over 2 MiB', async () => {
    const store = await create();
    await store.write('big.txt', 'x'.repeat(2 * 1024 * 1024 + 1), { kind: 'if_absent' });
    await expect(store.read('big.txt')).rejects.toThrow(FileTooLargeError);
  });
};
