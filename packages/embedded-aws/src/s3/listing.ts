import { AwsError } from '../service.ts';
import type { XmlValue } from '../wire/xml.ts';
import { etagOf } from './conditions.ts';
import type { ObjectVersion } from './version-index.ts';

/** ListBucketResult of ListObjectsV2. @param current in UTF-8 order of keys. */
export const listObjects = (bucket: string, current: readonly ObjectVersion[], query: URLSearchParams): XmlValue => {
  const { prefix, delimiter, maxKeys, encode } = parametersOf(query);
  const token = query.get('continuation-token');
  const after = token === null ? query.get('start-after') : Buffer.from(token, 'base64url').toString();
  const groups = grouped(
    current.filter(({ key }) => key.startsWith(prefix)),
    prefix,
    delimiter,
  ).filter(({ name }) => after === null || compareUtf8(name, after) > 0);
  const page = groups.slice(0, maxKeys);
  const isTruncated = groups.length > page.length && maxKeys > 0;
  const last = page.at(-1)?.name ?? '';
  return {
    Name: bucket,
    Prefix: encode(prefix),
    StartAfter: query.get('start-after') ?? undefined,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: isTruncated ? Buffer.from(last).toString('base64url') : undefined,
    KeyCount: page.length,
    MaxKeys: maxKeys,
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: isTruncated,
    Contents: page.flatMap(({ versions }) =>
      versions.map((version) => ({ Key: encode(version.key), ...contentOf(version), StorageClass: 'STANDARD' })),
    ),
    CommonPrefixes: page.filter(({ versions }) => versions.length === 0).map(({ name }) => ({ Prefix: encode(name) })),
  };
};

/** ListVersionsResult. A page never splits the versions of one key. @param all keys in UTF-8 order, newest version first. */
export const listVersions = (bucket: string, all: readonly ObjectVersion[], query: URLSearchParams): XmlValue => {
  const { prefix, delimiter, maxKeys, encode } = parametersOf(query);
  const marker = query.get('key-marker') ?? '';
  const groups = grouped(
    all.filter(({ key }) => key.startsWith(prefix)),
    prefix,
    delimiter,
  ).filter(({ name }) => marker === '' || compareUtf8(name, marker) > 0);
  const page: typeof groups = [];
  let entries = 0;
  for (const group of groups) {
    const size = Math.max(1, group.versions.length);
    if (page.length > 0 && entries + size > maxKeys) break;
    page.push(group);
    entries += size;
  }
  const isTruncated = page.length < groups.length;
  const shown = page.flatMap(({ versions }) => versions.map((version, index) => ({ version, IsLatest: index === 0 })));
  const member = ({ version, IsLatest }: (typeof shown)[number]): Record<string, XmlValue> => ({
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest,
  });
  return {
    Name: bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(marker),
    NextKeyMarker: isTruncated ? encode(page.at(-1)?.name ?? '') : undefined,
    MaxKeys: maxKeys,
    IsTruncated: isTruncated,
    Version: shown
      .filter(({ version }) => version.isDeleteMarker === 0)
      .map((entry) => ({ ...member(entry), ...contentOf(entry.version), StorageClass: 'STANDARD' })),
    DeleteMarker: shown
      .filter(({ version }) => version.isDeleteMarker === 1)
      .map((entry) => ({ ...member(entry), LastModified: new Date(entry.version.lastModifiedMs).toISOString() })),
    CommonPrefixes: page.filter(({ versions }) => versions.length === 0).map(({ name }) => ({ Prefix: encode(name) })),
  };
};

const parametersOf = (query: URLSearchParams) => {
  const maxKeys = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  if (!Number.isInteger(maxKeys) || maxKeys < 0)
    throw new AwsError('InvalidArgument', 400, `max-keys must be a whole number from 0 on: ${query.get('max-keys')}`);
  const isUrl = query.get('encoding-type') === 'url';
  const encode = (text: string): string => (isUrl ? encodeURIComponent(text).replaceAll('%2F', '/') : text);
  return { prefix: query.get('prefix') ?? '', delimiter: query.get('delimiter') ?? '', maxKeys, encode };
};

interface Group {
  /** A key with its versions, or a common prefix with none. */
  readonly name: string;
  readonly versions: ObjectVersion[];
}

const grouped = (versions: readonly ObjectVersion[], prefix: string, delimiter: string): Group[] => {
  const groups: Group[] = [];
  for (const version of versions) {
    const cut = delimiter === '' ? -1 : version.key.indexOf(delimiter, prefix.length);
    const name = cut === -1 ? version.key : version.key.slice(0, cut + delimiter.length);
    if (groups.at(-1)?.name !== name) groups.push({ name, versions: [] });
    if (cut === -1) groups.at(-1)?.versions.push(version);
  }
  return groups;
};

const contentOf = (version: ObjectVersion): Record<string, XmlValue> => ({
  LastModified: new Date(version.lastModifiedMs).toISOString(),
  ETag: etagOf(version),
  Size: version.size,
});

const compareUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
