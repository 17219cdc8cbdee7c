import type { MediaStore } from '@agent-claw/core';
import { S3Client } from '@aws-sdk/client-s3';
import { FILE_LIMITS } from './aws-clients.ts';
import { s3MediaStore } from './s3-media-store.ts';

/** The store with a client of its own, in one module: a function that rarely needs it loads it then. */
export const openS3MediaStore = (bucket: string): MediaStore =>
  s3MediaStore({ client: new S3Client(FILE_LIMITS), bucket });
