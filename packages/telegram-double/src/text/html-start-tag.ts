import { decodeHtmlEntity } from './html-entity.ts';
import { asciiLower, byteOffset, charAt, isSpace, parseError } from './source-text.ts';

/** A start tag with the one attribute of it that means something. */
export interface OpenTag {
  readonly name: string;
  readonly argument: string;
  /** Of `<tg-time unix>`; 0 elsewhere. */
  readonly unixTime: number;
}

const tags = new Set(
  'a b strong i em s strike del u ins tg-spoiler tg-emoji tg-time span pre code blockquote'.split(' '),
);

/** Reads the start tag at `begin`. @throws BotApiError with TDLib's wording. */
export const readStartTag = (source: string, begin: number): { tag: OpenTag; next: number } => {
  const at = byteOffset(source, begin);
  let i = begin + 1;
  const skipSpaces = (): void => {
    while (charAt(source, i) !== '\0' && isSpace(charAt(source, i))) i += 1;
  };
  while (!isSpace(charAt(source, i)) && source[i] !== '>') i += 1;
  if (charAt(source, i) === '\0') throw parseError(`Unclosed start tag at byte offset ${at}`);
  const name = asciiLower(source.slice(begin + 1, i));
  if (!tags.has(name)) throw parseError(`Unsupported start tag "${name}" at byte offset ${at}`);
  const unclosed = (): Error => parseError(`Unclosed start tag "${name}" at byte offset ${at}`);

  let tag: OpenTag = { name, argument: '', unixTime: 0 };
  while (charAt(source, i) !== '>') {
    skipSpaces();
    if (source[i] === '>') break;
    const nameAt = i;
    while (!isSpace(charAt(source, i)) && !'=>/"\''.includes(charAt(source, i))) i += 1;
    const attribute = source.slice(nameAt, i);
    if (attribute === '') throw parseError(`Empty attribute name in the tag "${name}" at byte offset ${at}`);
    skipSpaces();
    if (charAt(source, i) !== '=') {
      if (charAt(source, i) === '\0') throw unclosed();
      if (name === 'blockquote' && attribute === 'expandable') tag = { ...tag, argument: '1' };
      continue;
    }
    i += 1;
    skipSpaces();
    if (charAt(source, i) === '\0') throw unclosed();
    const value = readValue(source, i);
    i = value.next;
    if (charAt(source, i) === '\0') throw parseError(`Unclosed start tag at byte offset ${at}`);
    tag = withAttribute(tag, attribute, value.text);
  }
  if (name === 'span' && tag.argument !== 'spoiler')
    throw parseError(`Tag "span" must have class "tg-spoiler" at byte offset ${at}`);
  return { tag, next: i + 1 };
};

const readValue = (source: string, from: number): { text: string; next: number } => {
  const quote = source[from];
  let i = from;
  if (quote !== '"' && quote !== "'") {
    while (/[a-z0-9.-]/i.test(charAt(source, i))) i += 1;
    if (!isSpace(charAt(source, i)) && source[i] !== '>')
      throw parseError(`Unexpected end of name token at byte offset ${byteOffset(source, from)}`);
    return { text: asciiLower(source.slice(from, i)), next: i };
  }
  let text = '';
  i += 1;
  while (charAt(source, i) !== quote && charAt(source, i) !== '\0') {
    const piece = (source[i] === '&' ? decodeHtmlEntity(source, i) : null) ?? { text: charAt(source, i), next: i + 1 };
    text += piece.text;
    i = piece.next;
  }
  return { text, next: source[i] === quote ? i + 1 : i };
};

const withAttribute = (tag: OpenTag, attribute: string, value: string): OpenTag => {
  switch (`${tag.name} ${attribute}`) {
    case 'a href':
    case 'tg-emoji emoji-id':
    case 'tg-time format':
      return { ...tag, argument: value };
    case 'code class':
      return value.startsWith('language-') ? { ...tag, argument: value.slice(9) } : tag;
    case 'span class':
      return value.startsWith('tg-') ? { ...tag, argument: value.slice(3) } : tag;
    case 'blockquote expandable':
      return { ...tag, argument: '1' };
    case 'tg-time unix':
      return { ...tag, unixTime: Number(BigInt.asIntN(32, BigInt(/^-?\d+/.exec(value)?.[0] ?? '0'))) };
    default:
      return tag;
  }
};
