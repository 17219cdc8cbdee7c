import { copyFile } from 'node:fs/promises';
import { AwsError, notImplemented, type AwsResponse, type AwsService } from '../service.ts';
import { parseXml, xmlElement, type XmlValue } from '../wire/xml.ts';
import { deletePrecondition, etagOf, putPrecondition } from './conditions.ts';
import { findVersion, getObject, type S3Call } from './get-object.ts';
import { listObjects, listVersions } from './listing.ts';
import { keptHeaders, versionHeader } from './object-headers.ts';
import type { ObjectStore } from './object-store.ts';
import { receiveBody } from './receive-body.ts';
import { copySource, operationOf, permissionsFor, targetOf } from './routes.ts';
import type { Versioning } from './version-index.ts';

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
    return (OPERATIONS[operation] as (call: S3Call) => AwsResponse | Promise<AwsResponse>)({
      ...target,
      request,
      objects,
      principal,
    });
  },
  close: async () => objects.close(),
});

const NS = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const xml = (name: string, value: XmlValue): AwsResponse => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${xmlElement(name, value, NS)}`,
});
const empty = (status: number, headers: Record<string, string> = {}): AwsResponse => ({ status, headers, body: '' });

const OPERATIONS: Readonly<Record<string, (call: S3Call) => AwsResponse | Promise<AwsResponse>>> = {
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
    const from = findVersion({
      bucket: source.bucket,
      key: source.key,
      objects,
      principal,
      request: { ...request, query },
    });
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
  GetObject: getObject,
  HeadObject: getObject,
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
