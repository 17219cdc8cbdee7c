import { charAt } from './source-text.ts';

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** The character that `&…;` at `at` stands for (the semicolon may be missing); null when it is text like any other. */
export const decodeHtmlEntity = (source: string, at: number): { text: string; next: number } | null => {
  const numeric = /^&#(?:x([\da-f]*)|(\d*))/i.exec(source.slice(at, at + 64));
  const isHex = source[at + 2] === 'x';
  let end = at;
  let text: string | undefined;
  if (source[at + 1] === '#') {
    // `&#X41;` is no hexadecimal reference: the letter must be small.
    const digits = isHex ? (numeric?.[1] ?? '') : (numeric?.[2] ?? '');
    end = at + (isHex ? 3 : 2) + digits.length;
    const code = digits === '' ? 0 : Number.parseInt(digits, isHex ? 16 : 10);
    if (code > 0 && code < 0x10ffff && end - at < 10) text = codeText(code);
  } else {
    const name = /^&([a-z]*)/i.exec(source.slice(at, at + 16))?.[1] ?? '';
    end = at + 1 + name.length;
    text = Object.hasOwn(named, name) ? named[name] : undefined;
  }
  if (text === undefined) return null;
  return { text, next: charAt(source, end) === ';' ? end + 1 : end };
};

const codeText = (code: number): string => String.fromCodePoint(code);
