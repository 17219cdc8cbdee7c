import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A running checksum; `digest` is base64 as in `x-amz-checksum-*`. */
export interface Checksum {
  update(chunk: Buffer): void;
  digest(): string;
}

/** The checksum algorithms S3 takes, by the end of their header's name. */
export const createChecksum = (algorithm: string): Checksum | undefined => {
  switch (algorithm) {
    case 'crc32': {
      let value = 0;
      return { update: (chunk) => void (value = crc32(chunk, value)), digest: () => base64(value) };
    }
    case 'crc32c': {
      let value = 0xffffffff;
      return {
        update(chunk) {
          for (const byte of chunk) value = (CRC32C[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
        },
        digest: () => base64((value ^ 0xffffffff) >>> 0),
      };
    }
    case 'crc64nvme': {
      let value = MASK64;
      return {
        update(chunk) {
          for (const byte of chunk) value = (CRC64[Number((value ^ BigInt(byte)) & 0xffn)] as bigint) ^ (value >> 8n);
        },
        digest() {
          const bytes = Buffer.alloc(8);
          bytes.writeBigUInt64BE(value ^ MASK64);
          return bytes.toString('base64');
        },
      };
    }
    case 'sha1':
    case 'sha256': {
      const hash = createHash(algorithm);
      return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('base64') };
    }
    default:
      return undefined;
  }
};

const base64 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString('base64');
};

const MASK64 = 0xffffffffffffffffn;

const CRC32C = Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0x82f63b78 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

const CRC64 = Array.from({ length: 256 }, (_, start) => {
  let value = BigInt(start);
  for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? 0x9a6c9329ac4bc9b5n ^ (value >> 1n) : value >> 1n;
  return value;
});
