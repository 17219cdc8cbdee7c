// The memory that files take on their way from Telegram to S3. Run: node --conditions=@app/source test/bench/stage-media.bench.ts
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { s3MediaStore } from '@agent-claw/aws/s3-media-store';
import { MEDIA_MAX_BYTES, sniffMediaType } from '@agent-claw/core';
import type { MediaKey } from '@agent-claw/core';
import { systemClock } from '@agent-claw/observability';
import { telegramFiles } from '@agent-claw/telegram/telegram-files';
import { S3Client } from '@aws-sdk/client-s3';

const MIB = 1024 * 1024;
/** Of the function, infra/lib/agent-runner.ts. */
const functionMiB = 512;
const chunk = Buffer.alloc(64 * 1024, 'some words of a long text\n');

// Serves one file of the largest size, and takes what is put into a bucket without keeping it.
const server = createServer((request, response) => {
  if (request.method === 'PUT') {
    request.resume().on('end', () => response.end());
  } else if (request.url?.endsWith('/getFile') === true) {
    request.resume();
    response.end(JSON.stringify({ ok: true, result: { file_path: 'documents/file_1.txt' } }));
  } else {
    response.setHeader('content-length', MEDIA_MAX_BYTES);
    Readable.from(Array.from({ length: MEDIA_MAX_BYTES / chunk.byteLength }, () => chunk)).pipe(response);
  }
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const source = telegramFiles({
  apiRoot: url,
  secret: { get: async () => ({ botToken: '1:bench' }) },
  clock: systemClock,
  log: { info: () => undefined, warn: () => undefined, error: () => undefined } as never,
});
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
const client = new S3Client({ endpoint: url, region: 'us-east-1', credentials, forcePathStyle: true });
const store = s3MediaStore({ client, bucket: 'bench' });

const stage = async (name: string): Promise<void> => {
  const fetched = await source.fetch(name, () => 60_000, new AbortController().signal);
  if (fetched.kind !== 'fetched') throw new Error(`The file was not fetched: ${fetched.kind}.`);
  const { bytes } = fetched;
  await store.put(`lane/u1-0-${name}` as MediaKey, { bytes, mediaType: sniffMediaType(bytes, 'a.txt') });
};
const peakMiB = (): number => process.resourceUsage().maxRSS / 1024;

const before = peakMiB();
for (const atOnce of [1, 3]) {
  for (let round = 0; round < 3; round += 1)
    await Promise.all(Array.from({ length: atOnce }, (_, n) => stage(`A${n}`)));
  const more = peakMiB() - before;
  const files = more / (MEDIA_MAX_BYTES / MIB);
  process.stdout.write(
    `${atOnce} at once: ${files.toFixed(1)} files' worth of memory, ${((100 * more) / functionMiB).toFixed(0)} % of the function's\n`,
  );
}
server.close();
