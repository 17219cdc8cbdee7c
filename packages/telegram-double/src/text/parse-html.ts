import { badRequest } from '../bot-api-error.ts';
import type { EntityView } from '../double-api.ts';
import { checkedUrl, mentionedUserId } from './check-url.ts';
import { byteOffset, type FormattedText } from './formatted-text.ts';

const entityTypes: Readonly<Record<string, string>> = {
  a: 'text_link',
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  u: 'underline',
  ins: 'underline',
  'tg-spoiler': 'spoiler',
  'tg-emoji': 'custom_emoji',
  'tg-time': 'date_time',
  span: 'spoiler',
  pre: 'pre',
  code: 'code',
  blockquote: 'blockquote',
};

interface OpenTag {
  readonly name: string;
  readonly argument: string;
  readonly offset: number;
}

interface Tag extends OpenTag {
  readonly next: number;
}

/**
 * Telegram's HTML: a dozen tags, four named entities and the numeric ones.
 * @throws BotApiError with TDLib's wording; offsets in it are UTF-8 bytes.
 */
export const parseHtml = (source: string): FormattedText => {
  const open: OpenTag[] = [];
  const entities: EntityView[] = [];
  let text = '';
  let i = 0;
  while (i < source.length) {
    const char = source[i];
    if (char === '&') {
      const decoded = decodeEntity(source, i);
      text += decoded.text;
      i = decoded.next;
    } else if (char !== '<') {
      text += char;
      i += 1;
    } else if (source[i + 1] === '/') {
      const closed = closeTag(source, i, open.at(-1));
      open.pop();
      addEntity(entities, closed.tag, text);
      i = closed.next;
    } else {
      const tag = openTag(source, i, text.length);
      open.push(tag);
      i = tag.next;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw parseError(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  return { text, entities: entities.map(withoutStrayLanguage) };
};

/** `language` is a field of pre alone; on a code outside of pre it was only carried along. */
const withoutStrayLanguage = (entity: EntityView): EntityView =>
  entity.type === 'code' ? { type: 'code', offset: entity.offset, length: entity.length } : entity;

export const parseError = (reason: string): Error => badRequest(`can't parse entities: ${reason}`);

const isSpace = (char: string | undefined): boolean => char !== undefined && ' \t\r\n\0\v'.includes(char);

const openTag = (source: string, begin: number, offset: number): Tag => {
  const at = byteOffset(source, begin);
  const unclosed = (): Error => parseError(`Unclosed start tag at byte offset ${at}`);
  const skip = (from: number, until: (char: string) => boolean): number => {
    let i = from;
    while (i < source.length && !until(source[i] ?? '')) i += 1;
    return i;
  };
  const skipSpaces = (from: number): number => skip(from, (char) => !isSpace(char));

  let i = skip(begin + 1, (char) => isSpace(char) || char === '>');
  if (i >= source.length) throw unclosed();
  const name = source.slice(begin + 1, i).toLowerCase();
  if (!Object.hasOwn(entityTypes, name)) throw parseError(`Unsupported start tag "${name}" at byte offset ${at}`);

  let argument = '';
  for (;;) {
    i = skipSpaces(i);
    if (i >= source.length) throw unclosed();
    if (source[i] === '>') break;
    const nameAt = i;
    i = skip(i, (char) => isSpace(char) || char === '=' || char === '>');
    if (i >= source.length) throw unclosed();
    const attribute = source.slice(nameAt, i).toLowerCase();
    if (attribute === '') throw parseError(`Empty attribute name in the tag "${name}" at byte offset ${at}`);
    i = skipSpaces(i);
    if (source[i] !== '=') {
      argument = argumentOf(name, attribute, '') ?? argument;
      continue;
    }
    i = skipSpaces(i + 1);
    if (i >= source.length) throw unclosed();
    const value = readValue(source, i, unclosed);
    argument = argumentOf(name, attribute, value.text) ?? argument;
    i = value.next;
  }
  if (name === 'span' && argument !== 'tg-spoiler')
    throw parseError(`Tag "span" must have class "tg-spoiler" at byte offset ${at}`);
  return { name, argument, offset, next: i + 1 };
};

const readValue = (source: string, from: number, unclosed: () => Error): { text: string; next: number } => {
  const quote = source[from];
  let i = from;
  if (quote !== '"' && quote !== "'") {
    while (/[\w.-]/.test(source[i] ?? '')) i += 1;
    if (i < source.length && !isSpace(source[i]) && source[i] !== '>')
      throw parseError(`Unexpected end of name token at byte offset ${byteOffset(source, from)}`);
    return { text: source.slice(from, i).toLowerCase(), next: i };
  }
  let text = '';
  i += 1;
  while (i < source.length && source[i] !== quote) {
    const piece = source[i] === '&' ? decodeEntity(source, i) : { text: source[i] ?? '', next: i + 1 };
    text += piece.text;
    i = piece.next;
  }
  if (i >= source.length) throw unclosed();
  return { text, next: i + 1 };
};

/** The one attribute of a tag that means something; null for any other. */
const argumentOf = (tag: string, attribute: string, value: string): string | null => {
  if (tag === 'a' && attribute === 'href') return value;
  if (tag === 'code' && attribute === 'class' && value.startsWith('language-')) return value.slice(9);
  if (tag === 'span' && attribute === 'class' && value.startsWith('tg-')) return value;
  if (tag === 'tg-emoji' && attribute === 'emoji-id') return value;
  if (tag === 'tg-time' && attribute === 'unix') return value;
  if (tag === 'blockquote' && attribute === 'expandable') return '1';
  return null;
};

const closeTag = (source: string, begin: number, open: OpenTag | undefined): { tag: OpenTag; next: number } => {
  const at = byteOffset(source, begin);
  if (open === undefined) throw parseError(`Unexpected end tag at byte offset ${at}`);
  let i = begin + 2;
  while (i < source.length && !isSpace(source[i]) && source[i] !== '>') i += 1;
  const name = source.slice(begin + 2, i).toLowerCase();
  while (isSpace(source[i])) i += 1;
  if (source[i] !== '>') throw parseError(`Unclosed end tag at byte offset ${at}`);
  if (name !== '' && name !== open.name)
    throw parseError(`Unmatched end tag at byte offset ${at}, expected "</${open.name}>", found "</${name}>"`);
  return { tag: open, next: i + 1 };
};

const addEntity = (entities: EntityView[], tag: OpenTag, text: string): void => {
  const { name, argument, offset } = tag;
  const length = text.length - offset;
  if (length === 0) return;
  const inner = entities.at(-1);
  const sameSpan = inner !== undefined && inner.offset === offset && inner.length === length;
  if (name === 'pre' && sameSpan && inner.type === 'code') {
    entities.pop();
    entities.push({
      type: 'pre',
      offset,
      length,
      ...(inner.language === undefined ? {} : { language: inner.language }),
    });
  } else if (name === 'code' && sameSpan && inner.type === 'pre') {
    if (argument !== '') entities.splice(-1, 1, { ...inner, language: argument });
  } else if (name === 'a') {
    const link = linkEntity(argument === '' ? text.slice(offset) : argument, offset, length);
    // A bad address loses the link, not the message.
    if (link !== null) entities.push(link);
  } else if (name === 'code') {
    // The language waits here for an enclosing <pre>; `code` itself has none.
    entities.push({ type: 'code', offset, length, ...(argument === '' ? {} : { language: argument }) });
  } else if (name === 'tg-emoji') entities.push({ type: 'custom_emoji', offset, length, custom_emoji_id: argument });
  else if (name === 'tg-time') entities.push({ type: 'date_time', offset, length, unix_time: Number(argument) });
  else if (name === 'blockquote')
    entities.push({ type: argument === '' ? 'blockquote' : 'expandable_blockquote', offset, length });
  else entities.push({ type: entityTypes[name] ?? name, offset, length });
};

/** A link or, for `tg://user?id=`, a mention; null when Telegram refuses the address. */
export const linkEntity = (address: string, offset: number, length: number): EntityView | null => {
  const userId = mentionedUserId(address);
  if (userId !== null)
    return { type: 'text_mention', offset, length, user: { id: userId, is_bot: false, first_name: '' } };
  const url = checkedUrl(address);
  return url === null ? null : { type: 'text_link', offset, length, url };
};

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

const decodeEntity = (source: string, at: number): { text: string; next: number } => {
  const match = /^&(?:#(\d{1,8})|#x([0-9a-f]{1,8})|(lt|gt|amp|quot));?/i.exec(source.slice(at, at + 12));
  const literal = { text: '&', next: at + 1 };
  if (match === null) return literal;
  const [whole, decimal, hex, name] = match;
  if (name !== undefined) return { text: named[name] ?? '&', next: named[name] ? at + whole.length : at + 1 };
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  if (code === 0 || code >= 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return literal;
  return { text: String.fromCodePoint(code), next: at + whole.length };
};
