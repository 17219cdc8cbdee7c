import { clip } from './clip.ts';
import { MAX_PART_CHARS, MAX_PART_ENTITIES } from './reply-part.ts';
import type { FormattedText, ReplyEntity, ReplyPart } from './reply-part.ts';

/** Cuts a text of any length into messages within Telegram's limits, at the place a reader minds least. */
export const splitFormatted = (whole: FormattedText): ReplyPart[] => {
  const parts: ReplyPart[] = [];
  const near = entitiesNear(whole);
  let start = 0;
  while (start < whole.text.length) {
    const here = { text: whole.text, entities: near(start) };
    const limit = furthest(here, start);
    const cut = limit === whole.text.length ? { end: limit, next: limit } : chooseCut(here, start, limit);
    const part = clip(here, start, cut.end);
    if (part !== null) parts.push(part);
    start = cut.next;
  }
  return parts;
};

/** The first part alone, of at most `maxChars`, and where the rest of the text begins. */
export const splitFirst = (
  whole: FormattedText,
  maxChars: number,
): { readonly first: ReplyPart | null; readonly next: number } => {
  const limit = Math.min(maxChars, furthest(whole, 0));
  const cut = limit >= whole.text.length ? at(whole.text.length) : chooseCut(whole, 0, limit);
  return { first: clip(whole, 0, cut.end), next: cut.next };
};

/** For growing starts: the entities that a part from there on can reach, so that many of them cost each part no more. */
const entitiesNear = ({ entities }: FormattedText): ((start: number) => ReplyEntity[]) => {
  let reached: ReplyEntity[] = [];
  let next = 0;
  return (start) => {
    reached = reached.filter((entity) => entity.offset + entity.length > start);
    for (let entity = entities[next]; entity !== undefined && entity.offset < start + MAX_PART_CHARS;) {
      if (entity.offset + entity.length > start) reached.push(entity);
      next += 1;
      entity = entities[next];
    }
    return reached;
  };
};

/** How far a part that begins at `start` may reach at most. */
export const furthest = (whole: FormattedText, start: number): number => {
  const limit = Math.min(start + MAX_PART_CHARS, whole.text.length);
  // Entities are sorted by offset, so the first one too many ends the part where it begins.
  const inside = whole.entities.filter((entity) => entity.offset < limit && entity.offset + entity.length > start);
  const tooMany = inside[MAX_PART_ENTITIES];
  return tooMany === undefined ? limit : Math.max(start + 1, tooMany.offset);
};

interface Cut {
  end: number;
  /** Where the next part begins: after a newline of code that the cut consumed, else at `end`. */
  next: number;
}

const chooseCut = (whole: FormattedText, start: number, limit: number): Cut => {
  const { text } = whole;
  const pre = whole.entities.find(
    (entity) => entity.type === 'pre' && entity.offset < limit && entity.offset + entity.length > limit,
  );
  if (pre === undefined) return at(proseCut(whole, start, limit));
  const hasTextBefore = text.slice(start, Math.max(start, pre.offset)).trim() !== '';
  if (hasTextBefore && pre.length <= MAX_PART_CHARS) return at(pre.offset);
  const newline = codeNewline(text, Math.max(start, pre.offset), limit);
  if (newline !== null) return { end: newline, next: newline + 1 };
  return at(hasTextBefore ? pre.offset : hardCut(text, start, limit));
};

const at = (position: number): Cut => ({ end: position, next: position });

/** The last newline of the code before the limit with nothing blank before it, which would be trimmed away, and best nothing after. */
const codeNewline = (text: string, from: number, limit: number): number | null => {
  for (const isBeforeText of [true, false]) {
    for (let at = text.lastIndexOf('\n', limit); at > from; at = text.lastIndexOf('\n', at - 1)) {
      if (isInk(text[at - 1]) && !(isBeforeText && text[at + 1] === '\n')) return at;
    }
  }
  return null;
};

const isInk = (character = ' '): boolean => /\S/.test(character);

/** A cut where nothing else is left: before blanks, because only the end of a message loses them. */
const hardCut = (text: string, start: number, limit: number): number => {
  const boundary = safeBoundary(text, start, limit);
  const ink = start + text.slice(start, boundary).trimEnd().length;
  return ink > start ? ink : boundary;
};

// Best first. A cut in the first half of the room would only make more messages.
const proseBreaks = [/\n\n/g, /\n/g, /[.!?…]["'”’)\]]*(?=\s)|[。！？]/g, /\s(?=\S)/g];

// Blank lines of code at a cut would be trimmed away, and half a link or command is of no use.
const keptWhole: ReadonlySet<string> = new Set(['pre', 'code', 'text_link']);

const proseCut = (whole: FormattedText, start: number, limit: number): number => {
  const { text } = whole;
  const unbroken = whole.entities.filter((entity) => keptWhole.has(entity.type));
  const splits = (end: number): boolean =>
    unbroken.some((entity) => entity.offset < end && end < entity.offset + entity.length);
  const middle = start + Math.floor((limit - start) / 2);
  const room = text.slice(middle, limit + 1);
  for (const pattern of proseBreaks) {
    for (const match of [...room.matchAll(pattern)].toReversed()) {
      const end = middle + match.index + (match[0].trim() === '' ? 0 : match[0].length);
      if (end > start && end <= limit && !splits(end)) return safeBoundary(text, start, end);
    }
  }
  const cutShort = unbroken.find(({ offset, length }) => middle < offset && offset < limit && limit < offset + length);
  return cutShort === undefined ? hardCut(text, start, limit) : cutShort.offset;
};

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const lookAheadChars = 64;

/** The last position up to `position` that splits no character a reader sees as one. */
export const safeBoundary = (text: string, start: number, position: number): number => {
  if (position >= text.length) return text.length;
  const window = text.slice(start, position + lookAheadChars);
  const boundary = start + (graphemes.segment(window).containing(position - start)?.index ?? 0);
  if (boundary > start) return boundary;
  // One grapheme longer than a message: only its surrogate pairs can be kept whole.
  const isPairSplit = text.charCodeAt(position) >> 10 === 0x37 && text.charCodeAt(position - 1) >> 10 === 0x36;
  return isPairSplit && position - 1 > start ? position - 1 : position;
};
