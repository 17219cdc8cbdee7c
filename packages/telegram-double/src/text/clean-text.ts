import { badRequest } from '../bot-api-error.ts';
import type { EntityView } from '../double-api.ts';
import { endOf } from './entity-order.ts';
import { byteOffset } from './source-text.ts';

/** Text with entities in UTF-16 units, as a Bot API Message carries them. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly EntityView[];
}

/**
 * Control characters become spaces; CR, U+2028–U+202E and three stacked lines vanish, and later entities move up.
 * Entities come sorted and nested. @throws BotApiError when one lies outside the text or cuts a surrogate pair.
 */
export const cleanText = ({ text, entities }: FormattedText): FormattedText => {
  if (!text.isWellFormed()) throw badRequest('strings must be encoded in UTF-8');
  assertFit(text, entities);
  let cleaned = '';
  const moved: number[] = [];
  for (let i = 0; i < text.length; i += 1) {
    moved.push(cleaned.length);
    const code = text.charCodeAt(i);
    const vanishes = code === 0x0d || (code >= 0x2028 && code <= 0x202e) || stackedLines.has(code);
    if (!vanishes) cleaned += code < 0x20 && code !== 0x0a ? ' ' : (text[i] ?? '');
  }
  moved.push(cleaned.length);
  const at = (index: number): number => moved[index] ?? cleaned.length;
  return {
    text: tameMarks(cleaned),
    entities: entities
      .map((one) => ({ ...one, offset: at(one.offset), length: at(endOf(one)) - at(one.offset) }))
      .filter(({ length }) => length > 0),
  };
};

const stackedLines = new Set([0x333, 0x33f, 0x30a]);

/** Of a run of direction marks only the last one keeps its meaning. */
const tameMarks = (text: string): string =>
  text.replaceAll(/[\u200E\u200F]{2,}/g, (run) => `${'\u200C'.repeat(run.length - 1)}${run.at(-1)}`);

/** Looks from left to right, so the first fault in the text is the one that is named. */
const assertFit = (text: string, entities: readonly EntityView[]): void => {
  const open: EntityView[] = [];
  const waiting = [...entities];
  for (let i = 0; i <= text.length; i += charWidth(text, i)) {
    for (let last = open.at(-1); last !== undefined && i >= endOf(last); last = open.at(-1)) {
      if (i !== endOf(last))
        throw badRequest(
          `entity beginning at UTF-16 offset ${last.offset} ends in a middle of a UTF-16 symbol at byte offset ${byteOffset(text, i)}`,
        );
      open.pop();
    }
    for (let next = waiting[0]; next !== undefined && i >= next.offset; next = waiting[0]) {
      if (i !== next.offset)
        throw badRequest(`entity begins in a middle of a UTF-16 symbol at byte offset ${byteOffset(text, i)}`);
      open.push(next);
      waiting.shift();
    }
  }
  const [late] = waiting;
  if (late !== undefined) throw badRequest(`entity begins after the end of the text at UTF-16 offset ${late.offset}`);
  const long = open.at(-1);
  if (long !== undefined)
    throw badRequest(
      `entity beginning at UTF-16 offset ${long.offset} ends after the end of the text at UTF-16 offset ${endOf(long)}`,
    );
};

const charWidth = (text: string, i: number): number => ((text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1);
