import type { MediaFile, MediaKey } from '@agent-claw/core';
import { recordingLog } from '@agent-claw/testkit';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetTranscriptionJobCommand, TranscribeClient } from '@aws-sdk/client-transcribe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3MediaStore } from '../src/s3-media-store.ts';
import { transcribeTranscriber } from '../src/transcribe-transcriber.ts';
import { openEndpoint } from './endpoint.ts';
import type { TestEndpoint } from './endpoint.ts';

let endpoint: TestEndpoint;
beforeAll(async () => {
  endpoint = await openEndpoint();
});
afterAll(() => endpoint.close());

const sized = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};
const recording = (words?: string): Buffer => {
  const comments = words === undefined ? [] : [`TRANSCRIPT=${words}`];
  const count = Buffer.of(comments.length, 0, 0, 0);
  return Buffer.concat([Buffer.from('OggS OpusTags'), sized('v'), count, ...comments.map(sized)]);
};

const state = { buckets: 0 };
const aWorld = async () => {
  const s3 = new S3Client(endpoint.clientConfig);
  const client = new TranscribeClient(endpoint.clientConfig);
  const bucket = `heard-${process.pid}-${Date.now().toString(36)}-${(state.buckets += 1)}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const log = recordingLog();
  const started: string[] = [];
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context['commandName'] === 'StartTranscriptionJobCommand') started.push('start');
      return next(args);
    },
    { step: 'initialize' },
  );
  // Real time, in steps of a tenth: the job of the stand-in takes 0.4 s.
  const clock = {
    now: () => Date.now(),
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 100))),
  };
  const transcriber = transcribeTranscriber({ client, s3, bucket, clock, log });
  const store = s3MediaStore({ client: s3, bucket });
  const put = async (bytes: Uint8Array, mediaType = 'audio/ogg'): Promise<MediaFile> => {
    const key = `tg_1_2/u${(state.buckets += 1)}-0-A` as MediaKey;
    await store.put(key, { bytes, mediaType });
    return { key, mediaType, sizeBytes: bytes.byteLength };
  };
  return { transcriber, put, started, client, s3, bucket, log };
};
const never = new AbortController().signal;

describe('transcribeTranscriber', () => {
  it('says what is said in a recording, pays for it once, and leaves no job behind', async () => {
    const { transcriber, put, started, client, log } = await aWorld();
    const file = await put(recording('Grüße aus Köln'));
    const [first, second] = await Promise.all([transcriber.hear(file, never), transcriber.hear(file, never)]);
    const third = await transcriber.hear(file, never);
    expect([first, second, third]).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'heard', text: 'Grüße aus Köln' })),
    );
    // Two that begin at once both ask for it; Transcribe refuses the second one by its name.
    expect(started.length).toBeLessThanOrEqual(2);
    const jobs = await client
      .send(new GetTranscriptionJobCommand({ TranscriptionJobName: 'agent-claw-none' }))
      .catch((error: Error) => error.name);
    expect(jobs).toBe('BadRequestException');
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('says so when there is nothing to be understood, once and for all', async () => {
    const { transcriber, put, started } = await aWorld();
    const file = await put(recording());
    const answers = [await transcriber.hear(file, never), await transcriber.hear(file, never)];
    const detail = expect.stringContaining('the local stand-in only reads') as string;
    expect(answers).toEqual([
      { kind: 'not_heard', detail },
      { kind: 'not_heard', detail },
    ]);
    expect(started).toHaveLength(1);
  });

  it('hears nothing in silence, and does not begin with what nobody can listen to', async () => {
    const { transcriber, put, started } = await aWorld();
    expect(await transcriber.hear(await put(recording('  ')), never)).toEqual({ kind: 'not_heard' });
    expect(await transcriber.hear(await put(Buffer.of(1), 'application/zip'), never)).toMatchObject({
      kind: 'not_heard',
    });
    expect(started).toHaveLength(1);
  });

  it('finds a transcript that an earlier call has left', async () => {
    const { transcriber, put, started, s3, bucket } = await aWorld();
    const file = await put(recording('never asked'));
    const Body = JSON.stringify({ results: { transcripts: [{ transcript: 'known ' }, { transcript: 'words' }] } });
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `media/heard/${file.key}.json`, Body }));
    expect(await transcriber.hear(file, never)).toEqual({ kind: 'heard', text: 'known  words' });
    expect(started).toEqual([]);
  });
});
