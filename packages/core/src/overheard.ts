import { entryBytes } from './lane-limits.ts';
import type { EntryId } from './ids.ts';
import type { InboxEntry, Overheard, OverheardById } from './lane.ts';

/** What a turn is given of it: the newest. */
export const CONTEXT_KEPT = 50;
export const CONTEXT_MAX_BYTES = 16 * 1024;
/** A lane is let grow up to this before the old ones go, so that listening costs one write and not two. */
export const CONTEXT_SLACK = 2;
/** One message alone must not push out all others. */
const MAX_CHARS = 2_000;

/** The part of a message that is kept as overheard; files are named and not fetched. */
export const overheardOf = ({ id, sentAtEpochS, sequence, sender, text, ...rest }: InboxEntry): Overheard => {
  const { attachments = [], forwardedFrom } = rest;
  const files = attachments.map(({ kind }) => `[${kind.replace('_', ' ')}]`);
  const source = forwardedFrom === undefined ? [] : [`[forwarded from ${forwardedFrom}]`];
  const chars = Array.from([...source, ...files, text].filter((line) => line !== '').join('\n'));
  const words = chars.length > MAX_CHARS ? `${chars.slice(0, MAX_CHARS).join('')}…` : chars.join('');
  return { id, sentAtEpochS, sequence, sender, text: words };
};

/** In the order in which it was said, the newest 50 and 16 KiB of it. */
export const keptContext = (context: OverheardById = {}): readonly Overheard[] => {
  const newest = Object.values<Overheard>(context)
    .sort((a, b) => a.sentAtEpochS - b.sentAtEpochS || a.sequence - b.sequence)
    .slice(-CONTEXT_KEPT);
  let bytes = 0;
  const tooOld = newest.findLastIndex((one) => (bytes += entryBytes(one)) > CONTEXT_MAX_BYTES);
  return newest.slice(tooOld + 1);
};

/** Which of them have to go: none until there is twice as much as a turn is given. */
export const surplusContext = (context: OverheardById): readonly EntryId[] => {
  const all = Object.values<Overheard>(context);
  const bytes = all.reduce((sum, one) => sum + entryBytes(one), 0);
  if (all.length <= CONTEXT_KEPT * CONTEXT_SLACK && bytes <= CONTEXT_MAX_BYTES * CONTEXT_SLACK) return [];
  const kept = new Set(keptContext(context).map(({ id }) => id));
  return all.flatMap(({ id }) => (kept.has(id) ? [] : [id]));
};
