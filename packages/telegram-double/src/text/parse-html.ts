import type { EntityView } from '../double-api.ts';
import { sortEntities } from './entity-order.ts';
import type { FormattedText } from './clean-text.ts';
import { type OpenTag, readStartTag } from './html-start-tag.ts';
import { decodeHtmlEntity } from './html-entity.ts';
import { asciiLower, byteOffset, charAt, isSpace, parseError } from './source-text.ts';
import { customEmojiEntity, dateTimeEntity, linkEntity } from './special-entity.ts';

/**
 * Telegram's HTML: a dozen tags, four named entities and the numeric ones.
 * @throws BotApiError with TDLib's wording; offsets in it are UTF-8 bytes.
 */
export const parseHtml = (source: string): FormattedText => {
  const open: (OpenTag & { readonly offset: number })[] = [];
  const entities: EntityView[] = [];
  let text = '';
  let hasHalfPair = false;
  let i = 0;
  while (i < source.length) {
    const char = charAt(source, i);
    const decoded = char === '&' ? decodeHtmlEntity(source, i) : null;
    if (decoded !== null) {
      text += decoded.text;
      hasHalfPair ||= !decoded.text.isWellFormed();
      i = decoded.next;
    } else if (char !== '<') {
      text += char;
      i += 1;
    } else if (charAt(source, i + 1) === '/') {
      const { next, tag } = readEndTag(source, i, open.pop());
      addEntity(entities, tag, tag.offset, text);
      i = next;
    } else {
      const { next, tag } = readStartTag(source, i);
      open.push({ ...tag, offset: text.length });
      i = next;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw parseError(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  if (hasHalfPair)
    throw parseError(
      'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
    );
  return { text, entities: sortEntities(entities.map(withoutStrayLanguage)) };
};

/** `language` is a field of pre alone; on a code outside of pre it was only carried along. */
const withoutStrayLanguage = (entity: EntityView): EntityView =>
  entity.type === 'code' ? { type: 'code', offset: entity.offset, length: entity.length } : entity;

const readEndTag = <Tag extends OpenTag>(source: string, begin: number, tag: Tag | undefined) => {
  const at = byteOffset(source, begin);
  if (tag === undefined) throw parseError(`Unexpected end tag at byte offset ${at}`);
  let i = begin + 1;
  while (!isSpace(charAt(source, i)) && source[i] !== '>') i += 1;
  const name = asciiLower(source.slice(begin + 2, i));
  while (i < source.length && isSpace(charAt(source, i)) && source[i] !== '\0') i += 1;
  if (source[i] !== '>') throw parseError(`Unclosed end tag at byte offset ${at}`);
  if (name !== '' && name !== tag.name)
    throw parseError(`Unmatched end tag at byte offset ${at}, expected "</${tag.name}>", found "</${name}>"`);
  return { tag, next: i + 1 };
};

const styles: Readonly<Record<string, string>> = {
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
  span: 'spoiler',
};

const addEntity = (entities: EntityView[], tag: OpenTag, offset: number, text: string): void => {
  const { name, argument } = tag;
  const length = text.length - offset;
  if (length === 0) return;
  const span = { offset, length };
  const inner = entities.at(-1);
  const twin = inner !== undefined && inner.offset === offset && inner.length === length ? inner : undefined;
  if (name === 'a') {
    const link = linkEntity(argument === '' ? text.slice(offset) : argument, span);
    // A bad address loses the link, not the message.
    if (link !== null) entities.push(link);
  } else if (name === 'pre') {
    if (twin?.type === 'code' && twin.language !== undefined) entities.splice(-1, 1, { ...twin, type: 'pre' });
    else entities.push({ type: 'pre', ...span });
  } else if (name === 'code') {
    const language = argument === '' ? {} : { language: argument };
    // On a lone code the language waits for an enclosing <pre>.
    if (twin?.type === 'pre' && twin.language === undefined && argument !== '')
      entities.splice(-1, 1, { ...twin, ...language });
    else entities.push({ type: 'code', ...span, ...language });
  } else if (name === 'tg-emoji') {
    const emoji = customEmojiEntity(argument, span);
    if (emoji === null) throw parseError('Invalid custom emoji identifier specified');
    entities.push(emoji);
  } else if (name === 'tg-time') {
    const moment = dateTimeEntity(tag.unixTime, argument, span);
    if (moment === null) throw parseError('Invalid date format used');
    if (tag.unixTime > 0) entities.push(moment);
  } else if (name === 'blockquote')
    entities.push({ type: argument === '' ? 'blockquote' : 'expandable_blockquote', ...span });
  else entities.push({ type: styles[name] ?? name, ...span });
};
