import type { FormattedText, ReplyEntity, ReplyPart } from './reply-part.ts';
import { isBlank } from './sanitise.ts';

const isCode = (entity: ReplyEntity): boolean => entity.type === 'pre' || entity.type === 'code';

/**
 * One message out of a longer text: the range `[start, end)` without its outer whitespace, with its entities clipped
 * and rebased. Leading whitespace that belongs to code stays: it is that code's indentation.
 *
 * @returns null when the range shows nothing.
 */
export const clip = (whole: FormattedText, start: number, end: number): ReplyPart | null => {
  const slice = whole.text.slice(start, end);
  if (isBlank(slice)) return null;
  const inside = whole.entities.filter((entity) => entity.offset < end && entity.offset + entity.length > start);
  const to = start + slice.trimEnd().length;
  const firstCode = inside.find(isCode)?.offset ?? to;
  const from = Math.min(
    to - slice.trimStart().length + (slice.length - slice.trimEnd().length),
    Math.max(firstCode, start),
  );
  const text = whole.text.slice(from, to);
  const entities = inside.flatMap((entity): ReplyEntity[] => {
    const [first, last] = [Math.max(0, entity.offset - from), Math.max(0, endOf(entity) - from)];
    const range = trimmed(text, first, last, isCode(entity));
    return range === null ? [] : [{ ...entity, ...range }];
  });
  return { text, entities: entities.map((entity) => aroundItsCode(entity, entities)).sort(byRange) };
};

const endOf = (entity: ReplyEntity): number => entity.offset + entity.length;
const byRange = (a: ReplyEntity, b: ReplyEntity): number => a.offset - b.offset || b.length - a.length;

/** A quote that begins or ends with the whitespace of code keeps it, so that the code lies inside it. */
const aroundItsCode = (entity: ReplyEntity, all: readonly ReplyEntity[]): ReplyEntity => {
  if (entity.type !== 'blockquote' && entity.type !== 'expandable_blockquote') return entity;
  const code = all.filter((other) => isCode(other) && other.offset < endOf(entity) && endOf(other) > entity.offset);
  const offset = Math.min(entity.offset, ...code.map((other) => other.offset));
  return { ...entity, offset, length: Math.max(endOf(entity), ...code.map(endOf)) - offset };
};

const trimmed = (text: string, start: number, end: number, keepEdges: boolean) => {
  const slice = text.slice(start, end);
  if (isBlank(slice)) return null;
  if (keepEdges) return { offset: start, length: slice.length };
  const lead = slice.length - slice.trimStart().length;
  return { offset: start + lead, length: slice.trim().length };
};
