import type { Code, List, Root, RootContent } from 'mdast';
import { parseCostUs } from './parse-cost.ts';
import { referenceStubs } from './reference-stubs.ts';
import { listMark, segmentsOf } from './segments.ts';
import type { Segment } from './segments.ts';

type Parse = (markdown: string) => Root;

/** What the parser may cost for each character of a reply: enough for closely formatted text and tables. */
const fairCostUs = 1.2;
/** What all denser pieces of one reply may cost on top. */
const extraCostUs = 20_000;
/** What setting up the parser costs, and how long a piece is worth it. */
const setupCostUs = 60;
const pieceChars = 1000;

/**
 * Parses a reply piece by piece within a bounded time. A piece too dense or nested too deep to be worth it becomes a
 * paragraph that holds its Markdown as written; fenced code stays code.
 */
export const parsePieces = (markdown: string, parse: Parse): Root => {
  const segments = segmentsOf(markdown);
  const stubsFor = referenceStubs(segments);
  const tree = growingTree();
  let extraUs = extraCostUs;
  for (const { source, kind } of pieces(segments)) {
    if (kind === 'fence') {
      tree.append(source, [fencedCode(source)], 0);
      continue;
    }
    const stubs = stubsFor(source);
    const surplusUs = Math.max(0, setupCostUs + parseCostUs(stubs + source) - fairCostUs * source.length);
    if (surplusUs > extraUs) tree.append(source, asWritten(source), 0);
    else {
      tree.append(source, parse(stubs + source).children, stubs.length);
      extraUs -= surplusUs;
    }
  }
  return { type: 'root', children: tree.children };
};

/** Short neighbours together. */
const pieces = (segments: readonly Segment[]): Segment[] => {
  const found: Segment[] = [];
  for (const segment of segments) {
    const last = found.at(-1);
    const hasRoom = last?.kind === 'other' && last.source.length + segment.source.length <= pieceChars;
    if (hasRoom && segment.kind === 'other') {
      found[found.length - 1] = { kind: 'other', source: last.source + segment.source };
    } else found.push(segment);
  }
  return found;
};

const asWritten = (source: string): RootContent[] => {
  const value = source.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
  return value === '' ? [] : [{ type: 'paragraph', children: [{ type: 'text', value }] }];
};

/** Fenced code as it is, however long. Escapes in its first line are left as they are: no language has any. */
const fencedCode = (source: string): Code => {
  const [opening = '', ...lines] = source.replace(/\n$/, '').split('\n');
  const [, marks = '', lang = '', meta = ''] = /^(`+|~+)[ \t]*([^ \t]*)[ \t]*(.*?)[ \t]*$/.exec(opening) ?? [];
  const last = lines.at(-1)?.trim() ?? '';
  if (last.length >= marks.length && last === marks.charAt(0).repeat(last.length)) lines.pop();
  return { type: 'code', lang, meta, value: lines.join('\n') };
};

/** Blocks in order, where a list that was cut between two items is one list again. */
const growingTree = () => {
  const children: RootContent[] = [];
  const marks = new Map<List, string | null>();
  let isAfterBlank = false;
  return {
    children,
    /** Adds what was parsed from `source`, without what stands before `from`. */
    append: (source: string, parsed: readonly RootContent[], from: number): void => {
      const own = parsed.filter((node) => from === 0 || offsetOf(node) >= from);
      const lists = own.filter((node) => node.type === 'list');
      for (const list of lists) marks.set(list, listMark(source.slice(offsetOf(list) - from).slice(0, 20)));
      const before = children.at(-1);
      const [first] = own;
      if (before?.type === 'list' && first?.type === 'list' && marks.get(before) === marks.get(first)) {
        before.children.push(...first.children);
        before.spread = isAfterBlank || before.spread === true || first.spread === true;
        own.shift();
      }
      children.push(...own);
      isAfterBlank = /\n[ \t]*\n$/.test(source);
    },
  };
};

const offsetOf = (node: RootContent): number => node.position?.start.offset ?? 0;
