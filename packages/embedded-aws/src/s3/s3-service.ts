import { createReadStream } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import {
  AwsError,
  notImplemented,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type IamCheck,
  type Principal,
} from '../service.ts';
import { parseXml, xmlElement, type XmlValue } from '../wire/xml.ts';
import { deletePrecondition, etagOf, notModified, putPrecondition } from './conditions.ts';
import { listObjects, listVersions } from './listing.ts';
import type { ObjectStore } from './object-store.ts';
import { receiveBody } from './receive-body.ts';
import type { ObjectVersion, Versioning } from './version-index.ts';

interface Target {
  readonly bucket: string;
  readonly key: string;
}
interface Call extends Target {
  readonly request: AwsRequest;
  readonly objects: ObjectStore;
  readonly principal: Principal;
}

/** S3 with path-style addresses, for the operations the product calls. */
export const createS3Service = ({ objects }: { objects: ObjectStore }): AwsService => ({
  name: 's3',
  protocol: 'rest-xml',
  describe: (request) => permissionsFor(operationOf(request), request),
  async handle(request, principal) {
    const operation = operationOf(request);
    const target = targetOf(request);
    if (operation !== 'CreateBucket' && operation !== 'ListBuckets' && objects.bucket(target.bucket) === undefined) {
      throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist', {
        details: { BucketName: target.bucket },
      });
    }
    return (OPERATIONS[operation] as (call: Call) => AwsResponse | Promise<AwsResponse>)({
      ...target,
      request,
      objects,
      principal,
    });
  },
  close: async () => objects.close(),
});

const targetOf = (request: AwsRequest): Target => {
  const [bucket = '', ...key] = request.path.slice(1).split('/').map(decodeURIComponent);
  return { bucket, key: key.join('/') };
};

const operationOf = (request: AwsRequest): string => {
  const { bucket, key } = targetOf(request);
  const { method, query, headers } = request;
  const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const sub = SUBRESOURCES.find((name) => query.has(name));
  const copies = method === 'PUT' && headers['x-amz-copy-source'] !== undefined ? ' copy' : '';
  const name = ROUTES[`${method} ${level}${sub === undefined ? '' : `?${sub}`}${copies}`];
  if (name === undefined)
    throw notImplemented('s3', `${method} on a ${level}${sub === undefined ? '' : ` with ?${sub}`}`);
  return name;
};

const SUBRESOURCES = (
  'versioning versions location delete acl policy policyStatus tagging uploads uploadId partNumber lifecycle encryption cors website logging ' +
  'notification publicAccessBlock ownershipControls replication restore select torrent retention legal-hold object-lock attributes accelerate ' +
  'requestPayment inventory analytics metrics intelligent-tiering append renameObject'
).split(' ');

const ROUTES: Readonly<Record<string, string>> = {
  'GET service': 'ListBuckets',
  'PUT bucket': 'CreateBucket',
  'HEAD bucket': 'HeadBucket',
  'DELETE bucket': 'DeleteBucket',
  'GET bucket': 'ListObjectsV2',
  'GET bucket?versions': 'ListObjectVersions',
  'GET bucket?versioning': 'GetBucketVersioning',
  'PUT bucket?versioning': 'PutBucketVersioning',
  'GET bucket?location': 'GetBucketLocation',
  'PUT object': 'PutObject',
  'PUT object copy': 'CopyObject',
  'GET object': 'GetObject',
  'HEAD object': 'HeadObject',
  'DELETE object': 'DeleteObject',
};

const permissionsFor = (operation: string, { query, headers, ...request }: AwsRequest): IamCheck[] => {
  const { bucket, key } = targetOf({ query, headers, ...request });
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const object = `${bucketArn}/${key}`;
  const ofVersion = query.has('versionId') ? 'Version' : '';
  // An If-Match tells whether the content is a known one, so it needs the right to read.
  const read: IamCheck[] = headers['if-match'] === undefined ? [] : [{ action: 's3:GetObject', resource: object }];
  const listContext = {
    's3:prefix': query.get('prefix') ?? '',
    's3:delimiter': query.get('delimiter') ?? '',
    's3:max-keys': query.get('max-keys') ?? '',
  };
  switch (operation) {
    case 'ListBuckets':
      return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
    case 'ListObjectsV2':
      return [{ action: 's3:ListBucket', resource: bucketArn, context: listContext }];
    case 'ListObjectVersions':
      return [{ action: 's3:ListBucketVersions', resource: bucketArn, context: listContext }];
    case 'HeadBucket':
      return [{ action: 's3:ListBucket', resource: bucketArn }];
    case 'PutObject':
      return [{ action: 's3:PutObject', resource: object }, ...read];
    case 'CopyObject': {
      const { key: from, bucket: source, versionId } = copySource(headers);
      return [
        { action: 's3:PutObject', resource: object },
        {
          action: versionId === null ? 's3:GetObject' : 's3:GetObjectVersion',
          resource: `arn:aws:s3:::${source}/${from}`,
        },
      ];
    }
    case 'GetObject':
    case 'HeadObject':
      return [{ action: `s3:GetObject${ofVersion}`, resource: object }];
    case 'DeleteObject':
      return [{ action: `s3:DeleteObject${ofVersion}`, resource: object }, ...read];
    default:
      return [{ action: `s3:${operation}`, resource: bucketArn }];
  }
};

