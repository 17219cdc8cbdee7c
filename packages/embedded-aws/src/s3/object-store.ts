import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  type BigIntStats,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import type { EmbeddedClock } from '../clock.ts';
import { choosePath, ESCAPED_DIR, isPlain } from './key-paths.ts';
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

// A file system stamps times in ticks; an edit within the tick of our own write leaves the same stamp, so a fingerprint
// this young is not believed and the content is hashed instead.
const YOUNG_MS = 50;

/** @param options.dataDir without it objects live in a temporary folder that `close` removes. */
export const createObjectStore = (options: { dataDir?: string; clock: EmbeddedClock }): ObjectStore => {
  const root =
    options.dataDir === undefined ? mkdtempSync(join(tmpdir(), 'embedded-s3-')) : join(options.dataDir, 's3');
  const versionsDir = join(root, '.versions');
  const uploads = join(versionsDir, '.uploads');
  rmSync(uploads, { recursive: true, force: true });
  mkdirSync(uploads, { recursive: true });
  const index = openVersionIndex(versionsDir);
  const { clock } = options;
  const bucketDir = (bucket: string): string => join(root, bucket);
  const plainFile = ({ bucket, path }: { bucket: string; path: string }): string => join(bucketDir(bucket), path);
  const bodyPath = ({ bucket, bodyFile }: ObjectVersion): string => join(versionsDir, bucket, bodyFile);
  const uploadPath = (): string => join(uploads, randomUUID());
  const versioningOf = (bucket: string): Versioning =>
    index.buckets().find(({ name }) => name === bucket)?.versioning ?? '';

  const discard = (version: ObjectVersion): void => {
    index.remove(version.seq);
    if (version.bodyFile !== '') rmSync(bodyPath(version), { force: true });
  };

  const placePlain = (version: ObjectVersion): void => {
    const copy = uploadPath();
    copyFileSync(bodyPath(version), copy);
    syncFile(copy);
    mkdirSync(dirname(plainFile(version)), { recursive: true });
    renameSync(copy, plainFile(version));
  };

  const removePlain = (version: { bucket: string; path: string }): void => {
    rmSync(plainFile(version), { force: true });
    const top = bucketDir(version.bucket);
    for (let dir = dirname(plainFile(version)); dir !== top && dir.startsWith(top); dir = dirname(dir)) {
      if (!existsSync(dir)) continue;
      if (readdirSync(dir).length > 0) break;
      rmdirSync(dir);
    }
  };

  type Draft = Pick<
    ObjectVersion,
    'bucket' | 'key' | 'isDeleteMarker' | 'md5' | 'size' | 'headers' | 'bodyFile' | 'path'
  >;
  const add = (draft: Draft, place: (version: ObjectVersion) => void): ObjectVersion => {
    const versioned = versioningOf(draft.bucket) === 'Enabled';
    const replaced = versioned ? undefined : index.version(draft.bucket, draft.key, 'null');
    const versionId = versioned ? randomBytes(24).toString('base64url') : 'null';
    const prepared = { ...draft, versionId, lastModifiedMs: clock.now() };
    const version: ObjectVersion = { ...prepared, seq: index.prepare(prepared), stat: '', statAtMs: 0 };
    place(version);
    index.publish(version.seq, fingerprint(plainFile(version)) ?? '', Date.now());
    if (replaced !== undefined) discard(replaced);
    return version;
  };

  const adopt = (bucket: string, key: string, path: string, before: ObjectVersion | undefined): void => {
    const bodyFile = randomUUID();
    const target = join(versionsDir, bucket, bodyFile);
    copyFileSync(join(bucketDir(bucket), path), target);
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
    const file = join(bucketDir(bucket), path);
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
      removePlain(live);
      discard(live);
      return null;
    }
    const { bucket, key, path } = live;
    return add({ bucket, key, path, isDeleteMarker: 1, md5: '', size: 0, headers: '{}', bodyFile: '' }, removePlain);
  };

  const recover = (): void => {
    for (const version of index.unpublished()) {
      const stat = fingerprint(plainFile(version));
      const isPlaced =
        version.isDeleteMarker === 1
          ? stat === undefined
          : stat !== undefined && md5Of(readFileSync(plainFile(version))) === version.md5;
      if (isPlaced) index.publish(version.seq, stat ?? '', Date.now());
      else discard(version);
    }
  };
  recover();

  const reconcileAll = (bucket: string): void => {
    const keys = new Set(index.current(bucket).map(({ key }) => key));
    for (const entry of readdirSync(bucketDir(bucket), { recursive: true, withFileTypes: true })) {
      const path = relative(bucketDir(bucket), join(entry.parentPath, entry.name)).split(sep).join('/');
      if (entry.isFile() && !path.startsWith(`${ESCAPED_DIR}/`)) keys.add(path);
    }
    for (const key of keys) reconcile(bucket, key);
  };

  return {
    createBucket(name, versioning = '') {
      mkdirSync(bucketDir(name), { recursive: true });
      mkdirSync(join(versionsDir, name), { recursive: true });
      index.putBucket(name, versioning, clock.now());
    },
    removeBucket(name) {
      index.removeBucket(name);
      rmSync(bucketDir(name), { recursive: true, force: true });
      rmSync(join(versionsDir, name), { recursive: true, force: true });
    },
    buckets: () => index.buckets(),
    bucket: (name) => index.buckets().find((bucket) => bucket.name === name),
    setVersioning: (name, versioning) => index.putBucket(name, versioning, clock.now()),
    latest: reconcile,
    version(bucket, key, versionId) {
      reconcile(bucket, key);
      return index.version(bucket, key, versionId);
    },
    put(bucket, key, body, headers, check) {
      const current = reconcile(bucket, key);
      try {
        check(current ?? null);
      } catch (error) {
        rmSync(body.file, { force: true });
        throw error;
      }
      const path = current?.isDeleteMarker === 0 ? current.path : choosePath(bucketDir(bucket), key);
      const bodyFile = randomUUID();
      renameSync(body.file, join(versionsDir, bucket, bodyFile));
      const { md5, size } = body;
      return add(
        { bucket, key, isDeleteMarker: 0, md5, size, headers: JSON.stringify(headers), bodyFile, path },
        placePlain,
      );
    },
    delete(bucket, key, check) {
      const current = reconcile(bucket, key);
      check(current ?? null);
      if (current?.isDeleteMarker === 0) return markDeleted(current);
      // Deleting what is not there still leaves a marker in a versioned bucket.
      if (versioningOf(bucket) === '') return null;
      return add(
        {
          bucket,
          key,
          path: choosePath(bucketDir(bucket), key),
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
      const before = reconcile(bucket, key);
      const version = index.version(bucket, key, versionId);
      if (version === undefined) return undefined;
      discard(version);
      const after = index.latest(bucket, key);
      if (before?.seq !== version.seq) return version;
      if (before.isDeleteMarker === 0 && after?.path !== before.path) removePlain(before);
      if (after?.isDeleteMarker === 0) {
        placePlain(after);
        index.publish(after.seq, fingerprint(plainFile(after)) ?? '', Date.now());
      } else if (before.isDeleteMarker === 0) removePlain(before);
      return version;
    },
    list(bucket) {
      reconcileAll(bucket);
      return index.current(bucket);
    },
    listVersions(bucket) {
      reconcileAll(bucket);
      return index.all(bucket);
    },
    bodyPath,
    uploadPath,
    bucketDir,
    close() {
      index.close();
      if (options.dataDir === undefined) rmSync(root, { recursive: true, force: true });
    },
  };
};

const md5Of = (content: Buffer): string => createHash('md5').update(content).digest('hex');

const fingerprint = (file: string): string | undefined => {
  const stat = lstatIfThere(file);
  return stat?.isFile() === true ? `${stat.mtimeNs} ${stat.ctimeNs} ${stat.size} ${stat.ino}` : undefined;
};

// ENOTDIR: a parent in the path is a file, so nothing is there either.
const lstatIfThere = (file: string): BigIntStats | undefined => {
  try {
    return lstatSync(file, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
};

const mtimeMs = (stat: string): number => Number(BigInt(stat.split(' ')[0] ?? 0) / 1_000_000n);

const syncFile = (file: string): void => {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
};
