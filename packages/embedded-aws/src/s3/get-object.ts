import { createReadStream } from 'node:fs';
import { AwsError, type AwsRequest, type AwsResponse, type Principal } from '../service.ts';
import { etagOf, notModified } from './conditions.ts';
import { versionHeader } from './object-headers.ts';
import type { ObjectStore } from './object-store.ts';
import type { Target } from './routes.ts';
import type { ObjectVersion } from './version-index.ts';

/** One authenticated call and the objects it works on. */
export interface S3Call extends Target {
  readonly request: AwsRequest;
  readonly objects: ObjectStore;
  readonly principal: Principal;
}

/** GetObject and HeadObject: conditions, ranges and the stored headers. */
export const getObject = (call: S3Call): AwsResponse => {
  const version = findVersion(call);
  const { headers } = call.request;
  const stored = JSON.parse(version.headers) as Record<string, string>;
  const range = typeof headers['range'] === 'string' ? parseRange(headers['range'], version.size) : null;
  const withSums = headers['x-amz-checksum-mode'] === 'ENABLED' && range === null;
  const shown = Object.fromEntries(
    Object.entries(stored).filter(([name]) => withSums || !name.startsWith('x-amz-checksum-')),
  );
  const base = {
    ...shown,
    ...versionHeader(version),
    etag: etagOf(version),
    'last-modified': new Date(version.lastModifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
  };
  if (notModified(version, headers)) return { status: 304, headers: base, body: '' };
  const [start, end] = range ?? [0, version.size - 1];
  const part: Record<string, string> =
    range === null ? {} : { 'content-range': `bytes ${start}-${end}/${version.size}` };
  const sized = { ...base, ...part, 'content-length': String(end - start + 1) };
  const body =
    version.size === 0 || call.request.method === 'HEAD'
      ? ''
      : createReadStream(call.objects.bodyPath(version), { start, end });
  return { status: range === null ? 200 : 206, headers: sized, body };
};

/** The version a call names. @throws AwsError NoSuchKey, NoSuchVersion, MethodNotAllowed (a delete marker), AccessDenied */
export const findVersion = ({ bucket, key, request, objects, principal }: S3Call): ObjectVersion => {
  const versionId = request.query.get('versionId');
  const version = versionId === null ? objects.latest(bucket, key) : objects.version(bucket, key, versionId);
  if (version?.isDeleteMarker === 0) return version;
  // Without the right to list, a caller may not learn that a key is missing.
  if (!principal.allows({ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` })) {
    const why = `User: ${principal.arn} is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::${bucket}" because no identity-based policy allows the s3:ListBucket action`;
    throw new AwsError('AccessDenied', 403, why);
  }
  const marker = version === undefined ? {} : { 'x-amz-delete-marker': 'true', ...versionHeader(version) };
  if (version !== undefined && versionId !== null)
    throw new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.', {
      headers: marker,
    });
  if (versionId !== null)
    throw new AwsError('NoSuchVersion', 404, 'The specified version does not exist.', {
      details: { Key: key, VersionId: versionId },
    });
  throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.', { details: { Key: key }, headers: marker });
};

const parseRange = (header: string, size: number): [number, number] | null => {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (from === '' && to === '') return null;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end || start >= size)
    throw new AwsError('InvalidRange', 416, 'The requested range is not satisfiable', {
      headers: { 'content-range': `bytes */${size}` },
    });
  return [start, end];
};
