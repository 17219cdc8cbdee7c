import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { EmbeddedClock } from '../clock.ts';
import type { ObjectStore } from '../s3/object-store.ts';
import {
  ACCOUNT_ID,
  AwsError,
  jsonBody,
  jsonResponse,
  notImplemented,
  REGION,
  targetOperation,
  type AwsService,
  type IamCheck,
} from '../service.ts';
import { CANNOT_LISTEN, listen } from './listen.ts';

interface Job {
  readonly name: string;
  readonly createdAtMs: number;
  readonly mediaUri: string;
  readonly format: string;
  readonly output: { readonly bucket: string; readonly key: string };
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  reason?: string;
}

type Input = Readonly<Record<string, unknown>>;
interface World {
  readonly objects: ObjectStore;
  readonly clock: EmbeddedClock;
  readonly jobs: Map<string, Job>;
}

/** A job is at work this long, so that nobody can do without asking again. */
const WORKS_MS = 400;

const FORMATS: ReadonlySet<string> = new Set(['amr', 'flac', 'm4a', 'mp3', 'mp4', 'ogg', 'webm', 'wav']);

/** Amazon Transcribe's batch jobs over AWS JSON 1.1. It hears what a recording carries as a comment, and says so when there is none. */
export const createTranscribeService = ({
  objects,
  clock,
}: {
  readonly objects: ObjectStore;
  readonly clock: EmbeddedClock;
}): AwsService => {
  const world: World = { objects, clock, jobs: new Map() };
  return {
    name: 'transcribe',
    protocol: 'json-1.1',
    async describe(request) {
      const operation = targetOperation(request);
      if (OPERATIONS[operation] === undefined) throw notImplemented('transcribe', operation);
      return checksFor(operation, await jsonBody(request));
    },
    async handle(request) {
      const run = OPERATIONS[targetOperation(request)];
      if (run === undefined) throw notImplemented('transcribe', targetOperation(request));
      return jsonResponse('json-1.1', run(await jsonBody(request), world));
    },
  };
};

const textOf = (member: unknown): string => (typeof member === 'string' ? member : '');
const badRequest = (message: string): AwsError => new AwsError('BadRequestException', 400, message);

const placeOf = (uri: string): { readonly bucket: string; readonly key: string } => {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/u.exec(uri) ?? [];
  return { bucket, key };
};

const mediaOf = (input: Input): string => textOf((input['Media'] as Input | undefined)?.['MediaFileUri']);
const outputOf = (input: Input) => {
  const key = textOf(input['OutputKey']) || `${textOf(input['TranscriptionJobName'])}.json`;
  return { bucket: textOf(input['OutputBucketName']), key };
};

// The job reads and writes with the rights of who starts it.
const checksFor = (operation: string, input: Input): IamCheck[] => {
  const name = textOf(input['TranscriptionJobName']);
  if (operation !== 'StartTranscriptionJob')
    return [
      {
        action: `transcribe:${operation}`,
        resource: `arn:aws:transcribe:${REGION}:${ACCOUNT_ID}:transcription-job/${name}`,
      },
    ];
  const [media, output] = [placeOf(mediaOf(input)), outputOf(input)];
  return [
    {
      action: 'transcribe:StartTranscriptionJob',
      resource: '*',
      context: { 'transcribe:OutputBucketName': output.bucket, 'transcribe:OutputKey': output.key },
    },
    { action: 's3:GetObject', resource: `arn:aws:s3:::${media.bucket}/${media.key}` },
    { action: 's3:PutObject', resource: `arn:aws:s3:::${output.bucket}/${output.key}` },
  ];
};

const OPERATIONS: Readonly<Record<string, (input: Input, world: World) => object>> = {
  StartTranscriptionJob(input, { jobs, clock, objects }) {
    const name = textOf(input['TranscriptionJobName']);
    if (!/^[0-9a-zA-Z._-]{1,200}$/u.test(name)) throw badRequest('The TranscriptionJobName is not valid.');
    if (jobs.has(name)) throw new AwsError('ConflictException', 400, 'The requested job name already exists.');
    const format = textOf(input['MediaFormat']);
    if (format !== '' && !FORMATS.has(format)) throw badRequest(`MediaFormat ${format} is not supported.`);
    if (
      input['LanguageCode'] === undefined &&
      input['IdentifyLanguage'] !== true &&
      input['IdentifyMultipleLanguages'] !== true
    )
      throw badRequest('Specify a LanguageCode, or let the language be identified.');
    const output = outputOf(input);
    if (objects.bucket(output.bucket) === undefined)
      throw badRequest(`The output bucket ${output.bucket} does not exist.`);
    const media = placeOf(mediaOf(input));
    const source = objects.bucket(media.bucket) === undefined ? undefined : objects.latest(media.bucket, media.key);
    if (source === undefined || source.isDeleteMarker === 1)
      throw badRequest("The specified S3 object doesn't exist, or the S3 bucket is not accessible.");
    const job: Job = {
      name,
      createdAtMs: clock.now(),
      mediaUri: mediaOf(input),
      format,
      output,
      status: 'IN_PROGRESS',
    };
    jobs.set(name, job);
    return { TranscriptionJob: viewOf(job) };
  },
  GetTranscriptionJob(input, world) {
    const job = found(input, world);
    if (job.status === 'IN_PROGRESS' && world.clock.now() >= job.createdAtMs + WORKS_MS) finish(job, world);
    return { TranscriptionJob: viewOf(job) };
  },
  DeleteTranscriptionJob(input, world) {
    world.jobs.delete(found(input, world).name);
    return {};
  },
};

const found = (input: Input, { jobs }: World): Job => {
  const job = jobs.get(textOf(input['TranscriptionJobName']));
  if (job === undefined)
    throw badRequest("The requested job couldn't be found. Check the job name and try your request again.");
  return job;
};

const finish = (job: Job, { objects }: World): void => {
  const media = placeOf(job.mediaUri);
  const source = objects.latest(media.bucket, media.key);
  const words =
    source === undefined || source.isDeleteMarker === 1 ? null : listen(readFileSync(objects.bodyPath(source)));
  if (words === null) {
    job.status = 'FAILED';
    job.reason = CANNOT_LISTEN;
    return;
  }
  const body = JSON.stringify({
    jobName: job.name,
    accountId: ACCOUNT_ID,
    status: 'COMPLETED',
    results: { language_code: 'en-US', transcripts: [{ transcript: words }], items: [] },
  });
  const file = objects.uploadPath();
  writeFileSync(file, body);
  const md5 = createHash('md5').update(body).digest('hex');
  const upload = { file, md5, size: Buffer.byteLength(body) };
  objects.put(job.output.bucket, job.output.key, upload, { 'content-type': 'application/json' }, () => undefined);
  job.status = 'COMPLETED';
};

const viewOf = ({ name, status, createdAtMs, mediaUri, format, output, reason }: Job): object => ({
  TranscriptionJobName: name,
  TranscriptionJobStatus: status,
  CreationTime: createdAtMs / 1000,
  Media: { MediaFileUri: mediaUri },
  ...(format === '' ? {} : { MediaFormat: format }),
  IdentifyLanguage: true,
  ...(status === 'COMPLETED'
    ? {
        LanguageCode: 'en-US',
        Transcript: { TranscriptFileUri: `https://s3.${REGION}.amazonaws.com/${output.bucket}/${output.key}` },
      }
    : {}),
  ...(reason === undefined ? {} : { FailureReason: reason }),
});
