import { charAt, isSpace } from './source-text.ts';

/** What follows three backticks at `at`: a language, if a space or newline ends it, and one newline that is not part of the code. */
export const codeBlockStart = (source: string, at: number): { language: string; next: number } => {
  let end = at;
  while (!isSpace(charAt(source, end)) && source[end] !== '`') end += 1;
  const hasLanguage = end > at && end < source.length && source[end] !== '`';
  const from = hasLanguage ? end : at;
  const newline = /^(?:\r\n|\n\r|\r|\n)/.exec(source.slice(from, from + 2))?.[0] ?? '';
  return { language: hasLanguage ? source.slice(at, end) : '', next: from + newline.length };
};
