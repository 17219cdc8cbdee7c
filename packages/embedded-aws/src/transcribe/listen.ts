/** The tag in which a recording says what is said in it. */
const TAG = 'TRANSCRIPT=';

/** Why the stand-in heard nothing; a person reads it. */
export const CANNOT_LISTEN =
  'Speech is understood by Amazon Transcribe in the cloud; the local stand-in only reads a TRANSCRIPT comment in the file.';

/** "Hears" the words that a recording carries in a comment (OGG Opus and Vorbis) or a TXXX frame (ID3). @returns null without one. */
export const listen = (bytes: Buffer): string | null =>
  bytes.toString('latin1', 0, 4) === 'OggS'
    ? inComments(bytes)
    : bytes.toString('latin1', 0, 3) === 'ID3'
      ? inFrames(bytes)
      : null;

/** Comments as both codecs write them: vendor, count, then `NAME=value`, each with its length in front. */
const inComments = (bytes: Buffer): string | null => {
  const head = ['OpusTags', '\u0003vorbis'].map((name) => ({ name, at: bytes.indexOf(name, 0, 'latin1') }));
  const found = head.find(({ at }) => at !== -1);
  if (found === undefined) return null;
  let at = found.at + found.name.length;
  const length = (): number => {
    const value = at + 4 <= bytes.length ? bytes.readUInt32LE(at) : 0;
    at += 4;
    return value;
  };
  const vendor = length();
  at += vendor;
  for (let left = Math.min(length(), 1_000); left > 0 && at < bytes.length; left -= 1) {
    const size = length();
    const comment = bytes.toString('utf8', at, at + size);
    if (comment.toUpperCase().startsWith(TAG)) return comment.slice(TAG.length);
    at += size;
  }
  return null;
};

/** `TXXX`: an encoding byte, a description, a zero, the value. Only UTF-8 and Latin-1. */
const inFrames = (bytes: Buffer): string | null => {
  for (let at = 10; at + 10 < bytes.length && bytes.toString('latin1', at, at + 1) !== '\0';) {
    const size = bytes.readUInt32BE(at + 4);
    if (bytes.toString('latin1', at, at + 4) === 'TXXX') {
      const encoding = bytes[at + 10] === 3 ? 'utf8' : 'latin1';
      const [description, value] = bytes.toString(encoding, at + 11, at + 10 + size).split('\0');
      if (description?.toUpperCase() === TAG.slice(0, -1)) return value ?? '';
    }
    at += 10 + size;
  }
  return null;
};
