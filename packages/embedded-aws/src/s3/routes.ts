import { notImplemented, type AwsRequest, type IamCheck } from '../service.ts';

/** What a path-style address names; an empty key is the bucket, an empty bucket the service. */
export interface Target {
  readonly bucket: string;
  readonly key: string;
}

/** Reads the address of a request. */
export const targetOf = (request: AwsRequest): Target => {
  const [bucket = '', ...key] = request.path.slice(1).split('/').map(decodeURIComponent);
  return { bucket, key: key.join('/') };
};

/** The operation a request means: method, level and sub-resource decide. @throws AwsError NotImplemented */
export const operationOf = (request: AwsRequest): string => {
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

/** The rights an operation needs, as IAM names them. */
export const permissionsFor = (operation: string, { query, headers, ...request }: AwsRequest): IamCheck[] => {
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

/** What `x-amz-copy-source` names; without a versionId the newest version. */
export const copySource = (headers: AwsRequest['headers']): Target & { versionId: string | null } => {
  const [path = '', search] = String(headers['x-amz-copy-source']).replace(/^\//, '').split('?');
  const [bucket = '', ...key] = path.split('/').map(decodeURIComponent);
  return { bucket, key: key.join('/'), versionId: new URLSearchParams(search).get('versionId') };
};
