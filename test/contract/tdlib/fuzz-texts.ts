import type { EntityView } from '@agent-claw/telegram-double';
import type { FormattedText } from '@agent-claw/telegram-double/text';

/** Numbers from 0 to 1, the same for the same seed. */
export type Random = () => number;

export const seededRandom = (seed: number): Random => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const pick = <One>(random: Random, list: readonly One[]): One => list[Math.floor(random() * list.length)] as One;

const joined = (random: Random, pieces: readonly string[], most: number): string =>
  Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(random, pieces)).join('');

const plain = [
  'a',
  'b.c',
  'xyz',
  ' ',
  '  ',
  '\n',
  '\t',
  '\r',
  '\r\n',
  '\0',
  'é',
  'ж',
  '😀',
  '👨‍👩‍👧',
  '\u2028',
  '\u200E',
  '\u200F',
];

/* prettier-ignore */
const html = [
  '<b>', '</b>', '<B>', '</B>', '<strong>', '</strong>', '<i>', '</i>', '<u>', '</u>', '<s>', '</s>', '<del>', '</del>', '<pre>', '</pre>', '<code>', '</code>',
  '<code class="language-ts">', '<code class=language-a>', '<blockquote>', '<blockquote expandable>', '<blockquote expandable=1>', '</blockquote>',
  '<a href="https://a.org/x?y=1&amp;z">', '<a href="tg://user?id=5">', "<a href='javascript:x'>", '<a href="http://localhost">', '<a>', '</a>',
  '<tg-spoiler>', '</tg-spoiler>', '<span class="tg-spoiler">', '</span>', '<span>', '<tg-emoji emoji-id="5">', '<tg-emoji emoji-id="05">', '</tg-emoji>',
  '<tg-time unix="1700000000" format="wDT">', '<tg-time unix=12>', '<tg-time format="x">', '</tg-time>', '</>', '<div>', '<br>', '<br/>', '<!-- c -->',
  '<b a="&lt;\'">', '<b ', '<', '>', '&', '&lt;', '&amp', '&quot;', '&apos;', '&#65;', '&#x1F600;', '&#55357;', '&nbsp;', '&#X41;', '&#0;', '&ltx', '&#1114111;', '&#00000065;',
  '"', '=', '/', '</b x>', '</b ', '<u/>', '<u x/>', 'x=y',
];
/* prettier-ignore */
const markdown = [
  '*', '**', '_', '__', '~', '||', '|', '`', '```', '```ts\n', '```\r\n', '[', '](', '](https://a.org/)', '](tg://user?id=7)', ')', '![', '![e](tg://emoji?id=5)',
  '![t](tg://time?unix=5&format=r)', '](tg://time?unix=5)', '](tg://emoji?id=0)', '>', '\n>', '*>', '**>', '||\n', '\\', '\\*', '\\_', '\\n', '\\\n', '\\é', '\u007F', '.', '!', '-', '#', '(', '{', '=', 'https://x.org', '[b.co]',
];
/* prettier-ignore */
const findable = [
  '@', 'foo', 'foobar', '@foo', '@foobar', '/', '/go', '#', '#tag', '#tag@name', '$', 'USD', '$USD', '1INCH', 'b.c', '.', 'com', 'example.com', '.co.uk', '.Com', '.cOM', '.ORG', '127.0.0.1', 'xn--p1ai', 'teiegram.org',
  'https://', 'http://', 'ftp://', 'tg://', 'ton://abc', ':', ':8080', '?', '?x=1', '/path', '(', ')', '[', 'mailto:', 'user@', '-', '_', '~', '!', ',', '<', '>', '·', '"', '\u200C', '2', '٣', ' ', '\n', 'é', 'ж', '😀',
];
/* prettier-ignore */
const addresses = [
  'http://', 'https://', 'HTTP://', 'ftp://', 'tg:', 'tg://', 'ton://', 'tonsite://', 'mailto:', 'tel:+1', 'a', 'b.c', 'A.B', 'localhost', '.', '..', '@', 'user:pw@', ':80', ':080', ':99999', ':',
  '[::1]', '[::g]', '[', '/', '?', '#', 'x y', ' ', '%41', '%4', 'é', '-', '_', '*', '"', '<', '\n', 'resolve?domain=x', 'user?id=5',
];

