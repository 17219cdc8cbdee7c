/** Bytes in this encoding as text; null when they are not in it. */
const decodedAs = (encoding: string, bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    // The decoder throws for bytes that it does not know.
    return null;
  }
};

/** Text as Windows programs export it, which begins with a mark. */
export const utf16In = (bytes: Uint8Array): string | null => {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return decodedAs('utf-16le', bytes);
  return first === 0xfe && second === 0xff ? decodedAs('utf-16be', bytes) : null;
};

export const utf8In = (bytes: Uint8Array): string | null => decodedAs('utf-8', bytes);

/** Whether bytes that are no UTF-8 could be a text of one byte per character: it has line breaks and tabs, and no other control. */
export const isOneByteText = (bytes: Uint8Array): boolean =>
  bytes.every(
    (byte) => (byte >= 0x20 && byte !== 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d,
  );

/** The words of a text file: UTF-8, UTF-16 with its mark, or else the one-byte letters of western Windows. Never fails. */
export const decodeText = (bytes: Uint8Array): string =>
  utf8In(bytes) ?? utf16In(bytes) ?? new TextDecoder('windows-1252').decode(bytes);
