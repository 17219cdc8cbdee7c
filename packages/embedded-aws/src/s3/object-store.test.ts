import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../clock.ts';
import { createObjectStore, type ObjectStore } from './object-store.ts';
import { openVersionIndex } from './version-index.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const put = (objects: ObjectStore, key: string, text: string) => {
  const file = objects.uploadPath();
  writeFileSync(file, text);
  return objects.put('b', key, { file, md5: md5(text), size: text.length }, { 'content-type': 'text/plain' }, () => {});
};
const open = (dataDir: string): ObjectStore => createObjectStore({ dataDir, clock: manualClock() });
const aStore = () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'object-store-'));
  const objects = open(dataDir);
  objects.createBucket('b', 'Enabled');
  return { dataDir, objects };
};

describe('object-store', () => {
  it('keeps a key and one below it apart, the second under another file name', () => {
    const { objects } = aStore();
    put(objects, 'a', 'file');
    put(objects, 'a/b', 'below');
    expect(objects.list('b').map(({ key, md5 }) => [key, md5])).toEqual([
      ['a', md5('file')],
      ['a/b', md5('below')],
    ]);
    expect(readFileSync(join(objects.bucketDir('b'), 'a'), 'utf8')).toBe('file');
  });

  it('removes the folders that a deletion leaves empty', () => {
    const { objects } = aStore();
    put(objects, 'x/y/z', 'deep');
    objects.delete('b', 'x/y/z', () => {});
    expect(readdirSync(objects.bucketDir('b'))).toEqual([]);
  });

  it('forgets a write that died before its file was in place, and keeps an edit made since', () => {
    const { dataDir, objects } = aStore();
    const before = put(objects, 'k', 'before');
    objects.close();
    const index = openVersionIndex(join(dataDir, 's3', '.versions'));
    const { seq: _seq, stat: _stat, statAtMs: _at, ...draft } = before;
    index.prepare({ ...draft, versionId: 'half', md5: md5('half'), bodyFile: 'half' });
    index.close();
    writeFileSync(join(dataDir, 's3', 'b', 'k'), 'edited by hand');
    const again = open(dataDir);
    expect(again.latest('b', 'k')?.md5).toBe(md5('edited by hand'));
    expect(again.listVersions('b').map(({ md5 }) => md5)).toEqual([md5('edited by hand'), md5('before')]);
  });

  it('keeps one version only where the bucket is not versioned', () => {
    const { objects } = aStore();
    objects.setVersioning('b', '');
    put(objects, 'k', 'one');
    put(objects, 'k', 'two');
    expect(objects.listVersions('b').map(({ versionId, md5 }) => [versionId, md5])).toEqual([['null', md5('two')]]);
  });
});
