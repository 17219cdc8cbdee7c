import type { EntityView } from '../double-api.ts';

const patterns: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['email', /(?<![\w.+-])[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])/giu],
  ['url', /\bhttps?:\/\/[^\s<>"'`]+[^\s<>"'`.,:;!?)\]}]/giu],
  [
    'url',
    /(?<![\w@/.:-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|me|ai|co|eu|de|uk|info)(?:\/[^\s<>"'`]*[^\s<>"'`.,:;!?)\]}])?(?![\w@])/giu,
  ],
  ['mention', /(?<![\w@/])@[a-z][a-z0-9_]{2,31}(?!\w)/giu],
  ['bot_command', /(?<![\w/<>@])\/[a-z0-9_]{1,64}(?:@[a-z0-9_]{3,32})?(?![\w/<>])/giu],
  ['hashtag', /(?<![\p{L}\p{N}_&/#])#(?=[\p{L}\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}/gu],
];

/** What clients and the server recognise without being told: links, addresses, mentions, commands, hashtags. Earlier kinds win an overlap. */
export const findEntities = (text: string): EntityView[] => {
  const found: EntityView[] = [];
  for (const [type, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const [offset, length] = [match.index, match[0].length];
      if (type === 'url' && !hasDottedHost(match[0])) continue;
      if (!found.some((other) => offset < other.offset + other.length && other.offset < offset + length))
        found.push({ type, offset, length });
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
};

const hasDottedHost = (url: string): boolean => /^(?:https?:\/\/)?(?:[^/\s]*@)?[^/\s:?#]+\.[^/\s:?#]{2,}/i.test(url);
