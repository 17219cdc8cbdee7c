import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { AwsError, type AwsRequest } from '../service.ts';
import { createChecksum } from './checksums.ts';
import type { ReceivedBody } from './object-store.ts';

/** A stored body and the checksums the caller sent with it, all verified. */
export interface VerifiedBody extends ReceivedBody {
  /** `x-amz-checksum-*` → base64 */
  readonly checksums: Readonly<Record<string, string>>;
}

const PREFIX = 'x-amz-checksum-';

/**
 * Writes a PUT's body to `file`, synced, decoding `aws-chunked` and checking length and every checksum that came along.
 * @throws AwsError BadDigest, IncompleteBody, InvalidRequest; the file is gone then.
 */
export const receiveBody = async (request: AwsRequest, file: string): Promise<VerifiedBody> => {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const sent = new Map(
    Object.entries(request.headers)
      .filter(([name]) => name.startsWith(PREFIX) && !/-(algorithm|type|mode)$/.test(name))
      .map(([name, value]) => [name, String(value)]),
  );
  const trailer = header('x-amz-trailer')?.trim().toLowerCase();
  const names = [...sent.keys(), ...(trailer?.startsWith(PREFIX) === true ? [trailer] : [])];
  const sums = names.map((name) => ({ name, sum: createChecksum(name.slice(PREFIX.length)) }));
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  const isChunked = (header('x-amz-content-sha256') ?? '').startsWith('STREAMING-');
  const chunks = isChunked ? decodeChunks(request.stream, (name, value) => sent.set(name, value)) : request.stream;
  let size = 0;
  const output = await open(file, 'w', 0o600);
  try {
    for await (const chunk of chunks) {
      md5.update(chunk);
      sha256.update(chunk);
      for (const { sum } of sums) sum?.update(chunk);
      size += chunk.length;
      await output.writeFile(chunk);
    }
    await output.sync();
    const digest = md5.digest();
    const length = header('x-amz-decoded-content-length') ?? header('content-length');
    if (length !== undefined && Number(length) !== size)
      throw new AwsError('IncompleteBody', 400, `The body has ${size} bytes; the header announced ${length}.`);
    const contentMd5 = header('content-md5');
    if (contentMd5 !== undefined && contentMd5 !== digest.toString('base64')) {
      throw new AwsError('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.');
    }
    const contentSha = header('x-amz-content-sha256') ?? '';
    if (/^[0-9a-f]{64}$/.test(contentSha) && contentSha !== sha256.digest('hex')) {
      throw new AwsError(
        'XAmzContentSHA256Mismatch',
        400,
        `The provided 'x-amz-content-sha256' header does not match what was computed.`,
      );
    }
    for (const { name, sum } of sums) {
      if (sum === undefined) throw new AwsError('InvalidRequest', 400, `Unknown checksum ${name}.`);
      if (sent.get(name) === sum.digest()) continue;
      throw new AwsError(
        'BadDigest',
        400,
        `The ${name.slice(PREFIX.length).toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
    return {
      file,
      md5: digest.toString('hex'),
      size,
      checksums: Object.fromEntries(names.map((name) => [name, sent.get(name) ?? ''])),
    };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await output.close();
  }
};

// `<hex size>[;chunk-signature=…]\r\n<data>\r\n … 0\r\n[<trailer>: <value>\r\n]\r\n`
async function* decodeChunks(
  stream: AsyncIterable<Buffer>,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  let buffer = Buffer.alloc(0);
  let left = 0;
  let ended = false;
  for await (const piece of stream) {
    buffer = Buffer.concat([buffer, piece]);
    while (buffer.length > 0 && !ended) {
      if (left > 0) {
        const data = buffer.subarray(0, left);
        buffer = buffer.subarray(data.length);
        left -= data.length;
        yield data;
        continue;
      }
      // The line break after a chunk's data stands before the next size line.
      const start = buffer[0] === 13 ? 2 : 0;
      const end = buffer.indexOf('\r\n', start);
      if (end === -1) break;
      left = Number.parseInt(buffer.toString('latin1', start, end), 16);
      buffer = buffer.subarray(end + 2);
      if (Number.isNaN(left))
        throw new AwsError('InvalidRequest', 400, 'The aws-chunked body has a chunk without a size.');
      ended = left === 0;
    }
  }
  if (!ended) throw new AwsError('IncompleteBody', 400, 'The request body terminated unexpectedly.');
  for (const line of buffer.toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) onTrailer(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}
