import { clip } from './clip.ts';
import { parseMarkdown, unlessTooDeep } from './markdown-tree.ts';
import { renderTree } from './render-blocks.ts';
import { MAX_PART_CHARS } from './reply-part.ts';
import type { FormattedText, ReplyPart } from './reply-part.ts';
import { sanitise } from './sanitise.ts';
import { furthest, safeBoundary, splitFirst, splitFormatted } from './split.ts';

/**
 * A Markdown reply as Telegram messages, in order. Never throws, loses no words, keeps code exact, and every part is
 * within Telegram's limits; any prefix of a reply renders too. A reply that shows nothing is `[]`.
 *
 * @example renderReply('**hi**'); // [{ text: 'hi', entities: [{ type: 'bold', offset: 0, length: 2 }] }]
 */
export const renderReply = (markdown: string): ReplyPart[] => splitFormatted(formatted(markdown));

/** Markdown as the line below a file, cut where a reader minds least, and the messages that say the rest. Empty for nothing. */
export const renderCaption = (
  markdown: string,
  maxChars: number,
): { readonly caption: ReplyPart; readonly rest: ReplyPart[] } => {
  const whole = formatted(markdown);
  const { first, next } = splitFirst(whole, maxChars);
  const { text, entities } = whole;
  const after = entities
    .filter((entity) => entity.offset + entity.length > next)
    .map((entity) => {
      const offset = Math.max(0, entity.offset - next);
      return { ...entity, offset, length: entity.offset + entity.length - next - offset };
    });
  return {
    caption: first ?? { text: '', entities: [] },
    rest: splitFormatted({ text: text.slice(next), entities: after }),
  };
};

/**
 * The start of an unfinished reply as one message, with an ellipsis where it was cut. A reply that shows nothing yet
 * has an empty text, which Telegram refuses: do not send it.
 */
export const renderPreview = (markdown: string, maxChars: number = MAX_PART_CHARS): ReplyPart => {
  const room = Math.max(1, Math.min(maxChars, MAX_PART_CHARS));
  const { whole, isAll } = renderStart(markdown, room);
  const isWhole = isAll && whole.text.length <= room;
  const end = isWhole ? whole.text.length : safeEnd(whole, room - 1);
  // An entity too many costs its formatting only: a preview is always one message.
  const unformattedFrom = furthest(whole, 0);
  const entities = whole.entities.filter((entity) => entity.offset < unformattedFrom);
  const part = clip({ text: whole.text, entities }, 0, end) ?? { text: '', entities: [] };
  return isWhole ? part : { ...part, text: `${part.text}…` };
};

// Parsing what cannot be shown would only slow the stream: each preview costs the same however long the reply grows.
// Rendered text is rarely much shorter than its Markdown, so the first length nearly always fills most of the message;
// the second bounds what hidden text can cost.
const [usualSourceChars, longSourceChars] = [1.5 * MAX_PART_CHARS, 4 * MAX_PART_CHARS];
// A character whose second half has not arrived would flash as a replacement character.
const openPair = /[\ud800-\udbff]$/;
// A fence whose code has not begun would flash its language as text.
const openingFence = /(^|\n)[ \t]*(?:`{3,}|~{3,})[^`\n]*$/;

interface Start {
  readonly whole: FormattedText;
  readonly isAll: boolean;
}

const renderStart = (markdown: string, room: number): Start => {
  const start = (chars: number): Start => ({
    whole: formatted(markdown.slice(0, chars).replace(openPair, '').replace(openingFence, '$1')),
    isAll: markdown.length <= chars,
  });
  const usual = start(usualSourceChars);
  if (usual.isAll || usual.whole.text.length > 0.75 * room) return usual;
  const long = start(longSourceChars);
  // With more text a paragraph may have become too costly to format: then less of it says more.
  return long.whole.entities.length < usual.whole.entities.length ? usual : long;
};

const safeEnd = ({ text }: FormattedText, end: number): number => {
  const boundary = end <= 0 ? 0 : safeBoundary(text, 0, end);
  return text.slice(0, boundary).isWellFormed() ? boundary : 0;
};

const formatted = (markdown: string): FormattedText =>
  unlessTooDeep(
    () => renderTree(parseMarkdown(markdown)),
    () => ({ text: sanitise(markdown), entities: [] }),
  );
