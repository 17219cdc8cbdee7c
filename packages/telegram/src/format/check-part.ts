import type { ReplyEntity, ReplyPart } from './reply-part.ts';

/**
 * What Telegram would hold against a message, written from its rules and not from the renderer: a sentence for each
 * broken rule, `[]` for a message it takes as it is. For tests.
 */
export const checkPart = (part: ReplyPart): string[] => [
  ...checkText(part.text),
  ...checkStart(part),
  ...(part.entities.length > 100 ? [`${part.entities.length} entities, more than 100`] : []),
  ...part.entities.flatMap((entity) => checkEntity(part, entity)),
  ...checkNesting(part.entities),
];

const checkText = (text: string): string[] => {
  const problems: string[] = [];
  if (text.length > 4096) problems.push(`${text.length} characters, more than 4096`);
  if (text.trim() === '') problems.push('text is empty');
  if (text !== text.trimEnd()) problems.push('text ends with whitespace, which the server cuts off');
  if (!text.isWellFormed()) problems.push('text has a lone surrogate');
  const changed = Array.from(text).find((character) => isChangedByServer(character.codePointAt(0) ?? 0));
  if (changed !== undefined)
    problems.push(`text has U+${changed.codePointAt(0)?.toString(16)}, which the server removes`);
  return problems;
};

// The server cuts leading whitespace off up to the first entity, and moves every offset.
const checkStart = ({ text, entities }: ReplyPart): string[] => {
  const lead = text.length - text.trimStart().length;
  return lead > 0 && entities[0]?.offset !== 0 ? ['text begins with whitespace, which the server cuts off'] : [];
};

const isChangedByServer = (code: number): boolean =>
  (code < 0x20 && code !== 0x0a && code !== 0x09) ||
  (code >= 0x2028 && code <= 0x202e) ||
  [0x30a, 0x333, 0x33f].includes(code);

const checkEntity = ({ text, entities }: ReplyPart, entity: ReplyEntity): string[] => {
  const { type, offset, length } = entity;
  const problem = (what: string): string => `${type} at ${offset}+${length} ${what}`;
  if (!Number.isInteger(offset) || !Number.isInteger(length) || offset < 0) return [problem('is not a range')];
  if (length <= 0) return [problem('is empty')];
  if (offset + length > text.length) return [problem('ends after the end of the text')];
  const slice = text.slice(offset, offset + length);
  const problems: string[] = [];
  if (!slice.isWellFormed()) problems.push(problem('begins or ends in the middle of a character'));
  if (slice.trim() === '') problems.push(problem('covers only whitespace'));
  const mayHaveEdges = isCode(entity) || (isQuote(entity) && entities.some((other) => sharesEdge(entity, other)));
  if (!mayHaveEdges && slice !== slice.trim()) problems.push(problem('has whitespace at an edge'));
  if (type === 'pre' && entity.language !== undefined && (entity.language === '' || entity.language.length > 128)) {
    problems.push(problem(`has the language "${entity.language}"`));
  }
  if (type === 'text_link' && !isAcceptedUrl(entity.url)) problems.push(problem(`has the URL ${entity.url}`));
  return problems;
};

const isAcceptedUrl = (url: string): boolean => {
  if (/\s/.test(url)) return false;
  if (/^tg:\/\//i.test(url)) return /^tg:\/\/[\w-]+(?:[/?#]|$)/i.test(url);
  return /^https?:\/\/[^/?#]*[^/?#.]\.[^/?#.]/i.test(url);
};

const end = (entity: ReplyEntity): number => entity.offset + entity.length;
const isCode = (entity: ReplyEntity): boolean => entity.type === 'pre' || entity.type === 'code';
const isQuote = (entity: ReplyEntity): boolean =>
  entity.type === 'blockquote' || entity.type === 'expandable_blockquote';

const sharesEdge = (quote: ReplyEntity, other: ReplyEntity): boolean =>
  isCode(other) && (other.offset === quote.offset || end(other) === end(quote));

const checkNesting = (entities: readonly ReplyEntity[]): string[] => {
  const problems: string[] = [];
  for (const [index, a] of entities.entries()) {
    for (const b of entities.slice(index + 1)) {
      if (end(a) <= b.offset || end(b) <= a.offset) continue;
      const pair = `${a.type} at ${a.offset} and ${b.type} at ${b.offset}`;
      const isNested = (a.offset <= b.offset && end(b) <= end(a)) || (b.offset <= a.offset && end(a) <= end(b));
      if (!isNested) problems.push(`${pair} overlap without nesting`);
      if (a.type === b.type || (isQuote(a) && isQuote(b))) problems.push(`${pair} are nested in their own kind`);
      if ((isCode(a) && !isQuote(b)) || (isCode(b) && !isQuote(a))) problems.push(`${pair} share code`);
      if (b.offset < a.offset) problems.push(`${pair} are out of order`);
    }
  }
  return problems;
};
