import { filesOf, mediaKeyOf, sniffMediaType, saidTo, SPOKEN_KINDS, stopsFor } from '@agent-claw/core';
import type {
  ActiveTurn,
  Attachment,
  Clock,
  InboxEntry,
  Log,
  MediaFile,
  MediaProblem,
  MediaSource,
  MediaStore,
  ReplyContext,
  SessionTranscriber,
  TurnAttachment,
  TurnMessage,
} from '@agent-claw/core';
import { permitFor } from '../leg/lease-keeper.ts';
import type { LeaseKeeper } from '../leg/lease-keeper.ts';
import { FILES_AT_ONCE, STAGE_LIMIT_MS } from '../leg/limits.ts';
import { within } from '../leg/within.ts';

/** Where files come from, where they go, and who listens to recordings. */
export interface Media {
  readonly source: MediaSource;
  readonly store: MediaStore;
  readonly transcriber: SessionTranscriber;
}

export interface StageDeps {
  readonly media: Media;
  readonly keeper: LeaseKeeper;
  readonly clock: Clock;
  readonly log: Log;
}

type Staged = { readonly file: MediaFile; readonly isReused: boolean } | { readonly problem: MediaProblem };

/** What became of a file. */
type Became = Pick<TurnAttachment, 'file' | 'problem' | 'detail' | 'words'>;

/** The part of an entry that the agent may see: where its files are stored, never where the channel keeps them. */
export const messageOf = (
  { id, sentAtEpochS, sequence, sender, text, attachments, replyTo, forwardedFrom }: InboxEntry,
  /** Without it the files are left out. */
  became?: (attachment: Attachment) => Became,
): TurnMessage => ({
  id,
  sentAtEpochS,
  sequence,
  sender,
  text,
  ...labelled(attachments, became),
  ...(replyTo === undefined ? {} : { replyTo: replyOf(replyTo, became) }),
  ...(forwardedFrom === undefined ? {} : { forwardedFrom }),
});

const replyOf = (
  { attachments, heard: _heard, ...said }: ReplyContext,
  became?: (attachment: Attachment) => Became,
): NonNullable<TurnMessage['replyTo']> => ({ ...said, ...labelled(attachments, became) });

const labelled = (
  files?: readonly Attachment[],
  became?: (attachment: Attachment) => Became,
): { readonly attachments?: readonly TurnAttachment[] } =>
  files === undefined || became === undefined
    ? {}
    : { attachments: files.map((file) => ({ ...labelOf(file), ...became(file) })) };

/** A file of a message without its bytes, as a label. */
const labelOf = ({ fileId: _channels, uniqueId: _its, ...label }: Attachment): TurnAttachment => label;

/**
 * Brings the files of messages, and of what they answer to, from the channel into the store, before the agent hears of the
 * messages. A file that is there already is not fetched again; one that cannot be had becomes a label that says why. Ends
 * when `signal` aborts: what is missing by then is unreachable.
 */
export const stageMedia = async (
  deps: StageDeps,
  entries: readonly InboxEntry[],
  signal: AbortSignal,
): Promise<readonly TurnMessage[]> => {
  const jobs = entries.flatMap((entry) =>
    filesOf(entry).flatMap((attachment, index) =>
      SPOKEN_KINDS.has(attachment.kind) ? [] : [{ entry, attachment, index }],
    ),
  );
  const staged = new Map<Attachment, Staged>();
  const waiting = jobs[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const { entry, attachment, index } of waiting)
      staged.set(attachment, await stageFile(deps, entry, index, signal));
  };
  // More at once would hold that many files of 20 MB in memory.
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
  return entries.map((entry) =>
    messageOf(entry, (attachment) => {
      const heard = entry.attachments?.includes(attachment) === true ? entry.heard : entry.replyTo?.heard;
      const result = staged.get(attachment) ?? heard ?? {};
      return 'file' in result ? { file: result.file } : result;
    }),
  );
};

/** The messages of a turn with their files. A stop ends the waiting: the turn begins without the rest, only to be stopped. */
export const stageTurn = async (
  deps: StageDeps,
  turn: ActiveTurn,
  signal: AbortSignal,
): Promise<readonly TurnMessage[]> => {
  const { keeper } = deps;
  const stopped = new AbortController();
  const unwatch = keeper.watch(() => {
    if (stopsFor(keeper.lane(), turn).length > 0) stopped.abort();
  });
  try {
    return await stageMedia(deps, saidTo(keeper.lane(), turn), AbortSignal.any([signal, stopped.signal]));
  } finally {
    unwatch();
  }
};

/** One file of `filesOf` a message, stored. */
export const stageFile = async (
  deps: StageDeps,
  entry: InboxEntry,
  index: number,
  signal: AbortSignal,
): Promise<Staged> => {
  const { clock, log } = deps;
  const attachment = filesOf(entry)[index];
  if (attachment === undefined) return { problem: 'gone' };
  const startedAtMs = clock.now();
  const fields = { entryId: entry.id, kind: attachment.kind };
  try {
    const staged = await within(clock, STAGE_LIMIT_MS, signal, (limit) =>
      fetchAndStore(deps, entry, attachment, index, limit),
    );
    const outcome = staged ?? ({ problem: 'unreachable' } as const);
    const result = 'file' in outcome ? outcome.file.mediaType : outcome.problem;
    const isReused = 'file' in outcome && outcome.isReused;
    log.info('media_staged', { ...fields, result, isReused, ms: clock.now() - startedAtMs });
    return outcome;
  } catch (error) {
    log.error('media_staging_failed', error, fields);
    return { problem: 'unreachable' };
  }
};

const fetchAndStore = async (
  { media, keeper }: StageDeps,
  entry: InboxEntry,
  attachment: Attachment,
  index: number,
  signal: AbortSignal,
): Promise<Staged> => {
  const key = mediaKeyOf(keeper.lease.laneId, entry.id, index, attachment);
  const known = await media.store.find(key);
  if (known !== null) return { file: { key, ...known }, isReused: true };
  const fetched = await media.source.fetch(attachment.fileId, permitFor(keeper, signal), signal);
  if (fetched.kind === 'withheld') return { problem: 'unreachable' };
  if (fetched.kind === 'unavailable') return { problem: fetched.problem };
  const { bytes } = fetched;
  const mediaType = sniffMediaType(bytes, attachment.name);
  await media.store.put(key, { bytes, mediaType, ...(attachment.name === undefined ? {} : { name: attachment.name }) });
  return { file: { key, mediaType, sizeBytes: bytes.byteLength }, isReused: false };
};
