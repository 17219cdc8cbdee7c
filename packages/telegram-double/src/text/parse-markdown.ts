import type { EntityView } from '../double-api.ts';
import { byteOffset, type FormattedText } from './formatted-text.ts';
import { linkEntity, parseError } from './parse-html.ts';

/**
 * The legacy Markdown mode: `*bold*`, `_italic_`, `` `code` ``, fenced pre and links; nothing nests.
 * @throws BotApiError with TDLib's wording.
 */
export const parseMarkdown = (source: string): FormattedText => {
  const entities: EntityView[] = [];
  let text = '';
  let i = 0;
  while (i < source.length) {
    const char = source[i] ?? '';
    if (char === '\\' && '_*`['.includes(source[i + 1] ?? '\0')) {
      text += source[i + 1];
      i += 2;
      continue;
    }
    if (!'_*`['.includes(char)) {
      text += char;
      i += 1;
      continue;
    }
    const begin = i;
    const isPre = source.startsWith('```', i);
    const end = isPre ? '```' : char === '[' ? ']' : char;
    let start = i + end.length;
    let language = '';
    if (isPre) {
      language = /^[^\s`]+(?=\n)/.exec(source.slice(start))?.[0] ?? '';
      start += language.length;
      if (source[start] === '\n') start += 1;
    }
    const close = source.indexOf(end, start);
    if (close === -1)
      throw parseError(`Can't find end of the entity starting at byte offset ${byteOffset(source, begin)}`);
    const inside = source.slice(start, close);
    const span = { offset: text.length, length: inside.length };
    text += inside;
    i = close + end.length;
    if (isPre) {
      if (inside !== '') entities.push({ type: 'pre', ...span, ...(language === '' ? {} : { language }) });
    } else if (char === '[') {
      const target = /^\(([^)]*)\)/.exec(source.slice(i));
      if (target !== null) i += target[0].length;
      const link = linkEntity(target?.[1] ?? inside, span.offset, span.length);
      if (link !== null && inside !== '') entities.push(link);
    } else if (inside !== '')
      entities.push({ type: char === '*' ? 'bold' : char === '_' ? 'italic' : 'code', ...span });
  }
  return { text, entities };
};
