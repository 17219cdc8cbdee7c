import { randomUUID } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  type BigIntStats,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { ESCAPED_DIR } from './key-paths.ts';
import type { ObjectVersion } from './version-index.ts';

/** The folders of the store: per bucket the plain files its owner sees, and beside them the bodies of all versions. */
export interface BucketFiles {
  readonly versionsDir: string;
  bucketDir(bucket: string): string;
  plainFile(at: { bucket: string; path: string }): string;
  bodyPath(version: Pick<ObjectVersion, 'bucket' | 'bodyFile'>): string;
  uploadPath(): string;
  createBucket(name: string): void;
  removeBucket(name: string): void;
  /** Puts a version's body where its plain file belongs, synced and in one step. */
  placePlain(version: ObjectVersion): void;
  /** Removes a plain file and the folders that it leaves empty. */
  removePlain(version: { bucket: string; path: string }): void;
  /** The paths of all plain files of a bucket that are keys as they stand. */
  plainPaths(bucket: string): string[];
}

/** Opens the folders under `root`; uploads that a crash left behind are gone. */
export const openBucketFiles = (root: string): BucketFiles => {
  const versionsDir = join(root, '.versions');
  const uploads = join(versionsDir, '.uploads');
  rmSync(uploads, { recursive: true, force: true });
  mkdirSync(uploads, { recursive: true });
  const bucketDir = (bucket: string): string => join(root, bucket);
  const plainFile = ({ bucket, path }: { bucket: string; path: string }): string => join(bucketDir(bucket), path);
  const bodyPath = ({ bucket, bodyFile }: Pick<ObjectVersion, 'bucket' | 'bodyFile'>): string =>
    join(versionsDir, bucket, bodyFile);
  const uploadPath = (): string => join(uploads, randomUUID());

  return {
    versionsDir,
    bucketDir,
    plainFile,
    bodyPath,
    uploadPath,
    createBucket(name) {
      mkdirSync(bucketDir(name), { recursive: true });
      mkdirSync(join(versionsDir, name), { recursive: true });
    },
    removeBucket(name) {
      rmSync(bucketDir(name), { recursive: true, force: true });
      rmSync(join(versionsDir, name), { recursive: true, force: true });
    },
    placePlain(version) {
      const copy = uploadPath();
      copyFileSync(bodyPath(version), copy);
      syncFile(copy);
      mkdirSync(dirname(plainFile(version)), { recursive: true });
      renameSync(copy, plainFile(version));
    },
    removePlain(version) {
      rmSync(plainFile(version), { force: true });
      const top = bucketDir(version.bucket);
      for (let dir = dirname(plainFile(version)); dir !== top && dir.startsWith(top); dir = dirname(dir)) {
        if (!existsSync(dir)) continue;
        if (readdirSync(dir).length > 0) break;
        rmdirSync(dir);
      }
    },
    plainPaths: (bucket) =>
      readdirSync(bucketDir(bucket), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(bucketDir(bucket), join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((path) => !path.startsWith(`${ESCAPED_DIR}/`)),
  };
};

/** Tells one state of a file from the next without reading it; undefined where no file is. */
export const fingerprint = (file: string): string | undefined => {
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

/** When the file was last written, from its fingerprint. */
export const mtimeMs = (stat: string): number => Number(BigInt(stat.split(' ')[0] ?? 0) / 1_000_000n);

/** Returns once the content is on the disk. */
export const syncFile = (file: string): void => {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
};
