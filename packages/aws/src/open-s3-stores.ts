import type { MediaStore, WorkspaceStore } from '@agent-claw/core';
import { S3Client } from '@aws-sdk/client-s3';
import { FILE_LIMITS } from './aws-clients.ts';
import { s3MediaStore } from './s3-media-store.ts';
import { s3WorkspaceStore } from './s3-workspace-store.ts';

// The stores with clients of their own, in one module: a function that rarely needs one loads it then, and S3's client once.

export const openS3MediaStore = (bucket: string): MediaStore =>
  s3MediaStore({ client: new S3Client(FILE_LIMITS), bucket });

export const openS3WorkspaceStore = (bucket: string, prefix: string): WorkspaceStore =>
  s3WorkspaceStore({ client: new S3Client(FILE_LIMITS), bucket, prefix });
