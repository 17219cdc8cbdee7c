/** The text of a JSON value where a text belongs; numbers and booleans as they are written, '' for anything else. */
export const plainText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** Telegram's limits count code points. */
export const codePoints = (text: string): number => Array.from(text).length;
