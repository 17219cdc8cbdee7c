/**
 * About how many microseconds the parser takes for a text, never far too few: the parser is quadratic in the marks of a
 * paragraph and in nested blocks, so what looks short can take minutes. Counted, not measured, so that the same reply
 * always renders the same. `test/bench/render-reply.bench.ts` compares the outcome with the clock.
 */
export const parseCostUs = (source: string): number => {
  const { lines, starts, depth } = blockMarks(source);
  return (
    0.35 * source.length +
    12 * lines +
    20 * starts +
    0.03 * starts ** 2 +
    2 * lines * depth +
    source.split(/\n[ \t]*\n/).reduce((sum, paragraph) => sum + inlineCostUs(paragraph), 0)
  );
};

const indentOfALevel = 2;

const count = (source: string, pattern: RegExp): number => {
  let found = 0;
  while (pattern.test(source)) found += 1;
  return found;
};

interface BlockMarks {
  lines: number;
  /** Marks that begin a block: items, headings, rules, definitions, and the quote marks of a quote's first line. */
  starts: number;
  /** The most levels that a line may be in, by its containers and its indentation. */
  depth: number;
}

const lineStart =
  /^((?:[ \t]*(?:>|[-+*](?![^ \t\n])|\d{1,9}[.)](?![^ \t\n])|\[\^[^\]\n]{1,64}\]:))*)([ \t]*)([-#=[]?)/gm;

const blockMarks = (source: string): BlockMarks => {
  const found: BlockMarks = { lines: 0, starts: 0, depth: 0 };
  let isInQuote = false;
  for (const [, prefix = '', indent = '', mark = ''] of source.matchAll(lineStart)) {
    const quotes = prefix === '' ? 0 : count(prefix, />/g);
    const others = prefix === '' ? 0 : count(prefix, /[-+*.)]|\]:/g);
    const outer = prefix === '' ? 0 : prefix.length - prefix.trimStart().length;
    found.lines += 1;
    found.starts += others + mark.length + (isInQuote ? 0 : quotes);
    found.depth = Math.max(found.depth, quotes + others + (outer + indent.length) / indentOfALevel);
    isInQuote = quotes > 0;
  }
  return found;
};

const inlineCostUs = (paragraph: string): number => {
  const { length } = paragraph;
  const addressesAndTags = count(paragraph, /@|www\.|:\/\/|</g);
  const ticks = count(paragraph, /`+/g);
  const marks = count(paragraph, /[*_~]+|[[\]()|!&\\]/g);
  // What the parser looks for back to the start of the paragraph or ahead to its end, each time anew.
  const searched = count(paragraph, /[*_~]+|[[\]&]|<[!?]/g);
  return (
    0.000_004 * length ** 2 +
    12 * addressesAndTags +
    ticks * (5 + 0.008 * length) +
    5 * marks +
    0.03 * searched ** 2 +
    (length < 100 ? 0 : addressSearchUs(paragraph))
  );
};

// Within a run of characters that an address may have, the parser looks for one from nearly each of them.
const addressSearchUs = (paragraph: string): number => {
  let cost = 0;
  for (const [run] of paragraph.matchAll(/[-.\w+@/:]{100,}/g)) cost += 0.001 * run.length ** 2;
  return cost;
};
