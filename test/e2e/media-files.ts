/** Small files of each kind, made of bytes that are really of that kind as far as anybody looks. */

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A PNG of one pixel. */
export const aPng = (): Buffer =>
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

export const aPdf = (): Buffer => ascii('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');

const page = (flags: number, sequence: number, packet: Buffer): Buffer => {
  const segments: number[] = [];
  for (let left = packet.length; ; left -= 255) {
    segments.push(Math.min(left, 255));
    if (left < 255) break;
  }
  const head = Buffer.alloc(27);
  head.write('OggS', 0, 'latin1');
  head[5] = flags;
  head.writeUInt32LE(1, 14);
  head.writeUInt32LE(sequence, 18);
  head[26] = segments.length;
  return Buffer.concat([head, Buffer.from(segments), packet]);
};

const field = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** The head of an OGG/Opus recording whose comment says what is said in it; without words there is no comment. */
export const aVoice = (words?: string): Buffer => {
  const comments = words === undefined ? [] : [`TRANSCRIPT=${words}`];
  const count = Buffer.alloc(4);
  count.writeUInt32LE(comments.length);
  const head = Buffer.concat([ascii('OpusHead'), Buffer.from([1, 1, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0])]);
  const tags = Buffer.concat([ascii('OpusTags'), field('test'), count, ...comments.map(field)]);
  return Buffer.concat([page(2, 0, head), page(0, 1, tags), page(4, 2, Buffer.alloc(64, 0xfc))]);
};
