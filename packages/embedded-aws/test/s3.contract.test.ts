import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTarget } from './target.ts';

// Each describe names the page of docs.aws.amazon.com/AmazonS3/latest that its checks rest on.
const target = await startTarget();
const s3 = new S3Client({ ...target.client, maxAttempts: 1 });
const Bucket = target.unique('contract');
const put = (
  Key: string,
  Body: NonNullable<PutObjectCommandInput['Body']>,
  more: Omit<PutObjectCommandInput, 'Bucket' | 'Key' | 'Body'> = {},
) => s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const text = async (Key: string, VersionId?: string) =>
  (
    await s3.send(new GetObjectCommand({ Bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) }))
  ).Body?.transformToString();
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: { name: string; $metadata: { httpStatusCode: number } }) =>
      `${error.$metadata.httpStatusCode} ${error.name}`,
  );

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
});
afterAll(() => target.close());

describe('conditional writes (userguide/conditional-writes.html)', () => {
  it('creates once with If-None-Match, however many try', async () => {
    const tries = await Promise.all(
      Array.from({ length: 10 }, (_, n) => failure(put('once', `try ${n}`, { IfNoneMatch: '*' }))),
    );
    expect(tries.filter((result) => result === 'no error')).toHaveLength(1);
    expect(new Set(tries)).toEqual(new Set(['no error', '412 PreconditionFailed']));
  });

  it('overwrites with the right ETag only, and answers 404 for a key that is not there', async () => {
    const { ETag } = await put('cas', 'one');
    await put('cas', 'two', { IfMatch: ETag ?? '' });
    expect(await failure(put('cas', 'three', { IfMatch: ETag ?? '' }))).toBe('412 PreconditionFailed');
    expect(await failure(put('cas-missing', 'x', { IfMatch: ETag ?? '' }))).toBe('404 NoSuchKey');
    expect(await text('cas')).toBe('two');
  });

  it('lets a create through where the current version is a delete marker', async () => {
    await put('again', 'one');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'again' }));
    await put('again', 'two', { IfNoneMatch: '*' });
    expect(await text('again')).toBe('two');
  });
});

describe('conditional deletes (userguide/conditional-deletes.html)', () => {
  it('deletes with the current ETag only', async () => {
    const { ETag } = await put('gone', 'one');
    await put('gone', 'two');
    expect(await failure(s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone', IfMatch: ETag })))).toBe(
      '412 PreconditionFailed',
    );
    expect(await text('gone')).toBe('two');
  });
});

describe('versions (userguide/DeletingObjectVersions.html)', () => {
  it('keeps what was overwritten and deleted, and brings it back when the marker goes', async () => {
    const first = await put('history', 'one');
    await put('history', 'two');
    const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'history' }));
    expect(marker.DeleteMarker).toBe(true);
    expect(await failure(text('history'))).toBe('404 NoSuchKey');
    expect(await text('history', first.VersionId)).toBe('one');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'history', VersionId: marker.VersionId }));
    expect(await text('history')).toBe('two');
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'history' }));
    expect(Versions?.map(({ Size, IsLatest }) => ({ Size, IsLatest }))).toEqual([
      { Size: 3, IsLatest: true },
      { Size: 3, IsLatest: false },
    ]);
  });

  it('copies an old version over the new one (API/API_CopyObject.html)', async () => {
    const first = await put('copied', 'one', { Metadata: { by: 'me' } });
    await put('copied', 'two');
    await s3.send(
      new CopyObjectCommand({ Bucket, Key: 'copied', CopySource: `${Bucket}/copied?versionId=${first.VersionId}` }),
    );
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'copied' }));
    expect({ etag: head.ETag, by: head.Metadata?.['by'] }).toEqual({ etag: first.ETag, by: 'me' });
  });
});

describe('reading (API/API_GetObject.html)', () => {
  it('gives ranges, metadata and type back', async () => {
    await put('ranged', '0123456789', { ContentType: 'text/markdown', Metadata: { fence: '7' } });
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range: 'bytes=-3' }));
    expect([await got.Body?.transformToString(), got.ContentRange, got.ContentType, got.Metadata]).toEqual([
      '789',
      'bytes 7-9/10',
      'text/markdown',
      { fence: '7' },
    ]);
    expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range: 'bytes=10-' })))).toBe(
      '416 InvalidRange',
    );
    expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', IfNoneMatch: got.ETag })))).toMatch(
      /^304 /,
    );
  });
});

describe('integrity (userguide/checking-object-integrity.html)', () => {
  it.each(['CRC32', 'CRC32C', 'SHA256', 'CRC64NVME'] as const)(
    'verifies %s in a stream with a trailer',
    async (ChecksumAlgorithm) => {
      const bytes = Buffer.alloc(300_000, 'payload ');
      const key = `stream-${ChecksumAlgorithm}`;
      await put(key, Readable.from([bytes.subarray(0, 100_001), bytes.subarray(100_001)]), {
        ChecksumAlgorithm,
        ContentLength: bytes.length,
      });
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: key, ChecksumMode: 'ENABLED' }));
      expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    },
  );

  it('refuses a body that does not fit its checksum and keeps nothing of it', async () => {
    expect(await failure(put('bad', 'body', { ChecksumCRC32: 'AAAAAA==' }))).toBe('400 BadDigest');
    expect(await failure(text('bad'))).toBe('404 NoSuchKey');
  });
});

describe('listing (API/API_ListObjectsV2.html)', () => {
  it('pages in UTF-8 order, with odd keys and common prefixes', async () => {
    const keys = ['l/a', 'l/a/b', 'l/a//c', 'l/ü & <x>', 'l/z/', 'l/../up', 'l/😀', 'l/￿'];
    for (const key of keys) await put(key, key);
    for (const key of keys) expect(await text(key)).toBe(key);
    const listed: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({
          Bucket,
          Prefix: 'l/',
          MaxKeys: 3,
          ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
        }),
      );
      listed.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(listed).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    const folded = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'l/', Delimiter: '/' }));
    expect(folded.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['l/../', 'l/a/', 'l/z/']);
  });
});

describe.skipIf(target.local === null)('plain files', () => {
  it('shows an edit, a new file and a deletion made outside, and keeps what was there', async () => {
    const dir = join(target.dataDir, 's3', Bucket, 'workspace');
    const first = await put('workspace/SOUL.md', 'be kind');
    expect(readFileSync(join(dir, 'SOUL.md'), 'utf8')).toBe('be kind');
    writeFileSync(join(dir, 'SOUL.md'), 'be bold');
    expect(await text('workspace/SOUL.md')).toBe('be bold');
    expect(await text('workspace/SOUL.md', first.VersionId)).toBe('be kind');
    expect(await failure(put('workspace/SOUL.md', 'stale', { IfMatch: first.ETag ?? '' }))).toBe(
      '412 PreconditionFailed',
    );
    mkdirSync(join(dir, 'notes'), { recursive: true });
    writeFileSync(join(dir, 'notes', 'new.md'), 'new');
    rmSync(join(dir, 'SOUL.md'));
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'workspace/' }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['workspace/notes/new.md']);
    const { DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'workspace/SOUL' }));
    expect(DeleteMarkers?.map(({ IsLatest }) => IsLatest)).toEqual([true]);
    expect(target.local?.internalErrors).toEqual([]);
  });
});
