import type { LedgerPart } from '@agent-claw/core';
import { UNREACHABLE_RETRY_MS } from '../leg/limits.ts';
import { patiently } from './patiently.ts';
import type { Delivery, Outbox } from './outbox.ts';

type Found =
  | { readonly kind: 'found'; readonly messageId: number }
  | { readonly kind: 'none' }
  | Exclude<Awaited<ReturnType<Outbox['chat']['findOwn']>>, { kind: 'found' | 'none' }>;

/** Some message of it may stand in the chat under a number that nobody knows. */
const isUnknown = (part: LedgerPart | undefined): boolean =>
  part?.messageId === undefined && (part?.state === 'sending' || part?.state === 'in_doubt');

/**
 * Looks in the chat for a part whose fate is unknown, so that it need not be sent twice. Only when it is the one such part,
 * and when every message of ours before it is known: any other message found there would be taken for it, and the part
 * would be missing.
 */
const findSent = async (outbox: Outbox, key: string): Promise<Found> => {
  const found = await patiently(outbox, async () => {
    // Read for each try: a draft or an aside may have been sent while the one before it waited.
    const newest = newestKnown(outbox, key);
    return newest === null ? { kind: 'none' as const } : await outbox.chat.findOwn(newest);
  });
  if (found.kind !== 'found') return found;
  // Something else was on its way while the chat was searched: then it may be that what was found.
  const isOther = outbox.ledger.parts().some((part) => outbox.ledger.get(part)?.messageId === found.messageId);
  return isOther || newestKnown(outbox, key) === null ? { kind: 'wait', retryAfterMs: UNREACHABLE_RETRY_MS } : found;
};

/** The newest message in the chat that is known by number; null when a search behind it could find the wrong one. */
const newestKnown = ({ keeper, ledger }: Outbox, key: string): number | null => {
  const lane = keeper.lane();
  const unknown = ledger.parts().filter((part) => isUnknown(ledger.get(part)));
  const asked = (lane.turn?.taken ?? []).map((id) => lane.inbox[id]?.messageId ?? 0);
  const sent = ledger.parts().map((part) => ledger.get(part)?.messageId ?? 0);
  if (unknown.length !== 1 || unknown[0] !== key || lane.lastMessageId === 'unknown') return null;
  const newest = Math.max(lane.lastMessageId ?? 0, ...asked, ...sent);
  return newest === 0 ? null : newest;
};

/**
 * Looks for a part like `findSent`, and notes its number when it is there. Of an album the first message is found and the
 * last one is noted: its others would be taken for what is sent next.
 */
export const findPart = async (
  outbox: Outbox,
  key: string,
  messages = 1,
): Promise<Delivery | { readonly kind: 'none' }> => {
  const pressed = await findPressed(outbox, key);
  if (pressed.kind !== 'none') return pressed;
  const found = await findSent(outbox, key);
  return found.kind === 'found' ? noteFound(outbox, key, found.messageId + messages - 1) : found;
};

/**
 * Learns from a press that waits where the message stands that has this button. Not in a group: somebody there could make up
 * a press that names another message of ours, which would be written over.
 */
export const findPressed = async (outbox: Outbox, key: string): Promise<Delivery | { readonly kind: 'none' }> => {
  const nonce = outbox.ledger.get(key)?.nonce;
  const presses = Object.values(outbox.keeper.lane().inbox).flatMap(({ pressed }) => pressed ?? []);
  const press = outbox.chat.isGroup ? undefined : presses.find((one) => one.nonce === nonce);
  return press === undefined ? { kind: 'none' } : noteFound(outbox, key, press.messageId);
};

const noteFound = async ({ ledger, log }: Outbox, key: string, messageId: number): Promise<Delivery> => {
  log.info('part_found', { part: key });
  return (await ledger.note(key, { state: 'sent', messageId }))
    ? { kind: 'delivered', messageId }
    : { kind: 'lease_lost' };
};

/**
 * Learns the number of a placeholder that may have arrived, so that it can be edited or removed. One that is not found stays
 * unknown: nothing else is looked for beside it.
 */
export const findPlaceholder = async (outbox: Outbox): Promise<Delivery | { readonly kind: 'none' }> =>
  outbox.ledger.get('draft')?.state === 'sending' ? await findPart(outbox, 'draft') : { kind: 'none' };

/** Begins the key of a part that changes a message of an earlier turn: such a message is not among the newest. */
export const EDIT_PREFIX = 'e-';

/** What the lane remembers of the turn's messages; nothing when it has sent none. */
export const lastMessageOf = ({ ledger }: Outbox): number | 'unknown' | undefined => {
  const own = ledger.parts().filter((part) => !part.startsWith(EDIT_PREFIX));
  const parts = own.flatMap((part) => ledger.get(part) ?? []);
  if (parts.some(isUnknown)) return 'unknown';
  const ids = parts.flatMap(({ messageId }) => messageId ?? []);
  return ids.length === 0 ? undefined : Math.max(...ids);
};
