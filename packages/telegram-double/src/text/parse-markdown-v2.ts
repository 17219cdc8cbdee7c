import type { EntityView } from '../double-api.ts';
import { sortEntities } from './entity-order.ts';
import type { FormattedText } from './clean-text.ts';
import { codeBlockStart } from './code-block-start.ts';
import { byteOffset, charAt, parseError } from './source-text.ts';
import { emojiOrTimeEntity, linkEntity } from './special-entity.ts';

type Mark =
  | 'Bold'
  | 'Italic'
  | 'Underline'
  | 'Strikethrough'
  | 'Spoiler'
  | 'Code'
  | 'Pre'
  | 'PreCode'
  | 'TextUrl'
  | 'CustomEmoji'
  | 'BlockQuote';

interface Open {
  readonly mark: Mark;
  /** Where it begins in the text that comes out. */
  readonly offset: number;
  /** Where it begins in the source. */
  readonly begin: number;
  readonly language: string;
}

const reserved = '_*[]()~`>#+-=|{}.!\n';

const closers: Readonly<Record<Mark, string>> = {
  Bold: '*',
  Italic: '_',
  Underline: '__',
  Strikethrough: '~',
  Spoiler: '||',
  Code: '`',
  Pre: '```',
  PreCode: '```',
  TextUrl: ']',
  CustomEmoji: ']',
  BlockQuote: '',
};

const types: Partial<Record<Mark, string>> = {
  Bold: 'bold',
  Italic: 'italic',
  Underline: 'underline',
  Strikethrough: 'strikethrough',
  Spoiler: 'spoiler',
  Code: 'code',
};

/**
 * MarkdownV2 by TDLib's rules: every reserved character outside an entity must be escaped.
 * @throws BotApiError with TDLib's wording.
 */
export const parseMarkdownV2 = (source: string): FormattedText => {
  const open: Open[] = [];
  const entities: EntityView[] = [];
  let text = '';
  let i = 0;
  let inQuote = false;
  let atLineStart = true;

  const begin = (mark: Mark, width: number, language = ''): void => {
    open.push({ mark, offset: text.length, begin: i, language });
    i += width;
  };
  const add = (entity: EntityView | null): void => {
    if (entity !== null && entity.length > 0) entities.push(entity);
  };
  const endQuote = (last: Open): void => {
    const expandable = last.mark === 'Spoiler';
    if (expandable) open.pop();
    const quote = open.at(-1);
    if (quote?.mark !== 'BlockQuote') throw unfinished(source, quote ?? last);
    open.pop();
    inQuote = false;
    const type = expandable ? 'expandable_blockquote' : 'blockquote';
    add({ type, offset: quote.offset, length: text.length - quote.offset });
  };

  while (i < source.length) {
    const char = charAt(source, i);
    const last = open.at(-1);
    if (char === '\\' && isAscii(charAt(source, i + 1))) {
      const escaped = charAt(source, i + 1);
      text += escaped;
      if (escaped !== '\r') atLineStart = escaped === '\n';
      i += 2;
    } else if (!(isCode(last) ? '`' : reserved).includes(char)) {
      text += char;
      if (char !== '\r') atLineStart = false;
      i += 1;
    } else if (inQuote && last !== undefined && char === '\n' && source[i + 1] !== '>') {
      if (last.mark !== 'BlockQuote' && !isBareBars(last, i, text)) throw unfinished(source, last);
      text += '\n';
      atLineStart = true;
      i += 1;
      endQuote(last);
    } else if (last !== undefined && closes(source, i, last)) {
      open.pop();
      i = close(source, i, last, text, add);
    } else if (char === '\n') {
      text += '\n';
      atLineStart = true;
      i += 1;
    } else if (char === '>' && atLineStart) {
      if (inQuote) i += 1;
      else begin('BlockQuote', 1);
      inQuote = true;
    } else if (source.startsWith('__', i)) begin('Underline', 2);
    else if (char === '_') begin('Italic', 1);
    else if (char === '*') begin('Bold', 1);
    else if (char === '~') begin('Strikethrough', 1);
    else if (source.startsWith('||', i)) begin('Spoiler', 2);
    else if (source.startsWith('![', i)) begin('CustomEmoji', 2);
    else if (char === '[') begin('TextUrl', 1);
    else if (source.startsWith('```', i)) {
      const { language, next } = codeBlockStart(source, i + 3);
      begin(language === '' ? 'Pre' : 'PreCode', next - i, language);
    } else if (char === '`') begin('Code', 1);
    else throw parseError(`Character '${char}' is reserved and must be escaped with the preceding '\\'`);
  }
  const last = open.at(-1);
  const bareBarsAtEnd = last?.mark === 'Spoiler' && last.begin === source.length - 2;
  if (last !== undefined && inQuote && (last.mark === 'BlockQuote' || bareBarsAtEnd)) endQuote(last);
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw unfinished(source, unclosed);
  return { text, entities: sortEntities(entities) };
};

const isAscii = (char: string): boolean => char > '\0' && char <= '~';

const isCode = (open: Open | undefined): boolean => open !== undefined && /^(?:Code|Pre|PreCode)$/.test(open.mark);

const unfinished = (source: string, { mark, begin }: Open): Error =>
  parseError(`Can't find end of ${mark} entity at byte offset ${byteOffset(source, begin)}`);

/** Two bars that open a spoiler at the very end of a quote make the quote expandable instead. */
const isBareBars = (last: Open, at: number, text: string): boolean =>
  last.mark === 'Spoiler' && (last.begin === at - 2 || (last.begin === at - 3 && text.endsWith('\r')));

const closes = (source: string, i: number, { mark }: Open): boolean => {
  if (mark === 'BlockQuote') return false;
  if (mark === 'Italic' && source.startsWith('__', i)) return false;
  return source.startsWith(closers[mark], i);
};

/** Adds the entity that ends at `i`; @returns where reading goes on. */
const close = (
  source: string,
  i: number,
  open: Open,
  text: string,
  add: (entity: EntityView | null) => void,
): number => {
  const span = { offset: open.offset, length: text.length - open.offset };
  const next = i + closers[open.mark].length;
  const type = types[open.mark];
  if (type !== undefined) {
    add({ type, ...span });
    return next;
  }
  if (open.mark === 'Pre' || open.mark === 'PreCode') {
    add({ type: 'pre', ...span, ...(open.language === '' ? {} : { language: open.language }) });
    return next;
  }
  const address = source[next] === '(' ? readAddress(source, next + 1) : null;
  if (open.mark === 'TextUrl') add(linkEntity(address?.url ?? text.slice(open.offset), span));
  else {
    if (address === null) throw parseError('The entity must contain a tg://emoji or tg://time URL');
    const entity = emojiOrTimeEntity(address.url, span);
    if (entity === null) throw parseError('Invalid tg://emoji or tg://time URL specified');
    add(entity);
  }
  return address?.next ?? next;
};

const readAddress = (source: string, from: number): { url: string; next: number } => {
  let url = '';
  let i = from;
  while (i < source.length && source[i] !== ')') {
    const escapes = source[i] === '\\' && isAscii(charAt(source, i + 1));
    if (escapes) i += 1;
    url += charAt(source, i);
    i += 1;
  }
  if (source[i] !== ')') throw parseError(`Can't find end of a URL at byte offset ${byteOffset(source, from)}`);
  return { url, next: i + 1 };
};
