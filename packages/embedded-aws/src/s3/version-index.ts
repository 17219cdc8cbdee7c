import { openSqlite } from '../storage/open-sqlite.ts';

/** One version of an object, or a delete marker. */
export interface ObjectVersion {
  readonly seq: number;
  readonly bucket: string;
  readonly key: string;
  /** `null` (the word) where the bucket is not versioned. */
  readonly versionId: string;
  readonly isDeleteMarker: 0 | 1;
  /** Hex MD5 of the body; empty for a delete marker. */
  readonly md5: string;
  readonly size: number;
  readonly lastModifiedMs: number;
  /** JSON: content-type, x-amz-meta-*, checksums: what GET gives back. */
  readonly headers: string;
  /** File in the version store; empty for a delete marker. */
  readonly bodyFile: string;
  /** The plain file, relative to the bucket's folder. */
  readonly path: string;
  /** Fingerprint of the plain file when it was last known to hold this version. */
  readonly stat: string;
  readonly statAtMs: number;
}

export type Versioning = '' | 'Enabled' | 'Suspended';

/** What is known about buckets and versions. A version counts from `publish` on: when its plain file is in place. */
export interface VersionIndex {
  buckets(): { name: string; versioning: Versioning; createdAtMs: number }[];
  putBucket(name: string, versioning: Versioning, createdAtMs: number): void;
  removeBucket(name: string): void;
  latest(bucket: string, key: string): ObjectVersion | undefined;
  version(bucket: string, key: string, versionId: string): ObjectVersion | undefined;
  /** All versions, keys in UTF-8 order, newest first within a key. */
  all(bucket: string): ObjectVersion[];
  /** Keys whose newest version is an object, in UTF-8 order. */
  current(bucket: string): ObjectVersion[];
  prepare(version: Omit<ObjectVersion, 'seq' | 'stat' | 'statAtMs'>): number;
  unpublished(): ObjectVersion[];
  publish(seq: number, stat: string, statAtMs: number): void;
  remove(seq: number): void;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, versioning TEXT NOT NULL, createdAtMs INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS versions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, key TEXT NOT NULL, versionId TEXT NOT NULL,
    isDeleteMarker INTEGER NOT NULL, md5 TEXT NOT NULL, size INTEGER NOT NULL, lastModifiedMs INTEGER NOT NULL,
    headers TEXT NOT NULL, bodyFile TEXT NOT NULL, path TEXT NOT NULL, stat TEXT NOT NULL DEFAULT '',
    statAtMs INTEGER NOT NULL DEFAULT 0, published INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS versions_by_key ON versions (bucket, key, seq);`;

export const openVersionIndex = (dir: string): VersionIndex => {
  const database = openSqlite(dir, 'index', SCHEMA);
  const sql = (text: string) => database.prepare(text);
  const asVersion = (row: unknown): ObjectVersion => ({ ...(row as ObjectVersion) });
  const latest = sql('SELECT * FROM versions WHERE bucket = ? AND key = ? AND published = 1 ORDER BY seq DESC LIMIT 1');
  return {
    buckets: () =>
      sql('SELECT * FROM buckets ORDER BY name')
        .all()
        .map((row) => ({ ...(row as { name: string; versioning: Versioning; createdAtMs: number }) })),
    putBucket: (name, versioning, createdAtMs) =>
      void sql(
        'INSERT INTO buckets VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET versioning = excluded.versioning',
      ).run(name, versioning, createdAtMs),
    removeBucket: (name) => void sql('DELETE FROM buckets WHERE name = ?').run(name),
    latest(bucket, key) {
      const row = latest.get(bucket, key);
      return row === undefined ? undefined : asVersion(row);
    },
    version(bucket, key, versionId) {
      const row = sql('SELECT * FROM versions WHERE bucket = ? AND key = ? AND versionId = ? AND published = 1').get(
        bucket,
        key,
        versionId,
      );
      return row === undefined ? undefined : asVersion(row);
    },
    all: (bucket) =>
      sql('SELECT * FROM versions WHERE bucket = ? AND published = 1 ORDER BY key, seq DESC')
        .all(bucket)
        .map(asVersion),
    current: (bucket) =>
      sql(
        `SELECT * FROM versions WHERE isDeleteMarker = 0 AND seq IN
         (SELECT max(seq) FROM versions WHERE bucket = ? AND published = 1 GROUP BY key) ORDER BY key`,
      )
        .all(bucket)
        .map(asVersion),
    prepare(version) {
      const { bucket, key, versionId, isDeleteMarker, md5, size, lastModifiedMs, headers, bodyFile, path } = version;
      const result = sql(
        `INSERT INTO versions (bucket, key, versionId, isDeleteMarker, md5, size, lastModifiedMs, headers, bodyFile, path)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(bucket, key, versionId, isDeleteMarker, md5, size, lastModifiedMs, headers, bodyFile, path);
      return Number(result.lastInsertRowid);
    },
    unpublished: () => sql('SELECT * FROM versions WHERE published = 0').all().map(asVersion),
    publish: (seq, stat, statAtMs) =>
      void sql('UPDATE versions SET published = 1, stat = ?, statAtMs = ? WHERE seq = ?').run(stat, statAtMs, seq),
    remove: (seq) => void sql('DELETE FROM versions WHERE seq = ?').run(seq),
    close: () => database.close(),
  };
};
