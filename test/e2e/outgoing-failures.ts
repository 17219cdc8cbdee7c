import { DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { WORDS } from './canary-world.ts';
import type { CanaryWorld } from './canary-world.ts';
import { answered } from './button-drives.ts';
import { CONTAINER_ATTEMPTS, inDoubt, QUOTING, refused, SDK_ATTEMPTS, settled } from './failure-drives.ts';
import type { Drive, FailurePaths } from './failure-drives.ts';
import { refusal } from './watched-telegram.ts';

const PHOTO = `${WORDS.sentName}.png`;
const OTHER = `${WORDS.sentName}-2.png`;
const SEND = `send me ${PHOTO} with the caption ${WORDS.sentCaption}`;
const SPEAK = `send me a voice message saying ${WORDS.spoken}`;

const BAD = refusal(400, `Bad Request: ${QUOTING}`);

/** What the agent can send, all pictures. */
export const SENT_FILES = [PHOTO, OTHER];

/** The agent is asked for files, and the chat reads so in the end. */
const sending =
  (text: string, prepare: Drive, outcome: RegExp): Drive =>
  async (world) => {
    await prepare(world);
    const after = await world.say(text);
    await world.rest();
    await answered(world, after, outcome);
  };

const refusing =
  (...methods: readonly string[]): Drive =>
  async ({ telegram }) => {
    for (const method of methods) telegram.twist(`/${method}`, 1, BAD);
  };

/** Takes away from the bucket what turns have put there to be sent. */
const loseSentFiles = async ({ system, refOf }: CanaryWorld): Promise<void> => {
  const s3 = new S3Client(system.aws);
  const Bucket = refOf('WorkspaceBucket');
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'media/sent-' }));
  for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  s3.destroy();
};

/** Files that the agent sends, and that do not go out as they should. */
export const OUTGOING: FailurePaths = {
  'a photo that Telegram takes as a document alone': sending(
    SEND,
    refusing('sendPhoto'),
    new RegExp(WORDS.sentCaption, 'u'),
  ),
  'a photo that Telegram takes in no form': sending(
    SEND,
    refusing('sendPhoto', 'sendDocument'),
    new RegExp(`could not send ${PHOTO}`, 'u'),
  ),
  'an album that goes file by file, one of them not': sending(
    `send me ${PHOTO} and ${OTHER} with the caption ${WORDS.sentCaption}`,
    refusing('sendMediaGroup', 'sendPhoto', 'sendDocument'),
    new RegExp(`could not send ${PHOTO}`, 'u'),
  ),
  'an album whose answer is lost': sending(
    `send me ${PHOTO} and ${OTHER}`,
    async ({ telegram }) => telegram.fault({ method: 'sendMediaGroup', kind: 'reset_after' }),
    /Here you are/u,
  ),
  'a voice message that Telegram takes as a document alone': sending(
    SPEAK,
    refusing('sendVoice', 'sendAudio'),
    /Listen/u,
  ),
  'a file that is gone before it is sent': sending(
    SEND,
    (world) => world.fail({ action: 's3:GetObject', resource: 'media/sent-' }, refused('NoSuchKey', 404), 1),
    new RegExp(`could not send ${PHOTO}: it is not there`, 'u'),
  ),
  'a file that goes while it is sent': sending(
    SEND,
    async (world) =>
      world.telegram.twist('/sendPhoto', 1, (request, response) => {
        void loseSentFiles(world).then(() => BAD(request, response));
      }),
    new RegExp(`could not send ${PHOTO}: it is not there`, 'u'),
  ),
  'a file that may not be read when it is sent': sending(
    SEND,
    (world) => world.fail({ action: 's3:GetObject', resource: 'media/sent-' }, refused('AccessDenied', 403), 1),
    new RegExp(`could not send ${PHOTO}: I cannot read it`, 'u'),
  ),
  'a file that cannot be read at first': sending(
    SEND,
    (world) =>
      world.fail({ action: 's3:GetObject', resource: 'media/sent-' }, refused('InternalError', 500), SDK_ATTEMPTS),
    new RegExp(WORDS.sentCaption, 'u'),
  ),
  'a file that the bucket does not take': sending(
    SEND,
    (world) => world.fail({ action: 's3:PutObject' }, refused('AccessDenied', 403), 1),
    /did not work/u,
  ),
  'words that Polly does not speak': sending(
    SPEAK,
    (world) => world.fail({ service: 'polly' }, refused('ValidationException', 400), 1),
    /No voice message/u,
  ),
  'words that Polly fails to speak': sending(
    SPEAK,
    (world) => world.fail({ service: 'polly' }, refused('ServiceFailureException', 500), CONTAINER_ATTEMPTS),
    /did not work/u,
  ),
  'words that Polly has spoken, and the answer is lost': settled(SPEAK, (world) =>
    world.fail({ service: 'polly' }, { kind: 'lost_answer' }, 1),
  ),
};

/** Questions about files and about the bot itself that cannot be answered as they should. */
export const QUESTIONS: FailurePaths = {
  // First: one of the others leaves no conversation to shorten.
  '/compact: a conversation that is not read': settled('/compact', (world) =>
    world.fail({ action: 'dynamodb:Query' }, refused('AccessDeniedException', 400), 1),
  ),
  '/usage that Telegram refuses': settled('/usage', async ({ telegram }) => telegram.twist('/sendMessage', 2, BAD)),
  '/status whose answer is lost': inDoubt('/status', async ({ telegram }) =>
    telegram.fault({ method: 'sendMessage', kind: 'reset_after' }),
  ),
  '/files: a file that may not be read': sending(
    `/files ${WORDS.toolPath}.txt`,
    (world) => world.fail({ action: 's3:GetObject', resource: WORDS.toolPath }, refused('AccessDenied', 403), 1),
    /not allowed to read the files/u,
  ),
  '/memory: a store that does not answer': sending(
    '/memory',
    (world) =>
      world.fail({ action: 's3:GetObject', resource: 'MEMORY.md' }, refused('InternalError', 500), SDK_ATTEMPTS),
    /could not reach the files/u,
  ),
};
