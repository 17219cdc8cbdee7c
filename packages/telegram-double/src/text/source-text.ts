import { badRequest } from '../bot-api-error.ts';

/** The character at `i`; past the end the NUL that TDLib's strings end with, which counts as white space there. */
export const charAt = (source: string, i: number): string => source[i] ?? '\0';

export const isSpace = (char: string): boolean => ' \t\r\n\0\v'.includes(char);

/** Lower case of ASCII alone: other letters keep their case, and every character its width. */
export const asciiLower = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Bytes before `index`: Telegram counts parse errors in UTF-8. */
export const byteOffset = (text: string, index: number): number => Buffer.byteLength(text.slice(0, index), 'utf8');

export const parseError = (reason: string): Error => badRequest(`can't parse entities: ${reason}`);

/** A whole number written the one way Telegram takes it: no sign but minus, no leading zero, within `bits`. */
export const exactInteger = (text: string, bits: 32 | 64): bigint | null => {
  if (!/^(?:0|-?[1-9]\d*)$/.test(text)) return null;
  const value = BigInt(text);
  return BigInt.asIntN(bits, value) === value ? value : null;
};
