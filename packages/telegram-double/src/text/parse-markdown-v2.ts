import type { EntityView } from '../double-api.ts';
import { byteOffset, type FormattedText } from './formatted-text.ts';
import { linkEntity, parseError } from './parse-html.ts';

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
  readonly offset: number;
  readonly begin: number;
  readonly language: string;
}

const reserved = '_*[]()~`>#+-=|{}.!';

/**
 * MarkdownV2 by TDLib's rules: every reserved character outside an entity must be escaped.
 * @throws BotApiError with TDLib's wording.
 */
export const parseMarkdownV2 = (source: string): FormattedText => {
  const open: Open[] = [];
  const entities: EntityView[] = [];
  let text = '';
  let i = 0;
  let lineStart = true;
  let quote: { offset: number; begin: number } | null = null;
  const at = (piece: string): boolean => source.startsWith(piece, i);
  const inCode = (): boolean => ['Code', 'Pre', 'PreCode'].includes(open.at(-1)?.mark ?? '');
  const push = (type: string, offset: number, more: Partial<EntityView> = {}): void => {
    if (text.length > offset) entities.push({ type, offset, length: text.length - offset, ...more });
  };
  const start = (mark: Mark, width: number, language = ''): void => {
    open.push({ mark, offset: text.length, begin: i, language });
    i += width;
  };
  const endQuote = (type: string): void => {
    if (quote !== null) push(type, quote.offset);
    quote = null;
  };

  while (i < source.length) {
    const char = source[i] ?? '';
    if (char === '\\' && /[ -~\n\t]/.test(source[i + 1] ?? '')) {
      text += source[i + 1];
      i += 2;
      lineStart = false;
      continue;
    }
    if (lineStart && !inCode() && char === '>') {
      quote ??= { offset: text.length, begin: i };
      i += 1;
      lineStart = false;
      continue;
    }
    if (lineStart && quote !== null && !inCode()) endQuote('blockquote');
    lineStart = false;
    if (inCode() ? char !== '`' : !reserved.includes(char) && char !== '\n') {
      text += char;
      if (char === '\n') lineStart = true;
      i += 1;
      continue;
    }
    if (char === '\n') {
      text += char;
      i += 1;
      lineStart = true;
      continue;
    }
    const last = open.at(-1);
    const closing = last === undefined ? '' : closers[last.mark];
    if (last !== undefined && at(closing) && !(last.mark === 'Italic' && at('__'))) {
      open.pop();
      i += closing.length;
      i = close(source, i, last, text, push);
      continue;
    }
    if (at('||')) {
      // At the end of a quote the two bars make it expandable.
      if (quote !== null && /^\|\|(?:\n|$)/.test(source.slice(i)) && last?.mark !== 'Spoiler') {
        i += 2;
        endQuote('expandable_blockquote');
      } else start('Spoiler', 2);
    } else if (at('__')) start('Underline', 2);
    else if (char === '_') start('Italic', 1);
    else if (char === '*') start('Bold', 1);
    else if (char === '~') start('Strikethrough', 1);
    else if (at('![')) start('CustomEmoji', 2);
    else if (char === '[') start('TextUrl', 1);
    else if (at('```')) {
      const language = /^[^\s`]+(?=\n)/.exec(source.slice(i + 3))?.[0] ?? '';
      const newline = source[i + 3 + language.length] === '\n' ? 1 : 0;
      start(language === '' ? 'Pre' : 'PreCode', 3 + language.length + newline, language);
    } else if (char === '`') start('Code', 1);
    else throw parseError(`Character '${char}' is reserved and must be escaped with the preceding '\\'`);
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined)
    throw parseError(`Can't find end of ${unclosed.mark} entity at byte offset ${byteOffset(source, unclosed.begin)}`);
  endQuote('blockquote');
  return { text, entities };
};

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

const simple: Partial<Record<Mark, string>> = {
  Bold: 'bold',
  Italic: 'italic',
  Underline: 'underline',
  Strikethrough: 'strikethrough',
  Spoiler: 'spoiler',
  Code: 'code',
};

/** Adds the entity that ends before `next`; @returns where reading goes on. */
const close = (
  source: string,
  next: number,
  open: Open,
  text: string,
  push: (type: string, offset: number, more?: Partial<EntityView>) => void,
): number => {
  const type = simple[open.mark];
  if (type !== undefined) push(type, open.offset);
  else if (open.mark === 'Pre' || open.mark === 'PreCode')
    push('pre', open.offset, open.language === '' ? {} : { language: open.language });
  else {
    let address = text.slice(open.offset);
    let end = next;
    if (source[next] === '(') {
      const stop = closingParenthesis(source, next + 1);
      if (stop === -1) throw parseError(`Can't find end of a URL at byte offset ${byteOffset(source, next + 1)}`);
      address = source.slice(next + 1, stop).replaceAll(/\\([ -~\n\t])/g, '$1');
      end = stop + 1;
    }
    const emoji = /^tg:\/\/emoji\?id=(\d+)$/.exec(address)?.[1];
    const link = linkEntity(address, open.offset, text.length - open.offset);
    if (open.mark === 'CustomEmoji' && emoji !== undefined)
      push('custom_emoji', open.offset, { custom_emoji_id: emoji });
    else if (link !== null && open.mark === 'TextUrl') push(link.type, link.offset, link);
    return end;
  }
  return next;
};

const closingParenthesis = (source: string, from: number): number => {
  let i = from;
  while (i < source.length && source[i] !== ')') i += source[i] === '\\' ? 2 : 1;
  return i < source.length ? i : -1;
};
