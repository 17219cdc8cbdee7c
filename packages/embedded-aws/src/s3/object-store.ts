import { randomUUID } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedClock } from '../clock.ts';
import { fingerprint, openBucketFiles } from './bucket-files.ts';
import { choosePath } from './key-paths.ts';
import { openVersionHistory } from './version-history.ts';
import { openVersionIndex, type ObjectVersion, type VersionIndex, type Versioning } from './version-index.ts';

/** A body that was received completely: a synced file in the store's upload folder. */
export interface ReceivedBody {
  readonly file: string;
  readonly md5: string;
  readonly size: number;
}

/** Throws when the current version (null: none or a delete marker, which is passed too) forbids the write. */
export type Precondition = (current: ObjectVersion | null) => void;

/**
 * Objects as plain files `<dataDir>/s3/<bucket>/<key>` with their versions beside them in `<dataDir>/s3/.versions`.
 * Every call first looks whether somebody changed the plain file by hand: an edit is a new version, a deletion a delete
 * marker. Every change is one synchronous step, so concurrent conditional writes have one winner.
 */
export interface ObjectStore {
  createBucket(name: string, versioning?: Versioning): void;
  removeBucket(name: string): void;
  buckets(): ReturnType<VersionIndex['buckets']>;
  bucket(name: string): { versioning: Versioning } | undefined;
  setVersioning(name: string, versioning: Versioning): void;
  /** The newest version, a delete marker included. */
  latest(bucket: string, key: string): ObjectVersion | undefined;
  version(bucket: string, key: string, versionId: string): ObjectVersion | undefined;
  put(
    bucket: string,
    key: string,
    body: ReceivedBody,
    headers: Readonly<Record<string, string>>,
    check: Precondition,
  ): ObjectVersion;
  /** @returns the delete marker, or null where the bucket keeps none. */
  delete(bucket: string, key: string, check: Precondition): ObjectVersion | null;
  deleteVersion(bucket: string, key: string, versionId: string): ObjectVersion | undefined;
  list(bucket: string): ObjectVersion[];
  listVersions(bucket: string): ObjectVersion[];
  /** The file with a version's body; it never changes. */
  bodyPath(version: ObjectVersion): string;
  uploadPath(): string;
  /** Where the owner finds a bucket's files. */
  bucketDir(bucket: string): string;
  close(): void;
}

/** @param options.dataDir without it objects live in a temporary folder that `close` removes. */
export const createObjectStore = (options: { dataDir?: string; clock: EmbeddedClock }): ObjectStore => {
  const root =
    options.dataDir === undefined ? mkdtempSync(join(tmpdir(), 'embedded-s3-')) : join(options.dataDir, 's3');
  const files = openBucketFiles(root);
  const index = openVersionIndex(files.versionsDir);
  const { clock } = options;
  const history = openVersionHistory({ index, files, clock });

  return {
    createBucket(name, versioning = '') {
      files.createBucket(name);
      index.putBucket(name, versioning, clock.now());
    },
    removeBucket(name) {
      index.removeBucket(name);
      files.removeBucket(name);
    },
    buckets: () => index.buckets(),
    bucket: (name) => index.buckets().find((bucket) => bucket.name === name),
    setVersioning: (name, versioning) => index.putBucket(name, versioning, clock.now()),
    latest: history.reconcile,
    version(bucket, key, versionId) {
      history.reconcile(bucket, key);
      return index.version(bucket, key, versionId);
    },
    put(bucket, key, body, headers, check) {
      const current = history.reconcile(bucket, key);
      try {
        check(current ?? null);
      } catch (error) {
        rmSync(body.file, { force: true });
        throw error;
      }
      const path = current?.isDeleteMarker === 0 ? current.path : choosePath(files.bucketDir(bucket), key);
      const bodyFile = randomUUID();
      renameSync(body.file, files.bodyPath({ bucket, bodyFile }));
      const { md5, size } = body;
      return history.add(
        { bucket, key, isDeleteMarker: 0, md5, size, headers: JSON.stringify(headers), bodyFile, path },
        files.placePlain,
      );
    },
    delete(bucket, key, check) {
      const current = history.reconcile(bucket, key);
      check(current ?? null);
      if (current?.isDeleteMarker === 0) return history.markDeleted(current);
      // Deleting what is not there still leaves a marker in a versioned bucket.
      if (history.versioningOf(bucket) === '') return null;
      return history.add(
        {
          bucket,
          key,
          path: choosePath(files.bucketDir(bucket), key),
          isDeleteMarker: 1,
          md5: '',
          size: 0,
          headers: '{}',
          bodyFile: '',
        },
        () => {},
      );
    },
    deleteVersion(bucket, key, versionId) {
      const before = history.reconcile(bucket, key);
      const version = index.version(bucket, key, versionId);
      if (version === undefined) return undefined;
      history.discard(version);
      const after = index.latest(bucket, key);
      if (before?.seq !== version.seq) return version;
      if (before.isDeleteMarker === 0 && after?.path !== before.path) files.removePlain(before);
      if (after?.isDeleteMarker === 0) {
        files.placePlain(after);
        index.publish(after.seq, fingerprint(files.plainFile(after)) ?? '', Date.now());
      } else if (before.isDeleteMarker === 0) files.removePlain(before);
      return version;
    },
    list(bucket) {
      history.reconcileAll(bucket);
      return index.current(bucket);
    },
    listVersions(bucket) {
      history.reconcileAll(bucket);
      return index.all(bucket);
    },
    bodyPath: files.bodyPath,
    uploadPath: files.uploadPath,
    bucketDir: files.bucketDir,
    close() {
      index.close();
      if (options.dataDir === undefined) rmSync(root, { recursive: true, force: true });
    },
  };
};
