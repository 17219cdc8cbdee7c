import { createHash } from 'node:crypto';
import { RetryableError } from '@agent-claw/core';
import type { Clock, Hearing, Log, MediaFile, Transcriber } from '@agent-claw/core';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  DeleteTranscriptionJobCommand,
  GetTranscriptionJobCommand,
  StartTranscriptionJobCommand,
} from '@aws-sdk/client-transcribe';
import type { MediaFormat, TranscribeClient, TranscriptionJob } from '@aws-sdk/client-transcribe';
import { mediaUri } from './s3-media-store.ts';
import { translated, vendorFacts } from './vendor-error.ts';

export interface TranscribeTranscriberOptions {
  readonly client: TranscribeClient;
  readonly s3: S3Client;
  readonly bucket: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Below the 40 s of silence after which a caller takes the container for dead. */
const WAIT_MS = 20_000;
const POLL_AFTER_MS = [500, 1_000, 1_500, 2_000, 3_000] as const;
/** Hours of speech have less. */
const MAX_TRANSCRIPT_BYTES = 4 * 1024 * 1024;
/** What a message may say; the rest of a lecture is cut. The inbox holds 128 KiB in all. */
const MAX_CHARS = 12_000;

const FORMATS: Readonly<Record<string, MediaFormat>> = {
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/flac': 'flac',
  'audio/wav': 'wav',
  'audio/amr': 'amr',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
};

const JOB_EXISTS = 'ConflictException';
const NO_SUCH_JOB: ReadonlySet<string> = new Set(['NotFoundException', 'BadRequestException']);

/** The job's name follows from the file: asking again finds the job, and nobody pays for a recording twice. */
const jobNameOf = ({ key }: MediaFile): string =>
  `agent-claw-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;

/** Amazon Transcribe in batch. What was heard stays beside the recording and goes with it; the job is removed. */
export const transcribeTranscriber = ({
  client,
  s3,
  bucket,
  clock,
  log,
}: TranscribeTranscriberOptions): Transcriber => {
  const outputKeyOf = ({ key }: MediaFile): string => `media/heard/${key}.json`;

  const transcriptOf = async (file: MediaFile): Promise<string | null> => {
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: outputKeyOf(file) }));
      if ((object.ContentLength ?? 0) > MAX_TRANSCRIPT_BYTES) {
        (object.Body as { destroy?: () => void } | undefined)?.destroy?.();
        return '';
      }
      return wordsIn((await object.Body?.transformToString('utf-8')) ?? '');
    } catch (error) {
      if (vendorFacts(error).status === 404) return null;
      throw translated('Read of a transcript', error);
    }
  };

  const jobOf = async (name: string): Promise<TranscriptionJob | null> => {
    try {
      const { TranscriptionJob: job } = await client.send(
        new GetTranscriptionJobCommand({ TranscriptionJobName: name }),
      );
      return job ?? null;
    } catch (error) {
      // Transcribe says "bad request" of a job that it does not have.
      if (NO_SUCH_JOB.has(vendorFacts(error).name)) return null;
      throw translated('Look for a transcription', error);
    }
  };

  const start = async (name: string, file: MediaFile, format: MediaFormat): Promise<'started' | 'refused'> => {
    try {
      await client.send(
        new StartTranscriptionJobCommand({
          TranscriptionJobName: name,
          Media: { MediaFileUri: mediaUri(bucket, file.key) },
          MediaFormat: format,
          IdentifyLanguage: true,
          OutputBucketName: bucket,
          OutputKey: outputKeyOf(file),
        }),
      );
      return 'started';
    } catch (error) {
      const { name: code } = vendorFacts(error);
      if (code === JOB_EXISTS) return 'started';
      if (code === 'BadRequestException') return 'refused';
      throw translated('Start of a transcription', error);
    }
  };

  const finished = async (job: TranscriptionJob, file: MediaFile): Promise<Hearing | null> => {
    const { TranscriptionJobStatus: status, TranscriptionJobName: name = '', FailureReason: detail } = job;
    // Not removed: asked for once more, it would be listened to once more.
    if (status === 'FAILED') return { kind: 'not_heard', ...(detail === undefined ? {} : { detail }) };
    if (status !== 'COMPLETED') return null;
    const words = await transcriptOf(file);
    if (words === null) throw new RetryableError('A finished transcription has no transcript yet. Ask again.');
    try {
      await client.send(new DeleteTranscriptionJobCommand({ TranscriptionJobName: name }));
    } catch (error) {
      // It goes by itself after 90 days; the transcript is what counts.
      log.warn('transcription_not_removed', { error: vendorFacts(error).name });
    }
    return heard(words);
  };

  return {
    async hear(file, signal) {
      const format = FORMATS[file.mediaType];
      if (format === undefined) return { kind: 'not_heard', detail: 'It is in a format that I cannot listen to.' };
      const name = jobNameOf(file);
      const untilMs = clock.now() + WAIT_MS;
      for (let polls = 0; !signal.aborted; polls += 1) {
        const job = await jobOf(name);
        if (job === null) {
          // Looked for after the job: whoever removed that one has left its transcript.
          const words = await transcriptOf(file);
          if (words !== null) return heard(words);
          if ((await start(name, file, format)) === 'refused') return { kind: 'not_heard' };
        }
        const hearing = job === null ? null : await finished(job, file);
        if (hearing !== null) return hearing;
        const pauseMs = POLL_AFTER_MS[Math.min(polls, POLL_AFTER_MS.length - 1)] ?? 0;
        if (clock.now() + pauseMs >= untilMs) break;
        await clock.sleep(pauseMs, signal);
      }
      return { kind: 'working' };
    },
  };
};

const heard = (words: string): Hearing => (words === '' ? { kind: 'not_heard' } : { kind: 'heard', text: words });

interface Transcript {
  readonly results?: { readonly transcripts?: readonly { readonly transcript?: unknown }[] };
}

const wordsIn = (json: string): string => {
  const parts = ((JSON.parse(json) as Transcript).results?.transcripts ?? []).map(({ transcript }) =>
    typeof transcript === 'string' ? transcript : '',
  );
  return parts.join(' ').trim().slice(0, MAX_CHARS).toWellFormed();
};
