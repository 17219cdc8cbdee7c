import { describe, expect, it } from 'vitest';
import { listen } from '../transcribe/listen.ts';
import { silentSpeech } from './silent-speech.ts';

/** The pages of an Ogg file, each with its checksum as it is and as it should be. */
const pagesOf = (bytes: Buffer) => {
  const pages: { granule: number; flags: number; packets: number; sum: number; right: number }[] = [];
  for (let at = 0; at < bytes.length;) {
    const segments = bytes.subarray(at + 27, at + 27 + bytes.readUInt8(at + 26));
    const end = at + 27 + segments.length + segments.reduce((sum, size) => sum + size, 0);
    const page = Buffer.from(bytes.subarray(at, end));
    const sum = page.readUInt32LE(22);
    page.writeUInt32LE(0, 22);
    // Bit by bit, apart from the table of the code under test.
    let right = 0;
    for (const byte of page) {
      right = (right ^ (byte << 24)) >>> 0;
      for (let bit = 0; bit < 8; bit += 1) right = ((right << 1) ^ (right >>> 31 === 1 ? 0x04c11db7 : 0)) >>> 0;
    }
    pages.push({
      granule: Number(bytes.readBigInt64LE(at + 6)),
      flags: bytes.readUInt8(at + 5),
      packets: segments.filter((size) => size < 255).length,
      sum,
      right,
    });
    at = end;
  }
  return pages;
};

describe('silentSpeech', () => {
  it('is an Ogg Opus file with right checksums, as long as the words', () => {
    const pages = pagesOf(silentSpeech('a'.repeat(31)));
    expect(pages.map(({ granule, flags, packets }) => ({ granule, flags, packets }))).toEqual([
      { granule: 0, flags: 2, packets: 1 },
      { granule: 0, flags: 0, packets: 1 },
      { granule: 48_312, flags: 0, packets: 50 },
      { granule: 96_312, flags: 0, packets: 50 },
      { granule: 144_312, flags: 4, packets: 50 },
    ]);
    expect(pages.map(({ sum }) => sum)).toEqual(pages.map(({ right }) => right));
  });

  it('says what it would say to who listens to comments', () => {
    const long = 'Größe 👋 '.repeat(300);
    expect([listen(silentSpeech('Hallo.')), listen(silentSpeech(long))]).toEqual(['Hallo.', long]);
  });
});
