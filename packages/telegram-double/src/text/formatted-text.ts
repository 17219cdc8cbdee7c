import { badRequest } from '../bot-api-error.ts';
import type { EntityView } from '../double-api.ts';
import { findEntities } from './find-entities.ts';

/** Text with entities in UTF-16 units, as a Bot API Message carries them. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly EntityView[];
}

const maxEntities = 100;
const codeTypes = new Set(['code', 'pre']);

/** Bytes before `index`: Telegram counts parse errors in UTF-8. */
export const byteOffset = (text: string, index: number): number => Buffer.byteLength(text.slice(0, index), 'utf8');

/**
 * What Telegram makes of text and entities before it stores them: control characters and edges cleaned, entities repaired, links, mentions and commands found.
 * An empty text in the answer means nothing visible was left.
 */
export const fixFormattedText = (source: FormattedText): FormattedText => {
  const cleaned = trim(cleanCharacters(source));
  const explicit = repair(cleaned.text, cleaned.entities);
  const found = findEntities(cleaned.text).filter(
    (one) =>
      !explicit.some((other) => overlaps(one, other) && (codeTypes.has(other.type) || other.type.startsWith('text_'))),
  );
  return { text: cleaned.text, entities: sorted([...explicit, ...found]).slice(0, maxEntities) };
};

/** @throws BotApiError when an entity lies outside the text or cuts a surrogate pair. */
export const assertEntitiesFit = ({ text, entities }: FormattedText): void => {
  for (const { offset, length } of entities) {
    const end = offset + length;
    if (offset >= text.length) throw badRequest(`entity begins after the end of the text at UTF-16 offset ${offset}`);
    if (end > text.length)
      throw badRequest(
        `entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${end}`,
      );
    if (isInsidePair(text, offset))
      throw badRequest(`entity begins in a middle of a UTF-16 symbol at byte offset ${byteOffset(text, offset + 1)}`);
    if (isInsidePair(text, end))
      throw badRequest(`entity ends in a middle of a UTF-16 symbol at byte offset ${byteOffset(text, end + 1)}`);
  }
};

const isInsidePair = (text: string, index: number): boolean =>
  index > 0 && index < text.length && /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(index - 1, index + 1));

const overlaps = (a: EntityView, b: EntityView): boolean =>
  a.offset < b.offset + b.length && b.offset < a.offset + a.length;

/** Control characters become spaces; CR, line and direction marks U+2028–U+202E and stacked lines vanish, which moves every later offset. */
const cleanCharacters = ({ text, entities }: FormattedText): FormattedText => {
  let cleaned = '';
  const moved: number[] = [];
  for (let i = 0; i < text.length; i++) {
    moved.push(cleaned.length);
    const code = text.charCodeAt(i);
    const vanishes = code === 0x0d || (code >= 0x2028 && code <= 0x202e) || [0x333, 0x33f, 0x30a].includes(code);
    if (vanishes) continue;
    cleaned += code < 0x20 && code !== 0x0a ? ' ' : text[i];
  }
  moved.push(cleaned.length);
  return { text: cleaned.toWellFormed(), entities: remap(entities, (index) => moved[index] ?? cleaned.length) };
};

/** Edge spaces and newlines go, except leading ones that an entity covers. */
const trim = ({ text, entities }: FormattedText): FormattedText => {
  const body = text.replace(/[ \n]+$/, '');
  const firstEntity = Math.min(body.length, ...entities.map((entity) => entity.offset));
  const leading = /^[ \n]*/.exec(body)?.[0].length ?? 0;
  const start = Math.min(leading, firstEntity);
  const clamp = (index: number): number => Math.max(0, Math.min(index, body.length) - start);
  const kept = body.slice(start);
  // Text of nothing but white space is empty even under an entity.
  return kept.trim() === '' ? { text: '', entities: [] } : { text: kept, entities: remap(entities, clamp) };
};

const remap = (entities: readonly EntityView[], to: (index: number) => number): EntityView[] =>
  entities
    .map((entity) => {
      const offset = to(entity.offset);
      return { ...entity, offset, length: to(entity.offset + entity.length) - offset };
    })
    .filter((entity) => entity.length > 0);

/** No entity inside code, no quote inside a quote, no partial overlap, no entity of white space alone; touching twins become one. */
const repair = (text: string, entities: readonly EntityView[]): EntityView[] => {
  const visible = entities.map((entity) => trimEntity(text, entity)).filter((entity) => entity.length > 0);
  const code = withoutOverlap(sorted(visible.filter((entity) => codeTypes.has(entity.type))));
  const quotes = withoutOverlap(sorted(visible.filter(isQuote)));
  const styles = visible
    .filter((entity) => !codeTypes.has(entity.type) && !isQuote(entity))
    .filter((entity) => !code.some((other) => overlaps(entity, other)));
  return split(merge(sorted([...code, ...quotes, ...styles])));
};

const isQuote = (entity: EntityView): boolean => entity.type.endsWith('blockquote');

const trimEntity = (text: string, entity: EntityView): EntityView => {
  if (codeTypes.has(entity.type)) return entity;
  const inside = text.slice(entity.offset, entity.offset + entity.length);
  return { ...entity, length: inside.trimEnd().length };
};

const withoutOverlap = (entities: readonly EntityView[]): EntityView[] => {
  const kept: EntityView[] = [];
  for (const entity of entities) if (!kept.some((other) => overlaps(entity, other))) kept.push(entity);
  return kept;
};

const merge = (entities: readonly EntityView[]): EntityView[] => {
  const merged: EntityView[] = [];
  for (const entity of entities) {
    const twin = merged.findIndex((other) => canMerge(other, entity));
    const other = merged[twin];
    if (other === undefined) merged.push(entity);
    else {
      const end = Math.max(other.offset + other.length, entity.offset + entity.length);
      merged[twin] = { ...other, length: end - other.offset };
    }
  }
  return merged;
};

const mergeable = new Set(['bold', 'italic', 'underline', 'strikethrough', 'spoiler']);
const canMerge = (a: EntityView, b: EntityView): boolean =>
  a.type === b.type && mergeable.has(a.type) && b.offset <= a.offset + a.length;

/** An entity that leaves an earlier one half way is cut there, so that what is left nests. */
const split = (entities: readonly EntityView[]): EntityView[] => {
  const done: EntityView[] = [];
  const waiting = [...entities];
  for (let entity = waiting.shift(); entity !== undefined; entity = waiting.shift()) {
    const { offset, length } = entity;
    const end = offset + length;
    const cut = done
      .map((other) => other.offset + other.length)
      .filter((at, i) => at > offset && at < end && (done[i]?.offset ?? 0) < offset)
      .sort((a, b) => a - b)[0];
    if (cut === undefined) done.push(entity);
    else {
      done.push({ ...entity, length: cut - offset });
      waiting.unshift({ ...entity, offset: cut, length: end - cut });
    }
  }
  return done;
};

const sorted = (entities: readonly EntityView[]): EntityView[] =>
  entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length || a.type.localeCompare(b.type));
