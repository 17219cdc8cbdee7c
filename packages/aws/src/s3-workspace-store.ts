import { FileTooLargeError, RetryableError, sniffMediaType } from '@agent-claw/core';
import type {
  RemoveOutcome,
  WorkspaceBytes,
  WorkspaceFile,
  WorkspaceStore,
  WriteCondition,
  WriteOutcome,
} from '@agent-claw/core';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { isRetryable, translated, vendorFacts } from './vendor-error.ts';

export interface S3WorkspaceStoreOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** Ends with "/"; chosen by the lane, never by the model. */
  readonly prefix: string;
}

const MAX_FILE_BYTES = 2 * 1024 * 1024;

/** Files below one prefix of a versioned bucket. The version of a file is its ETag. */
export const s3WorkspaceStore = ({ client, bucket, prefix }: S3WorkspaceStoreOptions): WorkspaceStore => {
  const fetched = async (path: string, maxBytes: number): Promise<WorkspaceBytes | null> => {
    try {
      const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + path }));
      if ((object.ContentLength ?? 0) > maxBytes) {
        // An unread body keeps its socket.
        (object.Body as { destroy?: () => void } | undefined)?.destroy?.();
        throw new FileTooLargeError(`"${path}" has ${object.ContentLength} bytes; ${maxBytes} is the most.`);
      }
      return { bytes: (await object.Body?.transformToByteArray()) ?? new Uint8Array(), version: object.ETag ?? '' };
    } catch (error) {
      if (error instanceof FileTooLargeError) throw error;
      if (error instanceof NoSuchKey) return null;
      throw translated(`Read of "${path}"`, error);
    }
  };
  const read = async (path: string): Promise<WorkspaceFile | null> => {
    const file = await fetched(path, MAX_FILE_BYTES);
    // The mark that some editors put first is part of the text: it is written back as it was read.
    return file && { content: Buffer.from(file.bytes).toString('utf8'), version: file.version };
  };
  const isThere = async (path: string): Promise<boolean> => {
    try {
      return (await fetched(path, 0)) !== null;
    } catch (error) {
      if (error instanceof FileTooLargeError) return true;
      throw error;
    }
  };
  return {
    read,
    readBytes: fetched,
    write: (path, content, condition) => write({ client, bucket, prefix }, fetched, path, content, condition),
    remove: (path, version) => remove({ client, bucket, prefix }, isThere, path, version),
    list: async (below, limit) => {
      const files: { path: string; sizeBytes: number }[] = [];
      let from: string | undefined;
      do {
        const page = await listPage(client, bucket, prefix + below, from, limit - files.length);
        for (const { Key = '', Size = 0 } of page.Contents ?? [])
          if (!Key.endsWith('/') && files.length < limit)
            files.push({ path: Key.slice(prefix.length), sizeBytes: Size });
        from = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (from !== undefined && files.length < limit);
      return files;
    },
  };
};

const write = async (
  { client, bucket, prefix }: S3WorkspaceStoreOptions,
  fetched: WorkspaceStore['readBytes'],
  path: string,
  content: string | Uint8Array,
  condition: WriteCondition,
): Promise<WriteOutcome> => {
  const isAsRead = condition.kind === 'if_absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.version };
  // Bytes of a known length: the client takes an empty text for a stream and warns.
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const request = {
    Bucket: bucket,
    Key: prefix + path,
    Body: bytes,
    ContentLength: bytes.byteLength,
    ContentType: typeof content === 'string' ? 'text/plain; charset=utf-8' : sniffMediaType(content, path),
    ...isAsRead,
  };
  try {
    const { ETag } = await client.send(new PutObjectCommand(request));
    return { kind: 'written', version: ETag ?? '' };
  } catch (error) {
    const { status, attempts } = vendorFacts(error);
    // 412: changed since it was read. 409: somebody writes at this moment. 404: it was deleted.
    const isConflict = status === 412 || status === 409 || (status === 404 && condition.kind === 'if_version');
    if (isConflict && attempts === 1) return { kind: 'conflict' };
    if (!isConflict && !isRetryable(error)) throw translated(`Write of "${path}"`, error);
    // An earlier attempt may have arrived without its answer reaching us: then the file is what we wrote.
    const stored = await fetched(path, Math.max(MAX_FILE_BYTES, bytes.byteLength));
    if (stored !== null && Buffer.compare(stored.bytes, bytes) === 0)
      return { kind: 'written', version: stored.version };
    if (isConflict) return { kind: 'conflict' };
    throw new RetryableError(`Write of "${path}" did not arrive. Read the file and try again.`, { cause: error });
  }
};

const remove = async (
  { client, bucket, prefix }: S3WorkspaceStoreOptions,
  isThere: (path: string) => Promise<boolean>,
  path: string,
  version: string,
): Promise<RemoveOutcome> => {
  try {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + path, IfMatch: version }));
    return { kind: 'removed' };
  } catch (error) {
    const { status } = vendorFacts(error);
    if (status === 404) return { kind: 'removed' };
    if (status !== 412 && status !== 409) throw translated(`Removal of "${path}"`, error);
    // A delete marker refuses the condition as another version does.
    return (await isThere(path)) ? { kind: 'conflict' } : { kind: 'removed' };
  }
};

const listPage = async (client: S3Client, bucket: string, below: string, from: string | undefined, limit: number) => {
  try {
    return await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: below,
        MaxKeys: Math.min(Math.max(limit, 1), 1_000),
        ...(from === undefined ? {} : { ContinuationToken: from }),
      }),
    );
  } catch (error) {
    throw translated(`List of the workspace`, error);
  }
};