const copySource = (headers: AwsRequest['headers']): Target & { versionId: string | null } => {
  const [path = '', search] = String(headers['x-amz-copy-source']).replace(/^\//, '').split('?');
  const [bucket = '', ...key] = path.split('/').map(decodeURIComponent);
  return { bucket, key: key.join('/'), versionId: new URLSearchParams(search).get('versionId') };
};

const NS = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const xml = (name: string, value: XmlValue): AwsResponse => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${xmlElement(name, value, NS)}`,
});
const empty = (status: number, headers: Record<string, string> = {}): AwsResponse => ({ status, headers, body: '' });
const versionHeader = ({ versionId }: ObjectVersion): Record<string, string> =>
  versionId === 'null' ? {} : { 'x-amz-version-id': versionId };

const find = ({ bucket, key, request, objects, principal }: Call): ObjectVersion => {
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

const read = (call: Call): AwsResponse => {
  const version = find(call);
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
  if (notModified(version, headers)) return empty(304, base);
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

const KEPT = new Set([
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
]);

const keptHeaders = ({ headers }: AwsRequest): Record<string, string> => {
  const kept = Object.entries(headers)
    .filter(([name, value]) => value !== undefined && (KEPT.has(name) || name.startsWith('x-amz-meta-')))
    .map(([name, value]) => [
      name,
      name === 'content-encoding' ? String(value).replace(/aws-chunked,?\s*/, '') : String(value),
    ])
    .filter(([, value]) => value !== '');
  return { 'content-type': 'binary/octet-stream', ...(Object.fromEntries(kept) as Record<string, string>) };
};

const OPERATIONS: Readonly<Record<string, (call: Call) => AwsResponse | Promise<AwsResponse>>> = {
  ListBuckets: ({ objects }) =>
    xml('ListAllMyBucketsResult', {
      Buckets: {
        Bucket: objects
          .buckets()
          .map(({ name, createdAtMs }) => ({ Name: name, CreationDate: new Date(createdAtMs).toISOString() })),
      },
    }),
  CreateBucket({ bucket, objects }) {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
      throw new AwsError('InvalidBucketName', 400, 'The specified bucket is not valid.', {
        details: { BucketName: bucket },
      });
    if (objects.bucket(bucket) === undefined) objects.createBucket(bucket);
    return empty(200, { location: `/${bucket}` });
  },
  HeadBucket: () => empty(200, { 'x-amz-bucket-region': 'us-east-1' }),
  DeleteBucket({ bucket, objects }) {
    if (objects.listVersions(bucket).length > 0)
      throw new AwsError('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty');
    objects.removeBucket(bucket);
    return empty(204);
  },
  GetBucketLocation: () => xml('LocationConstraint', ''),
  GetBucketVersioning: ({ bucket, objects }) =>
    xml('VersioningConfiguration', { Status: objects.bucket(bucket)?.versioning || undefined }),
  async PutBucketVersioning({ bucket, objects, request }) {
    const document = parseXml((await request.bytes()).toString()) as {
      VersioningConfiguration?: { Status?: Versioning };
    };
    const status = document.VersioningConfiguration?.Status;
    if (status !== 'Enabled' && status !== 'Suspended')
      throw new AwsError(
        'MalformedXML',
        400,
        'The XML you provided was not well-formed or did not validate against our published schema',
      );
    objects.setVersioning(bucket, status);
    return empty(200);
  },
  ListObjectsV2({ bucket, objects, request }) {
    if (request.query.get('list-type') !== '2') throw notImplemented('s3', 'ListObjects (version 1)');
    return xml('ListBucketResult', listObjects(bucket, objects.list(bucket), request.query));
  },
  ListObjectVersions: ({ bucket, objects, request }) =>
    xml('ListVersionsResult', listVersions(bucket, objects.listVersions(bucket), request.query)),
  async PutObject({ bucket, key, request, objects }) {
    if (Buffer.byteLength(key) > 1024) throw new AwsError('KeyTooLongError', 400, 'Your key is too long');
    const { checksums, ...body } = await receiveBody(request, objects.uploadPath());
    const version = objects.put(
      bucket,
      key,
      body,
      { ...keptHeaders(request), ...checksums },
      putPrecondition(request.headers),
    );
    return empty(200, { etag: etagOf(version), ...versionHeader(version), ...checksums });
  },
  async CopyObject({ bucket, key, request, objects, principal }) {
    const source = copySource(request.headers);
    if (objects.bucket(source.bucket) === undefined)
      throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist', {
        details: { BucketName: source.bucket },
      });
    const query = new URLSearchParams(source.versionId === null ? {} : { versionId: source.versionId });
    const from = find({ bucket: source.bucket, key: source.key, objects, principal, request: { ...request, query } });
    const upload = objects.uploadPath();
    await copyFile(objects.bodyPath(from), upload);
    const replaces = request.headers['x-amz-metadata-directive'] === 'REPLACE';
    const headers = replaces ? keptHeaders(request) : (JSON.parse(from.headers) as Record<string, string>);
    const version = objects.put(
      bucket,
      key,
      { file: upload, md5: from.md5, size: from.size },
      headers,
      putPrecondition(request.headers),
    );
    const result = xml('CopyObjectResult', {
      ETag: etagOf(version),
      LastModified: new Date(version.lastModifiedMs).toISOString(),
    });
    return {
      ...result,
      headers: { ...result.headers, ...versionHeader(version), 'x-amz-copy-source-version-id': from.versionId },
    };
  },
  GetObject: read,
  HeadObject: read,
  DeleteObject({ bucket, key, request, objects }) {
    const versionId = request.query.get('versionId');
    if (versionId === null) {
      const marker = objects.delete(bucket, key, deletePrecondition(request.headers));
      return empty(204, marker === null ? {} : { 'x-amz-delete-marker': 'true', ...versionHeader(marker) });
    }
    const removed = objects.deleteVersion(bucket, key, versionId);
    return empty(204, {
      'x-amz-version-id': versionId,
      ...(removed?.isDeleteMarker === 1 ? { 'x-amz-delete-marker': 'true' } : {}),
    });
  },
};
