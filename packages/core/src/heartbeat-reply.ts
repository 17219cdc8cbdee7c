const TOKEN = 'HEARTBEAT_OK';
const MAX_ACK_CHARS = 300;

/** What a heartbeat's answer means: `nothing` is not sent at all. */
export type HeartbeatJudgement = { readonly kind: 'nothing' } | { readonly kind: 'alert'; readonly text: string };

const endToken = new RegExp(`${TOKEN}[^\\p{L}\\p{N}_]{0,4}$`, 'u');

/** Takes the token off both edges, again and again. Null when neither edge has one: in the middle it means nothing. */
const stripEdges = (text: string): string | null => {
  let rest = text.trim();
  let found = false;
  for (;;) {
    const shorter = rest.startsWith(TOKEN) ? rest.slice(TOKEN.length).trim() : rest.replace(endToken, '').trim();
    if (shorter === rest) return found ? rest.replace(/\s+/gu, ' ') : null;
    rest = shorter;
    found = true;
  }
};

const withoutMarkup = (text: string): string =>
  text
    .replace(/<[^>]*>/gu, ' ')
    .replace(/&nbsp;/giu, ' ')
    .trim()
    .replace(/^[*`_~]+/u, '')
    .replace(/[*`_~]+$/u, '');

/**
 * Applies the token rule: HEARTBEAT_OK at an edge of the answer, with at most 300 characters left beside it, means that
 * nothing needs attention. More text than that is an alert without the token, and so is any text without a token.
 */
export const judgeHeartbeatReply = (text: string): HeartbeatJudgement => {
  const raw = text.trim();
  if (raw === '') return { kind: 'nothing' };
  const rawRest = stripEdges(raw);
  const rest = rawRest !== null && rawRest !== '' ? rawRest : (stripEdges(withoutMarkup(raw)) ?? rawRest);
  if (rest === null) return { kind: 'alert', text: raw };
  return rest.length <= MAX_ACK_CHARS ? { kind: 'nothing' } : { kind: 'alert', text: rest };
};

const emptyLine = /^\s*(?:#{1,6}(?:\s.*)?|(?:```|~~~).*|(?:[-*+]|\d+[.)])(?:\s*\[[ xX]?\])?)?\s*$/u;

/** True when HEARTBEAT.md asks for nothing: blank lines, comments, headings, code fences, empty bullets and check boxes only. */
export const isEffectivelyEmpty = (heartbeatMd: string): boolean =>
  heartbeatMd
    .replace(/<!--[\s\S]*?(?:-->|$)/gu, '')
    .split(/\r?\n/u)
    .every((line) => emptyLine.test(line));
