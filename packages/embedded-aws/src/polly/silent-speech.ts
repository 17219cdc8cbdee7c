/** 48 kHz, as Opus counts. */
const FRAME_SAMPLES = 960;
const PRE_SKIP = 312;
/** 20 ms of silence in CELT, mono. */
const SILENCE = Buffer.of(0xf8, 0xff, 0xfe);
const FRAMES_PER_PAGE = 50;
/** About as fast as people speak. */
const CHARS_PER_S = 15;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let rest = index << 24;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 0x80000000 ? (rest << 1) ^ 0x04c11db7 : rest << 1;
  return rest >>> 0;
});

const crcOf = (bytes: Buffer): number =>
  bytes.reduce((crc, byte) => ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) & 0xff) ^ byte] ?? 0)) >>> 0, 0);

/** How a page says where its packets end: 255s as long as one goes on. */
const lacing = ({ length }: Buffer): number[] => [
  ...Array.from({ length: Math.floor(length / 255) }, () => 255),
  length % 255,
];

const page = (sequence: number, flags: number, granule: number, packets: readonly Buffer[]): Buffer => {
  const segments = packets.flatMap(lacing);
  const head = Buffer.alloc(27);
  head.write('OggS', 0, 'latin1');
  head.writeUInt8(flags, 5);
  head.writeBigInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(1, 14);
  head.writeUInt32LE(sequence, 18);
  head.writeUInt8(segments.length, 26);
  const bytes = Buffer.concat([head, Buffer.from(segments), ...packets]);
  bytes.writeUInt32LE(crcOf(bytes), 22);
  return bytes;
};

const opusHead = (): Buffer => {
  const bytes = Buffer.alloc(19);
  bytes.write('OpusHead', 0, 'latin1');
  bytes.writeUInt8(1, 8);
  bytes.writeUInt8(1, 9);
  bytes.writeUInt16LE(PRE_SKIP, 10);
  bytes.writeUInt32LE(48_000, 12);
  return bytes;
};

const sized = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const opusTags = (text: string): Buffer =>
  Buffer.concat([Buffer.from('OpusTags'), sized('embedded-aws'), Buffer.of(1, 0, 0, 0), sized(`TRANSCRIPT=${text}`)]);

/** Ogg Opus that lasts as long as the text would, in silence. The text is in its comments, where the stand-in for Transcribe reads. */
export const silentSpeech = (text: string): Buffer => {
  const frames = Math.max(1, Math.ceil(text.length / CHARS_PER_S)) * 50;
  const pages = [page(0, 2, 0, [opusHead()]), page(1, 0, 0, [opusTags(text)])];
  for (let done = 0; done < frames; done += FRAMES_PER_PAGE) {
    const packets = Array.from({ length: Math.min(FRAMES_PER_PAGE, frames - done) }, () => SILENCE);
    const end = done + packets.length;
    pages.push(page(pages.length, end === frames ? 4 : 0, PRE_SKIP + end * FRAME_SAMPLES, packets));
  }
  return Buffer.concat(pages);
};
