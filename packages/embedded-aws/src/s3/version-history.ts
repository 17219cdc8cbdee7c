import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import type { EmbeddedClock } from '../clock.ts';
import { fingerprint, mtimeMs, syncFile, type BucketFiles } from './bucket-files.ts';
import { isPlain } from './key-paths.ts';
import type { ObjectVersion, VersionIndex, Versioning } from './version-index.ts';

/** What a writer says of a new version; the history adds its id and its time. */
export type VersionDraft = Pick<
  ObjectVersion,
  'bucket' | 'key' | 'isDeleteMarker' | 'md5' | 'size' | 'headers' | 'bodyFile' | 'path'
>;

/** How versions of objects come and go: written through a call, or taken in from an edit of the plain file by hand. */
export interface VersionHistory {
  versioningOf(bucket: string): Versioning;
  /** Prepares, places and publishes a version; without versioning it replaces the one before. */
  add(draft: VersionDraft, place: (version: ObjectVersion) => void): ObjectVersion;
  /** @returns the delete marker, or null where the bucket keeps none. */
  markDeleted(live: ObjectVersion): ObjectVersion | null;
  discard(version: ObjectVersion): void;
  /** Takes in what somebody did to the plain file by hand. @returns the newest version, a delete marker included. */
  reconcile(bucket: string, key: string): ObjectVersion | undefined;
  reconcileAll(bucket: string): void;
}

// A file system stamps times in ticks; an edit within the tick of our own write leaves the same stamp, so a fingerprint
// this young is not believed and the content is hashed instead.
const YOUNG_MS = 50;

/** Opens the history; a write that a crash cut off is published if its file was in place, else forgotten. */
export const openVersionHistory = (deps: {
  index: VersionIndex;
  files: BucketFiles;
  clock: EmbeddedClock;
}): VersionHistory => {
  const { index, files, clock } = deps;
  const versioningOf = (bucket: string): Versioning =>
    index.buckets().find(({ name }) => name === bucket)?.versioning ?? '';

  const discard = (version: ObjectVersion): void => {
    index.remove(version.seq);
    if (version.bodyFile !== '') rmSync(files.bodyPath(version), { force: true });
  };

  const add = (draft: VersionDraft, place: (version: ObjectVersion) => void): ObjectVersion => {
    const versioned = versioningOf(draft.bucket) === 'Enabled';
    const replaced = versioned ? undefined : index.version(draft.bucket, draft.key, 'null');
    const versionId = versioned ? randomBytes(24).toString('base64url') : 'null';
    const prepared = { ...draft, versionId, lastModifiedMs: clock.now() };
    const version: ObjectVersion = { ...prepared, seq: index.prepare(prepared), stat: '', statAtMs: 0 };
    place(version);
    index.publish(version.seq, fingerprint(files.plainFile(version)) ?? '', Date.now());
    if (replaced !== undefined) discard(replaced);
    return version;
  };

  const adopt = (bucket: string, key: string, path: string, before: ObjectVersion | undefined): void => {
    const bodyFile = randomUUID();
    const target = files.bodyPath({ bucket, bodyFile });
    copyFileSync(files.plainFile({ bucket, path }), target);
    syncFile(target);
    const content = readFileSync(target);
    const type =
      before === undefined ? undefined : (JSON.parse(before.headers) as Record<string, string>)['content-type'];
    const headers = JSON.stringify({ 'content-type': type ?? 'binary/octet-stream' });
    add(
      { bucket, key, isDeleteMarker: 0, md5: md5Of(content), size: content.length, headers, bodyFile, path },
      () => {},
    );
  };

  const reconcile = (bucket: string, key: string): ObjectVersion | undefined => {
    const known = index.latest(bucket, key);
    const live = known?.isDeleteMarker === 0 ? known : undefined;
    const path = live?.path ?? (isPlain(key) ? key : undefined);
    if (path === undefined) return known;
    const file = files.plainFile({ bucket, path });
    const stat = fingerprint(file);
    if (stat === undefined) {
      if (live === undefined) return known;
      markDeleted(live);
    } else if (live === undefined || stat !== live.stat || live.statAtMs - mtimeMs(stat) < YOUNG_MS) {
      if (live !== undefined && md5Of(readFileSync(file)) === live.md5) index.publish(live.seq, stat, Date.now());
      else adopt(bucket, key, path, live);
    }
    return index.latest(bucket, key);
  };

  const markDeleted = (live: ObjectVersion): ObjectVersion | null => {
    if (versioningOf(live.bucket) === '') {
      files.removePlain(live);
      discard(live);
      return null;
    }
    const { bucket, key, path } = live;
    return add(
      { bucket, key, path, isDeleteMarker: 1, md5: '', size: 0, headers: '{}', bodyFile: '' },
      files.removePlain,
    );
  };

  const recover = (): void => {
    for (const version of index.unpublished()) {
      const stat = fingerprint(files.plainFile(version));
      const isPlaced =
        version.isDeleteMarker === 1
          ? stat === undefined
          : stat !== undefined && md5Of(readFileSync(files.plainFile(version))) === version.md5;
      if (isPlaced) index.publish(version.seq, stat ?? '', Date.now());
      else discard(version);
    }
  };
  recover();

  const reconcileAll = (bucket: string): void => {
    const keys = new Set([...index.current(bucket).map(({ key }) => key), ...files.plainPaths(bucket)]);
    for (const key of keys) reconcile(bucket, key);
  };

  return { versioningOf, add, markDeleted, discard, reconcile, reconcileAll };
};

const md5Of = (content: Buffer): string => createHash('md5').update(content).digest('hex');
