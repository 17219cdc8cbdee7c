import type { EntityView } from '../double-api.ts';

const priorities: Readonly<Record<string, number>> = {
  blockquote: 0,
  expandable_blockquote: 0,
  pre: 11,
  code: 20,
  date_time: 30,
  text_link: 49,
  text_mention: 49,
  bold: 90,
  italic: 91,
  underline: 92,
  strikethrough: 93,
  spoiler: 94,
  custom_emoji: 99,
};
const foundPriority = 50;

const priorityOf = ({ type, language }: EntityView): number =>
  type === 'pre' && language !== undefined ? 10 : (priorities[type] ?? foundPriority);

export const endOf = ({ offset, length }: EntityView): number => offset + length;

/** Outer before inner; of one span, the kind that may hold the other comes first. */
export const sortEntities = (entities: readonly EntityView[]): EntityView[] =>
  entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length || priorityOf(a) - priorityOf(b));

/** Styles may be cut and joined freely. */
export const splittable = ['bold', 'italic', 'underline', 'strikethrough', 'spoiler'] as const;
export const isSplittable = ({ type }: EntityView): boolean => (splittable as readonly string[]).includes(type);
export const isQuote = ({ type }: EntityView): boolean => type === 'blockquote' || type === 'expandable_blockquote';
/** Kinds that hold no other entity. */
export const isPre = ({ type }: EntityView): boolean => type === 'pre' || type === 'code' || type === 'date_time';
/** Links, mentions and the like: no quote and no other of them within one. */
export const isContinuous = (entity: EntityView): boolean =>
  !isSplittable(entity) && !isQuote(entity) && !isPre(entity);
