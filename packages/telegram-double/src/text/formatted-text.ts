import { badRequest } from '../bot-api-error.ts';
import { cleanText } from './clean-text.ts';
import type { FormattedText } from './clean-text.ts';
import { endOf, sortEntities } from './entity-order.ts';
import { findEntities } from './find-entities.ts';
import { fixEntities, mergeFound } from './fix-entities.ts';

const maxEntities = 100;
const maxEntityOffset = 1_000_000;

/**
 * What Telegram makes of text and entities before it stores them: characters and edges cleaned, entities repaired, links, mentions and commands found.
 * An empty text in the answer means nothing visible was left.
 * @throws BotApiError when an entity lies outside the text or cuts a surrogate pair.
 */
export const fixFormattedText = (source: FormattedText): FormattedText => {
  const { text, entities } = trim(repairText(source));
  if (isBlank(text)) return { text: '', entities: [] };
  return { text, entities: mergeFound(entities, findEntities(text)).slice(0, maxEntities) };
};

/** The part of the repair that leaves edges alone and finds nothing new. */
export const repairText = ({ text, entities }: FormattedText): FormattedText => {
  for (const { offset, length } of entities) {
    if (offset < 0 || offset > maxEntityOffset) throw badRequest(`receive an entity with incorrect offset ${offset}`);
    if (length < 0 || length > maxEntityOffset) throw badRequest(`receive an entity with incorrect length ${length}`);
  }
  const cleaned = cleanText({ text, entities: fixEntities(entities.filter(({ length }) => length > 0)) });
  if (/^[ \n]*$/.test(cleaned.text)) return { text: '', entities: [] };
  // Characters that vanished may have brought two entities together.
  return { text: cleaned.text, entities: fixEntities(cleaned.entities) };
};

/** Edge spaces and newlines go, except leading ones that an entity covers. */
const trim = ({ text, entities }: FormattedText): FormattedText => {
  const body = text.replace(/[ \n]+$/, '');
  const inside = entities
    .filter(({ offset }) => offset < body.length)
    .map((one) => ({ ...one, length: Math.min(endOf(one), body.length) - one.offset }));
  const leading = /^[ \n]*/.exec(body)?.[0].length ?? 0;
  const from = Math.min(leading, inside[0]?.offset ?? leading);
  return {
    text: body.slice(from),
    entities: sortEntities(inside.map((one) => ({ ...one, offset: one.offset - from }))),
  };
};

/** Spaces of every width and invisible marks alone make no message. */
const isBlank = (text: string): boolean =>
  /^[\s\u00A0\u1680\u180E\u2000-\u200F\u202E\u202F\u205F\u2800\u3000\uFEFF\uFFFC\u{E0000}-\u{E007F}]*$/u.test(text);
