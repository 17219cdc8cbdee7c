import { AwsError, type AwsRequest } from '../service.ts';
import type { Precondition } from './object-store.ts';
import type { ObjectVersion } from './version-index.ts';

type Headers = AwsRequest['headers'];

export const etagOf = ({ md5 }: ObjectVersion): string => `"${md5}"`;

const failed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', {
    details: { Condition: condition },
  });

const sameTag = (header: string, version: ObjectVersion): boolean =>
  header === '*' || header.replaceAll('"', '') === version.md5;

/** If-Match: 412 for another ETag, 404 without a current object. If-None-Match: only `*` exists for a write. */
export const putPrecondition =
  (headers: Headers): Precondition =>
  (current) => {
    const live = current?.isDeleteMarker === 0 ? current : null;
    const match = headers['if-match'];
    if (match !== undefined && live === null) throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.');
    if (match !== undefined && live !== null && !sameTag(match, live)) throw failed('If-Match');
    const none = headers['if-none-match'];
    if (none !== undefined && none !== '*') {
      throw new AwsError(
        'NotImplemented',
        501,
        'A header you provided implies functionality that is not implemented: If-None-Match takes only * on a write.',
      );
    }
    if (none === '*' && live !== null) throw failed('If-None-Match');
  };

/** If-Match on a delete looks at the current version only: 404 for no such key, 412 for a delete marker or another ETag. */
export const deletePrecondition =
  (headers: Headers): Precondition =>
  (current) => {
    const match = headers['if-match'];
    if (match === undefined) return;
    if (current === null) throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.');
    if (current.isDeleteMarker === 1 || !sameTag(match, current)) throw failed('If-Match');
  };

/** Conditional reads. @returns true for 304. @throws AwsError PreconditionFailed */
export const notModified = (version: ObjectVersion, headers: Headers): boolean => {
  const match = headers['if-match'];
  if (match !== undefined && !sameTag(match, version)) throw failed('If-Match');
  const none = headers['if-none-match'];
  return none !== undefined && sameTag(none, version);
};
