import { FileTooLargeError, PermanentError, RetryableError } from '@agent-claw/core';
import type { MediaKey, MediaStore } from '@agent-claw/core';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { translated, vendorFacts } from './vendor-error.ts';

export interface S3MediaStoreOptions {
  readonly client: S3Client;
  readonly bucket: string;
}

/** Where the files of messages are in the workspace bucket; infra/lib/workspace-bucket.ts lets them go after 30 days. */
const PREFIX = 'media/';

/** S3 answers 404 to those who may list the bucket; to others a missing object is forbidden. */
const isMissing = (error: unknown): boolean => vendorFacts(error).status === 404;

/** The address in S3 of a stored file, as other services take it. */
export const mediaUri = (bucket: string, key: MediaKey): string => `s3://${bucket}/${PREFIX}${key}`;

/** Metadata of S3 is ASCII; the name is for people who look into the bucket, and is read back by nobody. */
const asciiName = (name: string): string => encodeURIComponent(name.slice(0, 120).toWellFormed());

/** Files of messages below one prefix of the workspace bucket. */
export const s3MediaStore = ({ client, bucket }: S3MediaStoreOptions): MediaStore => ({
  find: async (key) => {
    try {
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: PREFIX + key }));
      return { mediaType: head.ContentType ?? 'application/octet-stream', sizeBytes: head.ContentLength ?? 0 };
    } catch (error) {
      if (isMissing(error)) return null;
      // The answer to a HEAD has no body that could name the error.
      if (vendorFacts(error).status === 403)
        throw new PermanentError(`Look for file ${key} failed: AccessDenied. Check the role's permissions.`, {
          cause: error,
        });
      throw translated(`Look for file ${key}`, error);
    }
  },
  put: async (key, { bytes, mediaType, name }) => {
    try {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: PREFIX + key,
          Body: bytes,
          ContentLength: bytes.byteLength,
          ContentType: mediaType,
          ...(name === undefined ? {} : { Metadata: { name: asciiName(name) } }),
        }),
      );
    } catch (error) {
      throw translated(`Store of file ${key}`, error);
    }
  },
  read: async (key, maxBytes) => {
    try {
      const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: PREFIX + key }));
      if ((object.ContentLength ?? 0) > maxBytes) {
        // An unread body keeps its socket.
        (object.Body as { destroy?: () => void } | undefined)?.destroy?.();
        throw new FileTooLargeError(`File ${key} has ${object.ContentLength} bytes; ${maxBytes} is the most here.`);
      }
      const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
      return { bytes, mediaType: object.ContentType ?? 'application/octet-stream', sizeBytes: bytes.byteLength };
    } catch (error) {
      if (error instanceof FileTooLargeError) throw error;
      if (isMissing(error)) return null;
      throw translated(`Read of file ${key}`, error);
    }
  },
  open: async (key) => {
    try {
      const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: PREFIX + key }));
      return {
        mediaType: object.ContentType ?? 'application/octet-stream',
        sizeBytes: object.ContentLength ?? 0,
        body: piecesOf(key, object.Body as Body | undefined),
      };
    } catch (error) {
      if (isMissing(error)) return null;
      throw translated(`Read of file ${key}`, error);
    }
  },
});

type Body = AsyncIterable<Uint8Array> & { destroy?: () => void };

/** The pieces of a body. Node ends its socket when the loop over it is left. */
async function* piecesOf(key: MediaKey, body: Body | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* body ?? [];
  } catch (error) {
    throw new RetryableError(`Read of file ${key} broke off. Another attempt may succeed.`, { cause: error });
  }
}
