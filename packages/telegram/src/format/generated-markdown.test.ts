import * as fc from 'fast-check';
import type { Nodes } from 'mdast';
import { describe, expect, it } from 'vitest';
import { checkPart } from './check-part.ts';
import { parseMarkdown } from './markdown-tree.ts';
import { renderTree } from './render-blocks.ts';
import { renderPreview, renderReply } from './render-reply.ts';
import type { ReplyPart } from './reply-part.ts';

const inline = [
  '**',
  '*',
  '_',
  '__',
  '~~',
  '~',
  '`',
  '``',
  '||',
  '[',
  '](https://example.org)',
  '](./x)',
  '](https://a.b',
  '![',
  '[^1]',
  '[g]',
];
const blocks = [
  '\n```js\n',
  '\n```\n',
  '\n~~~\n',
  '\n\n',
  '\n',
  '> ',
  '\n> ',
  '\n- ',
  '\n  - ',
  '\n1. ',
  '\n2) ',
  '\n# ',
  '- [ ] ',
  '\n    ',
  '\n---\n',
  '\n===\n',
];
const tables = [
  '|',
  '\n|-|-|\n',
  '\n| a | b |\n|--|:-:|\n| 1 |',
  '\n[^1]: ',
  '\n[g]: https://example.org/g\n',
  '\n[g]: ./local\n',
];
const html = [
  '<b>',
  '</b>',
  '<br>',
  '<!--',
  '-->',
  '<https://example.org>',
  'a@example.org',
  'www.example.org',
  '&amp;',
  '&nbsp;',
  '&#10;',
  '&#8238;',
  '&#0;',
  '\\',
  '\\*',
  '$x_1$',
];
const unicode = [
  '東京',
  '。',
  '“',
  '”',
  'שלום',
  'مرحبا',
  '😀',
  '👩‍🚀',
  '🇩🇪',
  '❤️',
  'e\u0301',
  '\u0301',
  '\u200d',
  '\u200b',
  '\u202e',
  '\u2066',
  '\u2028',
  '\ud83d',
  '\udc00',
  'x\u030a',
];
const controls = [' ', '  ', '\t', '\r', '\r\n', '\0', '\u0007', '\u001b', '\u007f', '\u0085', '\ufeff', '\ufffe'];
const syntax = fc.constantFrom(...inline, ...blocks, ...tables, ...html, ...unicode, ...controls);
const word = fc.nat(9999).map((n) => `w${n}x`);
const markdown = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: syntax },
      { weight: 4, arbitrary: word },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    ),
    { maxLength: 36 },
  )
  .map((pieces) => pieces.join(''));

const problemsOf = (text: string): string[] => renderReply(text).flatMap(checkPart);
const previewProblemsOf = (text: string, maxChars: number): string[] => {
  const part = renderPreview(text, maxChars);
  if (part.text === '') return part.entities.map(({ type }) => `${type} of nothing`);
  return part.text.length > maxChars ? ['preview too long'] : checkPart(part);
};

/** The characters that a reader sees, in order. */
const visible = (text: string): string =>
  text.replaceAll(/[\s\u180e\u2000-\u200f\u202f\u205f-\u2064\u2800\u3000\ufeff\ufffc\u{e0000}-\u{e007f}]/gu, '');
const textOf = (parts: readonly ReplyPart[]): string => visible(parts.map((part) => part.text).join(''));

const isWord = /w\d+x/g;
/** What the tree says: its texts, code, alternatives and addresses that nothing else shows. */
const wordsOf = (node: Nodes): string[] => {
  if ('children' in node) return node.children.flatMap(wordsOf);
  if (node.type === 'html') return [];
  return (('value' in node ? node.value : 'alt' in node ? node.alt : '') ?? '').match(isWord) ?? [];
};
const codeOf = (node: Nodes): string[] => {
  if (node.type === 'code') return [node.value];
  return 'children' in node ? node.children.flatMap(codeOf) : [];
};

describe('renderReply on generated Markdown', () => {
  it('sends what Telegram accepts, whole and cut off anywhere, and always the same', () => {
    fc.assert(
      fc.property(
        markdown,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 80 }),
        (text, cut, maxChars) => {
          const start = text.slice(0, Math.floor(text.length * cut));
          expect([...problemsOf(text), ...problemsOf(start), ...previewProblemsOf(start, maxChars)]).toEqual([]);
          expect(renderReply(text)).toEqual(renderReply(text));
        },
      ),
      { numRuns: 1000, seed: 20261121 },
    );
  });

  it('loses nothing: no word of the source, no character of the tree, no byte of code', () => {
    fc.assert(
      fc.property(markdown, fc.constantFrom(0, 0, 0, 2000, 4090), (text, padding) => {
        const source = `${'p '.repeat(padding / 2)}\n\n${text.replaceAll('<!--', '')}`;
        const tree = parseMarkdown(source);
        const parts = renderReply(source);
        const shown = textOf(parts);
        expect(shown).toBe(visible(renderTree(tree).text));
        const languages = parts.flatMap((part) =>
          part.entities.map((e) => (e.type === 'pre' ? (e.language ?? '') : '')),
        );
        const seen = [
          shown,
          ...languages,
          ...parts.flatMap((part) => part.entities.map((e) => ('url' in e ? e.url : ''))),
        ].join(' ');
        expect([...wordsOf(tree.root), ...(source.match(isWord) ?? [])].filter((each) => !seen.includes(each))).toEqual(
          [],
        );
        expect(codeOf(tree.root).filter((code) => !shown.includes(visible(code)))).toEqual([]);
      }),
      { numRuns: 1000, seed: 7 },
    );
  });

  it('sends what Telegram accepts when the same few marks fill several messages', () => {
    const few = fc.array(fc.oneof(fc.constantFrom(...blocks), syntax, word), { minLength: 2, maxLength: 8 });
    const order = fc.array(fc.nat(7), { minLength: 200, maxLength: 600, size: 'max' });
    fc.assert(
      fc.property(few, order, (pieces, picks) => {
        const unit = picks.map((pick) => pieces[pick % pieces.length] ?? '').join('');
        expect(problemsOf(unit.repeat(Math.ceil(4500 / (unit.length + 1))))).toEqual([]);
      }),
      { numRuns: 50, seed: 4 },
    );
  });

  it('keeps every prefix of a stream valid', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        for (let end = 0; end <= text.length; end += 1) {
          const start = text.slice(0, end);
          expect({ start, problems: [...problemsOf(start), ...previewProblemsOf(start, 4096)] }).toEqual({
            start,
            problems: [],
          });
        }
      }),
      { numRuns: 10, seed: 99 },
    );
  });
});
