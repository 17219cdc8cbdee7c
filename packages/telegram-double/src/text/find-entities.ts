import type { EntityView } from '../double-api.ts';
import { sortEntities } from './entity-order.ts';
import { findUrls } from './find-urls.ts';

const tagLetter = '\\p{L}\\p{Nd}_\\u200C\\u00B7\\u0D80-\\u0DFF';
const word = '\\p{L}\\p{N}_';
const mention = new RegExp(`(?<![${word}])@\\w{2,32}(?![${word}])`, 'gu');
const command = new RegExp(`(?<![${word}/<>])/\\w{1,64}(?:@\\w{3,32}(?![${word}/<>])|(?![${word}/<>@]))`, 'gu');
const ofChat = '@\\w{3,32}(?!\\w)';
const cashtag = new RegExp(
  `(?<![${tagLetter}$])\\$(?:1INCH|[A-Z]{1,8})(?![A-Z])(?:${ofChat}|(?!${ofChat}))(?![${tagLetter}$])`,
  'gu',
);
const hashtag = new RegExp(`(?<![${tagLetter}])#([${tagLetter}]+)`, 'gu');

/** What the server recognises without being told: mentions, commands, hashtags, cashtags, links and addresses. Of two that overlap the first stays. */
export const findEntities = (text: string): EntityView[] => {
  const found = sortEntities([
    ...matches('mention', text, mention).filter(isName(text)),
    ...matches('bot_command', text, command),
    ...hashtags(text),
    ...matches('cashtag', text, cashtag),
    ...findUrls(text),
  ]);
  const kept: EntityView[] = [];
  let end = 0;
  for (const entity of found) {
    if (entity.offset < end) continue;
    kept.push(entity);
    end = entity.offset + entity.length;
  }
  return kept;
};

const matches = (type: string, text: string, pattern: RegExp): EntityView[] =>
  Array.from(text.matchAll(pattern), ({ index, 0: match }) => ({ type, offset: index, length: match.length }));

/** Names have four letters or more, but for five short ones. */
const isName =
  (text: string) =>
  ({ offset, length }: EntityView): boolean =>
    length > 4 || /^@(?:gif|nft|pic|ufc|vid)$/i.test(text.slice(offset, offset + length));

const maxTagLetters = 256;

/** A hashtag has at least one letter and may name a chat: `#tag@name`. */
const hashtags = (text: string): EntityView[] =>
  Array.from(text.matchAll(hashtag)).flatMap(({ index, 0: { length }, 1: name = '' }) => {
    const letters = Array.from(name);
    const tag = letters.slice(0, maxTagLetters).join('');
    const chat = tag === name ? (/^@\w{3,32}/.exec(text.slice(index + length, index + length + 33))?.[0] ?? '') : '';
    const isTag = /\p{L}/u.test(tag) && text[index + length + chat.length] !== '#';
    return isTag ? [{ type: 'hashtag', offset: index, length: 1 + tag.length + chat.length }] : [];
  });
