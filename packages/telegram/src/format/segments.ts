/** A stretch of Markdown that can be parsed without what surrounds it. */
export interface Segment {
  readonly source: string;
  /** Fenced code that stands in no other block; everything else is `other`. */
  readonly kind: 'fence' | 'other';
}

/**
 * Cuts Markdown where nothing before the cut can reach over it: around fenced code, before an unindented line after a
 * blank one, and before an unindented list item. The sources joined are the text.
 */
export const segmentsOf = (markdown: string): Segment[] => {
  const segments: Segment[] = [];
  let lines: string[] = [];
  let open: Open | null = null;
  const cut = (kind: Segment['kind']): void => {
    if (lines.length > 0) segments.push({ source: lines.join(''), kind });
    lines = [];
  };
  for (const line of markdown.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (open !== null) {
      lines.push(line);
      if (!open.end.test(line)) continue;
      if (open.kind === 'fence') cut('fence');
      open = null;
      continue;
    }
    open = opened(line);
    if (open?.kind === 'fence' || isCut(line, lines)) cut('other');
    lines.push(line);
    if (open?.kind === 'other' && open.end.test(line)) open = null;
  }
  cut(open?.kind ?? 'other');
  return segments;
};

interface Open {
  readonly kind: Segment['kind'];
  readonly end: RegExp;
}

const fence = /^(?:(`{3,})[^`\n]*|(~{3,}).*)$/m;
// HTML that blank lines do not end, and what does.
const html: readonly (readonly [start: RegExp, end: RegExp])[] = [
  [/^ {0,3}<(?:script|pre|style|textarea)(?=[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![a-z]/i, />/],
];

const opened = (line: string): Open | null => {
  const [, ticks, tildes] = fence.exec(line) ?? [];
  const marks = ticks ?? tildes;
  if (marks !== undefined) {
    return { kind: 'fence', end: new RegExp(`^ {0,3}${marks.charAt(0)}{${marks.length},}[ \\t]*\\n?$`) };
  }
  const end = html.find(([start]) => start.test(line))?.[1];
  return end === undefined ? null : { kind: 'other', end };
};

/** What tells the items of one list from another's: its bullet, or the character after its numbers. */
export const listMark = (line: string): string | null => {
  const [, bullet, delimiter] = /^(?:([-+*])|\d{1,9}([.)]))[ \t]+\S/.exec(line) ?? [];
  return bullet ?? delimiter ?? null;
};

const isBlank = (line: string): boolean => /^[ \t]*\n?$/.test(line);

/** True when `line` begins something that the lines before it, back to the last cut, cannot take in. */
const isCut = (line: string, before: readonly string[]): boolean => {
  if (/^[ \t\n]/.test(line) || before.length === 0) return false;
  if (isBlank(before.at(-1) ?? '')) return true;
  const mark = listMark(line);
  return mark !== null && mark === listMark(before[0] ?? '');
};
