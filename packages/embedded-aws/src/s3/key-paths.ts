import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** Where objects live whose key cannot be a file name of its own; not visible as keys. */
export const ESCAPED_DIR = '.escaped-keys';

/**
 * The file of a key inside its bucket's folder. Nearly every key is its own path, so that a person finds it; a key with odd
 * segments (`a//b`, `..`, a trailing slash) or one that clashes with a neighbour (`a` next to `a/b`) gets a hashed name.
 */
export const choosePath = (bucketDir: string, key: string): string =>
  isPlain(key) && !clashes(bucketDir, key) ? key : join(ESCAPED_DIR, createHash('sha256').update(key).digest('hex'));

/** Whether a key can be a relative path as it stands. */
export const isPlain = (key: string): boolean => {
  const segments = key.split('/');
  return segments[0] !== ESCAPED_DIR && segments.every(isFileName);
};

const isFileName = (segment: string): boolean =>
  segment !== '' && segment !== '.' && segment !== '..' && !/[\0\\]/.test(segment) && Buffer.byteLength(segment) <= 255;

const clashes = (bucketDir: string, key: string): boolean => {
  const segments = key.split('/');
  return segments.some((_, index) => {
    const stat = lstatSync(join(bucketDir, ...segments.slice(0, index + 1)), { throwIfNoEntry: false });
    const isLast = index === segments.length - 1;
    return stat !== undefined && (isLast ? !stat.isFile() : !stat.isDirectory());
  });
};
