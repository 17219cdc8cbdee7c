import { readFileSync } from 'node:fs';
import type { Nodes, Root } from 'mdast';
import { describe, expect, it } from 'vitest';
import { parseWhole } from './markdown-tree.ts';
import { parseCostUs } from './parse-cost.ts';
import { parsePieces } from './parse-pieces.ts';
import { sanitise } from './sanitise.ts';
import { segmentsOf } from './segments.ts';

const file = new URL('../../../../test/corpus/cases/telegram-markdown.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: { name: string; markdown: string }[] };
const affordable = cases.filter(({ markdown }) => parseCostUs(sanitise(markdown)) < 10_000);

/** The tree without what no reader sees: positions, and how a list is spaced where it was cut. */
const shape = (node: Nodes): unknown =>
  Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => key !== 'position' && key !== 'spread' && value !== null && value !== '')
      .map(([key, value]) => [key, key === 'children' ? (value as Nodes[]).map(shape) : value]),
  );
const inPieces = (markdown: string): unknown => shape(parsePieces(markdown, parseWhole));
const text = (value: string): Root['children'][number] => ({ type: 'paragraph', children: [{ type: 'text', value }] });

describe('parsePieces', () => {
  it.each(affordable)('reads $name as the parser reads it whole', ({ markdown }) => {
    const source = `${sanitise(markdown)}\n\n# Next\n\n${'fill '.repeat(250)}\n\n- end`;
    expect(inPieces(source)).toEqual(shape(parseWhole(source)));
  });

  it('cuts nothing out of the text', () => {
    const all = cases.map(({ markdown }) => markdown).join('\n\n');
    const segments = segmentsOf(all).map((segment) => segment.source);
    expect({ joined: segments.join(''), isCut: segments.length > 100 }).toEqual({ joined: all, isCut: true });
  });

  it('makes one list of items in different pieces, and numbers on', () => {
    const markdown = Array.from({ length: 60 }, (_, n) => `1. item ${n}\n\n   ${'more '.repeat(20)}\n`).join('\n');
    expect(inPieces(markdown)).toEqual(shape(parseWhole(markdown)));
  });

  it('follows references and footnotes to definitions in other pieces', () => {
    const fill = 'fill '.repeat(300);
    const markdown = `See [the guide][g] and[^1].\n\n${fill}\n\n[^1]: A *note*.\n\n${fill}\n\n[g]: https://example.org`;
    expect(inPieces(markdown)).toEqual(shape(parseWhole(markdown)));
  });

  it('leaves a piece that costs too much as written, and reads the rest', () => {
    const dense = '**a '.repeat(2000).trim();
    expect(inPieces(`# Title\n\n${dense}\n\n\`\`\`ts\n  code\n\`\`\`\n\n*end*`)).toEqual(
      shape({
        type: 'root',
        children: [
          ...parseWhole('# Title').children,
          text(dense),
          { type: 'code', lang: 'ts', value: '  code' },
          ...parseWhole('*end*').children,
        ],
      }),
    );
  });
});
