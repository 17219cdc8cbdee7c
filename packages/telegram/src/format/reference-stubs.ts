import type { Segment } from './segments.ts';

const definition = /^ {0,3}\[(\^?[^[\]\n]+)\]:/gm;
const reference = /\[(\^?[^[\]\n]+)\]/g;
const maxStubs = 60;

const nameOf = (label: string): string => label.trim().replaceAll(/\s+/g, ' ').toLowerCase();

/**
 * For a piece of a reply: Markdown to put before it so that the parser sees its references to definitions elsewhere as
 * references. The stubs themselves are to be dropped; where a name leads is looked up in the whole reply.
 */
export const referenceStubs = (segments: readonly Segment[]): ((piece: string) => string) => {
  const defined = new Set<string>();
  for (const { kind, source } of segments) {
    if (kind === 'fence') continue;
    for (const [, label = ''] of source.matchAll(definition)) defined.add(nameOf(label));
  }
  return (piece) => {
    if (defined.size === 0) return '';
    const names = new Set<string>();
    for (const [, label = ''] of piece.matchAll(reference)) {
      if (names.size < maxStubs && defined.has(nameOf(label))) names.add(nameOf(label));
    }
    return [...names].map((name) => `[${name}]: x\n\n`).join('');
  };
};
