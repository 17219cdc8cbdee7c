import type { OutgoingFile, RenderedPart, ReplyFile, ReplyRenderer, WaitOutcome } from '@agent-claw/core';
import type { Chat, Silence } from './chat.ts';
import { deliverFiles } from './deliver-files.ts';
import { DOUBT_TEXT, NOTHING_TEXT } from './failure-text.ts';
import { findPlaceholder } from './find-sent.ts';
import { FRESH_MESSAGE_AFTER_MS } from '../leg/limits.ts';
import { patiently } from './patiently.ts';
import { quoting } from './outbox.ts';
import { editMessage, sendPart } from './send-part.ts';
import type { Delivery, Outbox } from './outbox.ts';

export interface Reply {
  readonly markdown: string;
  /** Sent in place of the text, which goes below it in plain words. */
  readonly document?: ReplyFile;
  /** Sent below the text, or alone where there is none. */
  readonly files?: readonly OutgoingFile[];
  readonly startedAtMs: number;
  /**
   * `f`: the bot speaks for itself, about a failure; kept apart from the answer's own parts, which may still come. `fp`: it
   * says that it has put the messages aside, and keeps its word.
   */
  readonly series?: 'p' | 'f' | 'fp';
  /** Leaves the placeholder as it reads: the reply comes below it. */
  readonly keepsDraft?: boolean;
}

/**
 * Delivers a finished reply. A quick one becomes the last edit of its placeholder, which may be repeated without harm; one
 * that took longer than 20 s is sent afresh, so that the phone rings, and the placeholder is removed afterwards.
 */
export const deliverReply = async (outbox: Outbox, renderer: ReplyRenderer, reply: Reply): Promise<Delivery> => {
  const { ledger, clock } = outbox;
  const { document, files = [] } = reply;
  const parts = partsOf(renderer, reply);
  const [first, ...rest] = parts.length > 0 || files.length > 0 ? parts : renderer.final(NOTHING_TEXT);
  if (first === undefined && files.length === 0) return { kind: 'delivered' };
  const keyOf = (index: number): string => `${reply.series ?? 'p'}${index}`;
  const draft = await findPlaceholder(outbox);
  if (draft.kind !== 'delivered' && draft.kind !== 'none' && draft.kind !== 'undeliverable') return draft;
  // Before the placeholder becomes the answer: a next leg that did not know its number would send the answer afresh.
  if (!(await ledger.confirm('draft'))) return { kind: 'lease_lost' };
  const placeholder = reply.keepsDraft === true ? undefined : ledger.get('draft')?.messageId;
  // A first part that was begun as a message stays one; with an edited first part this finds the placeholder's own id.
  // A file cannot take the place of a text.
  const isFresh =
    document !== undefined ||
    ledger.get(keyOf(0)) !== undefined ||
    clock.now() - reply.startedAtMs > FRESH_MESSAGE_AFTER_MS;

  const opening: Delivery | null =
    first === undefined ? null : await openReply(outbox, keyOf(0), first, isFresh ? undefined : placeholder);
  if (opening !== null && opening.kind !== 'delivered') return opening;
  const kept = opening?.messageId;
  // Before later parts: without it a next leg would send the first part afresh, below them.
  const hasMore = rest.length > 0 || files.length > 0;
  const mustNote = hasMore && ledger.get(keyOf(0)) === undefined && kept !== undefined;
  if (mustNote && !(await ledger.note(keyOf(0), { state: 'sent', messageId: kept }))) return { kind: 'lease_lost' };

  let isDoubtful = opening !== null && kept === undefined;
  for (const [index, part] of rest.entries()) {
    const delivery = await sendPart(outbox, keyOf(index + 1), part, { silent: true });
    if (delivery.kind === 'undeliverable') await tidyPlaceholder(outbox, kept);
    if (delivery.kind !== 'delivered') return delivery;
    isDoubtful ||= delivery.messageId === undefined;
  }
  const sent = await deliverFiles(outbox, renderer, files, opening === null ? quoting(outbox) : { silent: true });
  if (sent.kind === 'undeliverable') await tidyPlaceholder(outbox, kept);
  if (sent.kind !== 'delivered') return sent;
  isDoubtful ||= sent.isDoubtful === true;
  if (isDoubtful) {
    const told = await tellDoubt(outbox, renderer);
    if (told.kind !== 'delivered') return told;
  }
  return (reply.keepsDraft === true ? null : await tidyPlaceholder(outbox, kept)) ?? opening ?? sent;
};

/** The messages that a reply makes. */
export const partsOf = (
  renderer: ReplyRenderer,
  { markdown, document }: Pick<Reply, 'markdown' | 'document'>,
): readonly RenderedPart[] =>
  document === undefined ? renderer.final(markdown) : [renderer.document(document, markdown)];

const openReply = async (
  outbox: Outbox,
  key: string,
  part: RenderedPart,
  placeholder: number | undefined,
): Promise<Delivery> => {
  if (placeholder !== undefined) {
    const edited = await editMessage(outbox, placeholder, part);
    if (edited.kind !== 'gone' && edited.kind !== 'undeliverable') return edited;
  }
  return sendPart(outbox, key, part, quoting(outbox));
};

/** Two tries without an answer: nobody can promise the part any more, so it is counted and said, once. */
export const tellDoubt = async (outbox: Outbox, renderer: ReplyRenderer): Promise<Delivery> => {
  outbox.metrics.count('reply_in_doubt');
  const [part] = renderer.final(DOUBT_TEXT);
  return part === undefined ? { kind: 'delivered' } : sendPart(outbox, 'd0', part, { silent: true });
};

/**
 * Removes the placeholder, unless it has become the message `kept`. The answer is out: a placeholder that cannot be removed
 * spoils the look and nothing else. @returns why another leg has to do it, or null.
 */
export const tidyPlaceholder = async (
  outbox: Outbox,
  kept: number | undefined,
): Promise<Silence | WaitOutcome | null> => {
  const placeholder = outbox.ledger.get('draft')?.messageId;
  if (placeholder === undefined || placeholder === kept) return null;
  const outcome = await removed(outbox, placeholder).catch((error: unknown) => {
    outbox.log.error('placeholder_left', error);
    return { kind: 'done' } as const;
  });
  switch (outcome.kind) {
    case 'done':
      return null;
    case 'failed':
    case 'undeliverable':
      outbox.log.warn('placeholder_left', { outcome: outcome.kind });
      return null;
    case 'unfinished':
    case 'lease_lost':
    case 'wait':
      return outcome;
  }
};

/** How often a removal is asked for; what is not there counts as removed. */
const REMOVE_ATTEMPTS = 3;

const removed = async (outbox: Outbox, messageId: number): Promise<Awaited<ReturnType<Chat['remove']>>> => {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await patiently(outbox, () => outbox.chat.remove(messageId));
    if (outcome.kind !== 'failed' || attempt >= REMOVE_ATTEMPTS) return outcome;
    await outbox.clock.sleep(500 * attempt, outbox.keeper.lost);
  }
};