/** Half of the inputs are loose pieces, mostly refused; half are built so that most of them are taken. */
export const fuzzHtml = (random: Random): string =>
  random() < 0.5 ? joined(random, [...html, ...html, ...plain], 10) : nested(random, htmlPairs, 3);
export const fuzzMarkdown = (random: Random): string =>
  random() < 0.5 ? joined(random, [...markdown, ...markdown, ...plain], 10) : nested(random, markdownPairs, 3);
export const fuzzFindable = (random: Random): string => joined(random, findable, 9);
export const fuzzAddress = (random: Random): string =>
  random() < 0.5
    ? joined(random, addresses, 6)
    : `${pick(random, ['', 'http://', 'HTTPS://', 'tg://'])}b.c${joined(random, addresses, 2)}`;

type Pair = readonly [open: string, close: string];

const htmlPairs: readonly Pair[] = [
  ...['b', 'i', 'u', 's', 'pre', 'code', 'blockquote', 'tg-spoiler'].map((tag): Pair => [`<${tag}>`, `</${tag}>`]),
  ['<a href="https://a.org/x?y=1&amp;z">', '</a>'],
  ['<a href="tg://user?id=5">', '</a>'],
  ['<code class="language-ts">', '</code>'],
  ['<blockquote expandable>', '</>'],
  ['<tg-emoji emoji-id="5368324170671202286">', '</tg-emoji>'],
  ['<tg-time unix="1700000000" format="wDT">', '</tg-time>'],
];
const markdownPairs: readonly Pair[] = [
  ...['*', '_', '__', '~', '||', '`', '```'].map((mark): Pair => [mark, mark]),
  ['```ts\n', '```'],
  ['[', '](https://a.org/x)'],
  ['[', '](tg://user?id=5)'],
  ['![', '](tg://emoji?id=5)'],
  ['\n>', '\n'],
  ['\n**>', '||\n'],
];
const words = ['a', 'xyz', ' ', 'é', '😀', '\n', ' \n', '\r\n', '\u2028'];

const nested = (random: Random, pairs: readonly Pair[], depth: number): string => {
  const [open, close] = pick(random, pairs);
  const inner = depth > 0 && random() < 0.6 ? nested(random, pairs, depth - 1) : '';
  const next = random() < 0.4 ? nested(random, pairs, depth - 1) : '';
  return `${pick(random, words)}${open}${pick(random, words)}${inner}${pick(random, words)}${close}${depth > -3 ? next : ''}`;
};

const entityFields: readonly Omit<EntityView, 'offset' | 'length'>[] = [
  ...[
    'bold',
    'italic',
    'underline',
    'strikethrough',
    'spoiler',
    'code',
    'pre',
    'blockquote',
    'expandable_blockquote',
  ].map((type) => ({ type })),
  { type: 'pre', language: 'ts' },
  { type: 'text_link', url: 'https://a.org/' },
  { type: 'text_mention', user: { id: 5, is_bot: false, first_name: '' } },
  { type: 'custom_emoji', custom_emoji_id: '5' },
  { type: 'date_time', unix_time: 5, date_time_format: '' },
];

/** Text with entities that cross, repeat, touch, reach over the end or cut a character in two. */
export const fuzzEntities = (random: Random): FormattedText => {
  const text = joined(random, plain, 12);
  const entities = Array.from({ length: Math.floor(random() * 6) }, () => {
    const offset = Math.floor(random() * (text.length + 1));
    const room = text.length - offset + (random() < 0.05 ? 3 : 1);
    return { ...pick(random, entityFields), offset, length: Math.floor(random() * Math.min(8, room)) };
  });
  return { text, entities };
};
