/** Either the one key under which a file may be stored, or why the path names no file of this workspace. */
export type PathOutcome =
  | { readonly kind: 'ok'; readonly path: string }
  | { readonly kind: 'refused'; readonly reason: string };

const MAX_BYTES = 900;
const MAX_SEGMENT_BYTES = 255;
const MAX_DEPTH = 16;
const RESERVED_TOP: ReadonlySet<string> = new Set(['.SYSTEM', '_SESSIONS', '_TRASH']);

const invisible =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Variation_Selector}\u{E0000}-\u{E007F}]/u;
const foreignSpace = /[^\P{Zs} ]/u;
const slashLookalike = /[\u2044\u2215\u29F8]/u;
/** Escapes that some later layer may turn into . / \ % NUL, or into one of them through overlong UTF-8. */
const encodedDanger =
  /%(?:2e|2f|5c|25|00|c0|c1|e0%[89]|f0%8|f[89a-f]|u00(?:2e|2f|5c|25|00)|uff(?:0e|0f|3c)|u2215|u2044)/iu;
const scheme = /[a-z][a-z0-9+.-]*:\/\//iu;
const driveOrArn = /^(?:[a-z]:|arn:)/iu;

const utf8 = new TextEncoder();
const byteLength = (text: string): number => utf8.encode(text).length;

const refused = (reason: string): PathOutcome => ({ kind: 'refused', reason });

const textReason = (text: string): string | null => {
  if (text === '') return 'The path is empty.';
  if (invisible.test(text)) return 'The path has an invisible or control character.';
  if (text.includes('\\')) return 'The path has a backslash; use / between folders.';
  if (slashLookalike.test(text)) return 'The path has a character that looks like a slash.';
  if (foreignSpace.test(text)) return 'The path has a space character other than the plain space.';
  if (encodedDanger.test(text)) return 'The path is percent-encoded; write it plainly.';
  if (scheme.test(text)) return 'A URL is not a workspace path.';
  if (text.startsWith('/')) return 'The path is absolute; write it relative to the workspace.';
  if (text.startsWith('~')) return 'The path points at a home folder; write it relative to the workspace.';
  return null;
};

const segmentReason = (segment: string): string | null => {
  if (segment === '..') return 'The path climbs with "..".';
  if (segment.startsWith('.')) return 'Names that start with a dot are hidden and refused.';
  if (segment.endsWith('.')) return 'A name ends with a dot.';
  if (segment.startsWith(' ') || segment.endsWith(' ')) return 'A name starts or ends with a space.';
  const compatible = segment.normalize('NFKC');
  if (compatible === '.' || compatible === '..' || /[/\\]/u.test(compatible))
    return 'A name has characters that stand for dots or slashes.';
  if (byteLength(segment) > MAX_SEGMENT_BYTES) return `A name is longer than ${MAX_SEGMENT_BYTES} bytes.`;
  return null;
};

/**
 * The one door from a path that somebody wrote to a key below the workspace prefix. An accepted path is relative, NFC,
 * without "." and ".." segments, and normalising it again gives the same path: one file has one key, and none leaves
 * the prefix. Keys are case-sensitive. Never throws, whatever the input is.
 */
export const normalisePath = (input: unknown): PathOutcome => {
  if (typeof input !== 'string') return refused('The path is not text.');
  const text = input.normalize('NFC');
  const badText = textReason(text);
  if (badText !== null) return refused(badText);
  const parts = text.split('/');
  const last = parts.at(-1);
  if (last === '' || last === '.') return refused('The path names a folder, not a file.');
  const segments = parts.filter((part) => part !== '' && part !== '.');
  for (const segment of segments) {
    const bad = segmentReason(segment);
    if (bad !== null) return refused(bad);
  }
  const path = segments.join('/');
  // Dropping "./" can bring a drive letter, an ARN, a home folder or a URL to the front: what is stored is what must pass.
  if (driveOrArn.test(path)) return refused('A drive letter or ARN is not a workspace path.');
  const badPath = textReason(path);
  if (badPath !== null) return refused(badPath);
  const [top = ''] = segments;
  // Compared by compatibility form in upper case, so that no look-alike of a reserved name slips past.
  if (RESERVED_TOP.has(top.normalize('NFKC').toUpperCase())) return refused('This folder is reserved for the system.');
  if (segments.length > MAX_DEPTH) return refused(`The path is deeper than ${MAX_DEPTH} levels.`);
  if (byteLength(path) > MAX_BYTES) return refused(`The path is longer than ${MAX_BYTES} bytes.`);
  return { kind: 'ok', path };
};

/** Files about one person: they load, and may be touched by tools, only in the owner's private lane. */
export const isPrivatePath = (path: string): boolean => {
  const upper = path.normalize('NFKC').toUpperCase();
  return upper === 'USER.MD' || upper === 'MEMORY.MD' || upper === 'MEMORY' || upper.startsWith('MEMORY/');
};
