import type { Definition, FootnoteDefinition, Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly';
import { gfmStrikethroughCjkFriendly } from 'micromark-extension-cjk-friendly-gfm-strikethrough';
import { gfm } from 'micromark-extension-gfm';
import { parseCostUs } from './parse-cost.ts';
import { parsePieces } from './parse-pieces.ts';
import { sanitise } from './sanitise.ts';

// One tilde means "about" far more often than it means strikethrough.
const strikethrough = { singleTilde: false };

/** A parsed reply with its references resolved. */
export interface MarkdownTree {
  root: Root;
  /** By identifier; the first definition of a name wins, as in CommonMark. */
  definitions: ReadonlyMap<string, Definition>;
  /** Definitions nothing refers to: shown as text, because nothing else would show them. */
  unused: ReadonlySet<Definition>;
  /** Footnotes in the order of their numbers, referenced ones first. */
  footnotes: readonly FootnoteDefinition[];
  /** By identifier, from 1. */
  footnoteNumbers: ReadonlyMap<string, number>;
}

/**
 * Runs work on a tree, or `fallback` where thousands of nested levels overflow the stack: such a reply has words,
 * but no structure worth showing.
 */
export const unlessTooDeep = <T>(work: () => T, fallback: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return fallback();
    throw error;
  }
};

/** Up to here a reply is parsed whole, exactly as the specification says. */
const wholeCostUs = 20_000;

/**
 * Parses GitHub-flavoured Markdown, with emphasis that works next to CJK punctuation, in bounded time: of a costly reply
 * the parts that are ordinary are parsed one by one, and the others stay as written.
 *
 * @throws RangeError when it is nested too deep for the stack: see {@link unlessTooDeep}.
 */
export const parseMarkdown = (markdown: string): MarkdownTree => {
  const source = sanitise(markdown);
  const root = parseCostUs(source) <= wholeCostUs ? parseWhole(source) : parsePieces(source, parseWhole);
  return { root, ...resolveReferences(root) };
};

const extensions = [gfm(strikethrough), cjkFriendlyExtension(), gfmStrikethroughCjkFriendly(strikethrough)];
const mdastExtensions = [gfmFromMarkdown()];

/** CommonMark and GFM as the parser reads it, in no bounded time. */
export const parseWhole = (source: string): Root => fromMarkdown(source, { extensions, mdastExtensions });

const resolveReferences = (root: Root): Omit<MarkdownTree, 'root'> => {
  const definitions = new Map<string, Definition>();
  const notes = new Map<string, FootnoteDefinition>();
  const all = { definitions: [] as Definition[], notes: [] as FootnoteDefinition[] };
  const referenced = { links: new Set<string>(), notes: new Set<string>() };
  const visit = (node: Nodes): void => {
    if (node.type === 'definition') {
      all.definitions.push(node);
      if (!definitions.has(node.identifier)) definitions.set(node.identifier, node);
    } else if (node.type === 'footnoteDefinition') {
      all.notes.push(node);
      if (!notes.has(node.identifier)) notes.set(node.identifier, node);
    } else if (node.type === 'footnoteReference') referenced.notes.add(node.identifier);
    else if (node.type === 'linkReference' || node.type === 'imageReference') referenced.links.add(node.identifier);
    if ('children' in node) for (const child of node.children) visit(child);
  };
  visit(root);
  const cited = new Set([...referenced.notes].flatMap((identifier) => notes.get(identifier) ?? []));
  const footnotes = [...cited, ...all.notes.filter((note) => !cited.has(note))];
  return {
    definitions,
    unused: new Set(
      all.definitions.filter(
        (node) => !referenced.links.has(node.identifier) || definitions.get(node.identifier) !== node,
      ),
    ),
    footnotes,
    footnoteNumbers: new Map(footnotes.map((note, index) => [note.identifier, index + 1] as const).toReversed()),
  };
};
