import { decodeText, FileTooLargeError } from '@agent-claw/core';
import type { Log, MediaStore, TurnAttachment } from '@agent-claw/core';
import { DocumentBlock, ImageBlock } from '@strands-agents/sdk';
import { logFailure } from '../agent/log-failure.ts';
import { shapeFor } from './model-takes.ts';
import type { Shape } from './model-takes.ts';
import { channelNotice, modelNotice } from './media-notices.ts';

/** What the model gets of one attachment, beside its label. */
export interface Shown {
  /** Names the block that shows it: `image 1`. */
  readonly as?: string;
  /** Its content in words. */
  readonly text?: string;
  /** Why it is not shown, for the model. */
  readonly problem?: string;
  readonly block?: ImageBlock | DocumentBlock;
  /** A line for the person, when something that they may count on was not read. */
  readonly notice?: string;
}

/** Of one turn: what models take in one request, and room for the conversation beside it. */
const LIMITS = {
  image: { files: 20, bytes: 3_750_000 },
  document: { files: 5, bytes: 4_500_000 },
  text: { files: 20, bytes: 2_000_000 },
} as const;
const TURN_BYTES = 18_000_000;
const FILE_CHARS = 60_000;
const TURN_CHARS = 150_000;

export interface ShowMediaDeps {
  readonly store: MediaStore;
  /** As in MODEL. */
  readonly modelSpec: string;
  readonly log: Log;
}

/** Shows the files of one turn, one after the other, and keeps count of what still fits. */
export const createShowMedia = ({ store, modelSpec, log }: ShowMediaDeps) => {
  const shown = { image: 0, document: 0, text: 0 };
  const used = { image: 0, document: 0, text: 0, bytes: 0, chars: 0 };

  const fitting = (
    shape: Shape | null,
    sizeBytes: number,
  ): { readonly shape: Shape } | { readonly problem: string } => {
    if (sizeBytes === 0) return { problem: 'not shown: the file is empty' };
    if (shape === null) return { problem: 'not shown: the model does not take files of this kind' };
    const { files, bytes } = LIMITS[shape.kind];
    if (sizeBytes > bytes)
      return { problem: `too large for the model, which takes ${bytes / 1_000_000} MB of ${shape.kind}` };
    if (used[shape.kind] >= files) return { problem: `too many: the model takes ${files} of ${shape.kind} at a time` };
    if (used.bytes + sizeBytes > TURN_BYTES)
      return { problem: `too much at a time: the model takes ${TURN_BYTES / 1_000_000} MB in all` };
    return { shape };
  };

  const read = async (
    attachment: TurnAttachment,
    file: NonNullable<TurnAttachment['file']>,
    shape: Shape,
  ): Promise<Shown> => {
    // Taken before the read: what comes next has to see how little is left.
    used[shape.kind] += 1;
    used.bytes += file.sizeBytes;
    const stored = await store.read(file.key, LIMITS[shape.kind].bytes);
    if (stored === null) return { problem: 'gone', notice: channelNotice(attachment, 'gone') };
    // Named after the read: a picture that is not there must not be counted among those that are.
    const number = (shown[shape.kind] += 1);
    switch (shape.kind) {
      case 'image': {
        const block = new ImageBlock({ format: shape.format, source: { bytes: stored.bytes } });
        return { as: `image ${number}`, block };
      }
      case 'document': {
        // The sender's own name for it could carry instructions; it stands in the label, as data.
        const name = `Document ${number}`;
        return { as: name, block: new DocumentBlock({ name, format: shape.format, source: { bytes: stored.bytes } }) };
      }
      case 'text':
        return { text: cutText(decodeText(stored.bytes)) };
    }
  };

  const cutText = (text: string): string => {
    const room = Math.max(0, Math.min(FILE_CHARS, TURN_CHARS - used.chars));
    used.chars += Math.min(room, text.length);
    return text.length <= room
      ? text
      : `${text.slice(0, room).toWellFormed()}\n[cut: ${room} of ${text.length} characters]`;
  };

  return async (attachment: TurnAttachment): Promise<Shown> => {
    const { file, problem, words } = attachment;
    if (problem !== undefined) return { problem, notice: channelNotice(attachment, problem) };
    if (words !== undefined) return { text: cutText(words) };
    if (file === undefined) return {};
    const asText = file.mediaType.startsWith('text/') ? ({ kind: 'text' } as const) : null;
    const shape = shapeFor(file.mediaType, modelSpec);
    const first = fitting(shape, file.sizeBytes);
    // A table beyond the last place for documents can still be read out.
    const fits = 'problem' in first && asText !== null ? fitting(asText, file.sizeBytes) : first;
    if ('problem' in fits) {
      const { problem: why } = fits;
      // Nobody counts on a moving sticker being understood.
      if (shape === null && attachment.kind !== 'document' && attachment.kind !== 'video') return { problem: why };
      return { problem: why, notice: modelNotice(attachment, why.replace(/^not shown: /u, '')) };
    }
    try {
      return await read(attachment, file, fits.shape);
    } catch (error) {
      if (!(error instanceof FileTooLargeError)) logFailure(log, 'media_read_failed', error);
      return { problem: 'unreachable', notice: channelNotice(attachment, 'unreachable') };
    }
  };
};
export type ShowMedia = ReturnType<typeof createShowMedia>;
