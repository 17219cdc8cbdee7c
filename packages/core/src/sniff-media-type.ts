import { isOneByteText, utf16In, utf8In } from './decode-text.ts';

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));

const starts =
  (...signature: readonly number[]) =>
  (bytes: Uint8Array): boolean =>
    signature.every((byte, index) => bytes[index] === byte);

const at =
  (offset: number, text: string) =>
  (bytes: Uint8Array): boolean =>
    ascii(bytes, offset, offset + text.length) === text;

const both =
  (...tests: readonly ((bytes: Uint8Array) => boolean)[]) =>
  (bytes: Uint8Array): boolean =>
    tests.every((test) => test(bytes));

/** The brand of an ISO container (MP4 and its kin). */
const isoBrand =
  (form: RegExp) =>
  (bytes: Uint8Array): boolean =>
    at(4, 'ftyp')(bytes) && form.test(ascii(bytes, 8, 12));

// Both tables are made when they are asked for: as constants they would be part of every bundle, tg-ingest's too.

/** What the first bytes say. Earlier rows win. */
const signatures = (): readonly (readonly [mediaType: string, test: (bytes: Uint8Array) => boolean])[] => [
  ['image/jpeg', starts(0xff, 0xd8, 0xff)],
  ['image/png', starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  ['image/gif', at(0, 'GIF8')],
  ['image/webp', both(at(0, 'RIFF'), at(8, 'WEBP'))],
  ['image/heic', isoBrand(/^(?:hei[cfx]|mif1|msf1|hevc)$/u)],
  ['image/avif', isoBrand(/^avi[fs]$/u)],
  ['audio/wav', both(at(0, 'RIFF'), at(8, 'WAVE'))],
  ['application/pdf', at(0, '%PDF-')],
  ['audio/ogg', at(0, 'OggS')],
  ['audio/flac', at(0, 'fLaC')],
  ['audio/amr', at(0, '#!AMR')],
  ['audio/mpeg', at(0, 'ID3')],
  ['audio/mp4', isoBrand(/^M4[AB] $/u)],
  ['video/quicktime', isoBrand(/^qt {2}$/u)],
  ['video/mp4', at(4, 'ftyp')],
  ['video/webm', starts(0x1a, 0x45, 0xdf, 0xa3)],
  ['application/gzip', starts(0x1f, 0x8b)],
  ['application/x-cfb', starts(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)],
  ['application/zip', starts(0x50, 0x4b, 0x03, 0x04)],
];

const OFFICE = 'application/vnd.openxmlformats-officedocument';
/** The folder that each kind of office file has within its zip. */
const inZip = (): readonly (readonly [mediaType: string, part: string])[] => [
  [`${OFFICE}.wordprocessingml.document`, 'word/'],
  [`${OFFICE}.spreadsheetml.sheet`, 'xl/'],
  [`${OFFICE}.presentationml.presentation`, 'ppt/'],
];

/** Old office files all begin alike; which one it is only the name tells. */
const OLD_OFFICE: Readonly<Record<string, string>> = { doc: 'application/msword', xls: 'application/vnd.ms-excel' };

/** Kinds of text that mean something to the reader. */
const TEXTS: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  html: 'text/html',
  htm: 'text/html',
  md: 'text/markdown',
  markdown: 'text/markdown',
};

const extensionOf = (name: string): string => /\.([A-Za-z0-9]{1,10})$/u.exec(name)?.[1]?.toLowerCase() ?? '';

/**
 * MP3 without a tag begins with a frame: eleven bits set, the second or third layer and no reserved version. The first layer
 * is nobody's any more, and would take the mark of UTF-16 for sound.
 */
const isMp3Frame = ([first = 0, second = 0]: Uint8Array): boolean =>
  first === 0xff &&
  (second & 0xe0) === 0xe0 &&
  ((second & 0x06) === 0x02 || (second & 0x06) === 0x04) &&
  (second & 0x18) !== 0x08;

/** Names under which people keep plain text. */
const TEXT_NAMES: ReadonlySet<string> = new Set(['txt', 'csv', 'tsv', 'log', 'md', 'srt', 'ini', 'sql', 'tex']);

/** The kind of text; null for bytes that are none. What is not UTF-8 is read out, never handed on as a table or a page. */
const textTypeOf = (bytes: Uint8Array, extension: string): string | null => {
  if (bytes.length === 0) return null;
  if (!bytes.includes(0) && utf8In(bytes) !== null) return TEXTS[extension] ?? 'text/plain';
  const wide = utf16In(bytes);
  const isText = wide === null ? TEXT_NAMES.has(extension) && isOneByteText(bytes) : !wide.includes('\0');
  return isText ? 'text/plain' : null;
};

const officeIn = (bytes: Uint8Array): string | undefined => {
  // Names stand uncompressed in the zip's directory at its end, and in front of each part.
  const text = new TextDecoder('latin1').decode(bytes);
  return text.includes('[Content_Types].xml') ? inZip().find(([, part]) => text.includes(part))?.[0] : undefined;
};

/**
 * What a file is, by its bytes. The sender's word counts only between kinds of text, and between the old office formats,
 * where a wrong one does no harm: a page that calls itself a picture stays a page.
 */
export const sniffMediaType = (bytes: Uint8Array, name = ''): string => {
  const known = signatures().find(([, test]) => test(bytes))?.[0];
  if (known === 'application/zip') return officeIn(bytes) ?? known;
  if (known === 'application/x-cfb') return OLD_OFFICE[extensionOf(name)] ?? known;
  if (known !== undefined) return known;
  if (isMp3Frame(bytes)) return 'audio/mpeg';
  return textTypeOf(bytes, extensionOf(name)) ?? 'application/octet-stream';
};
