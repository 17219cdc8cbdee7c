import type { AwsRequest } from '../service.ts';
import type { ObjectVersion } from './version-index.ts';

/** Names the version, where the bucket is versioned. */
export const versionHeader = ({ versionId }: ObjectVersion): Record<string, string> =>
  versionId === 'null' ? {} : { 'x-amz-version-id': versionId };

/** The headers a write leaves with the object, for every later read. */
export const keptHeaders = ({ headers }: AwsRequest): Record<string, string> => {
  const kept = Object.entries(headers)
    .filter(([name, value]) => value !== undefined && (KEPT.has(name) || name.startsWith('x-amz-meta-')))
    .map(([name, value]) => [
      name,
      name === 'content-encoding' ? String(value).replace(/aws-chunked,?\s*/, '') : String(value),
    ])
    .filter(([, value]) => value !== '');
  return { 'content-type': 'binary/octet-stream', ...(Object.fromEntries(kept) as Record<string, string>) };
};

const KEPT = new Set([
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
]);
