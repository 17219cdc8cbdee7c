import type { EntityView } from '../double-api.ts';
import { codeBlockStart } from './code-block-start.ts';
import type { FormattedText } from './clean-text.ts';
import { byteOffset, charAt, parseError } from './source-text.ts';
import { linkEntity } from './special-entity.ts';

/**
 * The legacy Markdown mode: `*bold*`, `_italic_`, `` `code` ``, fenced pre and links; nothing nests.
 * @throws BotApiError with TDLib's wording.
 */
export const parseMarkdown = (source: string): FormattedText => {
  const entities: EntityView[] = [];
  let text = '';
  let i = 0;
  while (i < source.length) {
    const mark = charAt(source, i);
    if (mark === '\\' && '_*`['.includes(charAt(source, i + 1))) {
      text += charAt(source, i + 1);
      i += 2;
      continue;
    }
    if (!'_*`['.includes(mark)) {
      text += mark;
      i += 1;
      continue;
    }
    const isPre = source.startsWith('```', i);
    const closer = isPre ? '```' : mark === '[' ? ']' : mark;
    const { language, next } = isPre ? codeBlockStart(source, i + 3) : { language: '', next: i + 1 };
    const end = source.indexOf(closer, next);
    if (end < 0) throw parseError(`Can't find end of the entity starting at byte offset ${byteOffset(source, i)}`);
    const inside = source.slice(next, end);
    const span = { offset: text.length, length: inside.length };
    const goneBytes = byteOffset(source, next) - Buffer.byteLength(text);
    text += inside;
    i = end + closer.length;
    // The address of a link without text stays as text.
    if (inside === '') continue;
    if (mark === '[') {
      const hasAddress = source[i] === '(';
      const stop = hasAddress ? source.indexOf(')', i) : i;
      const address = hasAddress ? source.slice(i + 1, stop < 0 ? undefined : stop) : movedAddress(inside, goneBytes);
      if (hasAddress) i = stop < 0 ? source.length : stop + 1;
      const link = linkEntity(address, span);
      if (link !== null) entities.push(link);
    } else if (isPre) entities.push({ type: 'pre', ...span, ...(language === '' ? {} : { language }) });
    else entities.push({ type: mark === '*' ? 'bold' : mark === '_' ? 'italic' : 'code', ...span });
  }
  return { text, entities };
};

/**
 * The address of `[a.org]` alone is its text. Telegram reads it where it stood after it has moved the text down over it,
 * by as many bytes as marks have gone: what it finds is `.orgg`.
 */
const movedAddress = (inside: string, goneBytes: number): string => {
  const bytes = Buffer.from(inside);
  if (goneBytes >= bytes.length) return inside;
  return Buffer.concat([bytes.subarray(goneBytes), bytes.subarray(bytes.length - goneBytes)]).toString();
};
