import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPart } from './check-part.ts';
import { replyDocuments } from './documents.ts';
import { parseMarkdown } from './markdown-tree.ts';
import { renderPreview, renderReply } from './render-reply.ts';
import type { ReplyPart } from './reply-part.ts';

interface Case {
  name: string;
  markdown: string;
}
const file = new URL('../../../../test/corpus/cases/telegram-markdown.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };

const problemsOf = (markdown: string): string[] => renderReply(markdown).flatMap(checkPart);
const previewProblemsOf = (markdown: string, maxChars?: number): string[] => {
  const part = renderPreview(markdown, maxChars);
  if (part.text === '') return [];
  return part.text.length > (maxChars ?? 4096) ? ['preview too long'] : checkPart(part);
};
const shown = (parts: ReplyPart[], type: string): string[] =>
  parts.flatMap((part) =>
    part.entities.filter((e) => e.type === type).map((e) => part.text.slice(e.offset, e.offset + e.length)),
  );
const one = (markdown: string): ReplyPart | undefined => renderReply(markdown)[0];

describe('renderReply', () => {
  it.each(cases)('renders $name within every rule of Telegram', ({ markdown }) => {
    expect(problemsOf(markdown)).toEqual([]);
    expect(previewProblemsOf(markdown)).toEqual([]);
  });

  it.each(cases)('renders what has arrived of $name at any moment of a stream', ({ markdown }) => {
    // Long cases repeat themselves: their first characters and a few dozen later prefixes show the same states.
    const step = Math.max(1, Math.floor(markdown.length / 60));
    for (let end = 0; end < markdown.length; end += end < 150 ? 1 : step) {
      const prefix = markdown.slice(0, end);
      expect({ end, problems: [...problemsOf(prefix), ...previewProblemsOf(prefix)] }).toEqual({ end, problems: [] });
    }
  });

  it.each(cases)('shows the code of $name exactly, inside pre', ({ markdown }) => {
    const blocks = parseMarkdown(markdown).root.children.flatMap((node) => (node.type === 'code' ? [node.value] : []));
    const shownCode = shown(renderReply(markdown), 'pre').join('\n').replaceAll('\n', '');
    for (const block of blocks.filter((code) => code.trim() !== '')) {
      expect(shownCode).toContain(block.replaceAll('\n', ''));
    }
  });

  it.each([
    [
      'Noted in MEMORY.md, memory/2026-11-21.md and **notes/café.py**.',
      ['MEMORY.md', 'memory/2026-11-21.md', 'notes/café.py'],
    ],
    ['`run.sh:3`, then run.sh:3 and "a.b.zip"; README.MD!', ['run.sh:3', 'run.sh', 'a.b.zip', 'README.MD']],
    ['hackmd.md/x github.com/a/b.md https://a.md www.a.md me@a.md a.md?x=1 [SOUL.md](https://example.org)', []],
    ['example.com, docs.rs, .md, md and a.mdx', []],
  ])('shows names of files that Telegram would link as code: %s', (markdown, names) => {
    expect(shown(renderReply(markdown), 'code')).toEqual(names);
  });

  it('leaves a name of a file hidden, or struck out, where it is: code would be neither', () => {
    expect(one('||butler.md|| ~~old.md~~ **new.md**')?.entities).toEqual([
      { type: 'spoiler', offset: 0, length: 9 },
      { type: 'strikethrough', offset: 10, length: 6 },
      { type: 'code', offset: 17, length: 6 },
    ]);
  });

  it('marks no more names of files than leave a listing whole', () => {
    const parts = renderReply(Array.from({ length: 300 }, (_, n) => `n${n}.md`).join(' '));
    expect(parts.map(({ entities }) => entities.length)).toEqual([40]);
  });

  it('maps formats, links and code to entities with UTF-16 offsets', () => {
    expect(one('😀 **bold *both*** ~~gone~~ [site](https://example.org) `x`')).toEqual({
      text: '😀 bold both gone site x',
      entities: [
        { type: 'bold', offset: 3, length: 9 },
        { type: 'italic', offset: 8, length: 4 },
        { type: 'strikethrough', offset: 13, length: 4 },
        { type: 'text_link', offset: 18, length: 4, url: 'https://example.org' },
        { type: 'code', offset: 23, length: 1 },
      ],
    });
  });

  it('keeps the language, the indentation and the blank lines of code', () => {
    expect(renderReply('```py\n    if x:\n\n        y()\n```')).toEqual([
      { text: '    if x:\n\n        y()', entities: [{ type: 'pre', language: 'py', offset: 0, length: 22 }] },
    ]);
  });

  it('names a language without what the server would change', () => {
    expect(one('```&#8238;xy\nz\n```')?.entities).toEqual([{ type: 'pre', language: 'xy', offset: 0, length: 1 }]);
  });

  it('keeps the indentation of code at the edge of a quote inside both', () => {
    expect(one('> ```\n>   code\n> ```\n> end')?.entities).toEqual([
      { type: 'blockquote', offset: 0, length: 11 },
      { type: 'pre', offset: 0, length: 6 },
    ]);
  });

  it('interrupts bold where code begins, because Telegram lets code share a range with nothing', () => {
    expect(one('**a `b` c**')?.entities).toEqual([
      { type: 'bold', offset: 0, length: 1 },
      { type: 'code', offset: 2, length: 1 },
      { type: 'bold', offset: 4, length: 1 },
    ]);
  });

  it.each(['javascript:alert(1)', 'http://localhost:3000', './file.md', 'ftp://example.org', 'https://u@example.org'])(
    'prints the address %s that Telegram refuses, or that misleads, instead of linking it',
    (url) => {
      expect(one(`[here](${url})`)).toEqual({ text: `here (${url})`, entities: [] });
    },
  );

  it.each([
    ['[https://bank.com/login](https://evil.example/x)', 'https://bank.com/login (https://evil.example/x)'],
    ['[bank.com](https://bank.com.evil.example)', 'bank.com (https://bank.com.evil.example)'],
  ])('shows where %s really leads', (markdown, text) => {
    expect(one(markdown)).toEqual({ text, entities: [] });
  });

  it.each([
    '[README.md](https://example.org/README.md)',
    '[Node.js](https://nodejs.org)',
    '[example.org](https://docs.example.org)',
  ])('links %s as usual', (markdown) => {
    expect(one(markdown)?.entities.map((entity) => entity.type)).toEqual(['text_link']);
  });

  it('hides a spoiler, and takes bars between words for what they are', () => {
    expect(one('It was ||the *butler*|| and ||the cook||.')).toEqual({
      text: 'It was ||the butler|| and the cook.',
      entities: [
        { type: 'italic', offset: 13, length: 6 },
        { type: 'spoiler', offset: 26, length: 8 },
      ],
    });
    expect(one('a || b || c, (a||b||c), f()||g||h')?.entities).toEqual([]);
  });

  it('maps headings, nested lists, tasks and quotes', () => {
    expect(one('# T\n\n1. a\n   - b\n     - c\n2. [x] d\n\n> q\n\n---\n![alt](https://example.org/i.png)')).toEqual({
      text: 'T\n1. a\n  ◦ b\n    • c\n2. ☑ d\n\nq\n\n———\n\nalt',
      entities: [
        { type: 'bold', offset: 0, length: 1 },
        { type: 'blockquote', offset: 29, length: 1 },
        { type: 'text_link', offset: 37, length: 3, url: 'https://example.org/i.png' },
      ],
    });
    expect(one(`> ${'long '.repeat(200)}`)?.entities.map((entity) => entity.type)).toEqual(['expandable_blockquote']);
  });

  it('numbers footnotes, keeps HTML and formulas as written, and spends no entity on an address', () => {
    expect(one('a[^n] <kbd>x</kbd><br>$x_1 + y_1$ <https://example.org>\n\n[^n]: note')).toEqual({
      text: 'a[1] <kbd>x</kbd>\n$x_1 + y_1$ https://example.org\n\n[1] note',
      entities: [],
    });
  });

  it('shows a narrow table aligned and a wide one as a list, with every header', () => {
    expect(one('|a|bb|\n|-|-:|\n|1|2|\n|東|4|')?.text).toBe('a  | bb\n---+---\n1  |  2\n東 |  4');
    const long = 'long '.repeat(12).trim();
    expect(one(`|a|b|\n|-|-|\n|1|${long}|\n|2|x|`)?.text).toBe(`• a: 1\n  b: ${long}\n• a: 2\n  b: x`);
  });

  it.each(['## &nbsp;\nsome words', '> &nbsp;\n\nsome words'])(
    'drops the format of blanks that no message can begin with: %j',
    (markdown) => {
      expect(one(markdown)).toEqual({ text: 'some words', entities: [] });
    },
  );

  it('begins a table inside a list on a line of its own, without the indentation of the list', () => {
    expect(one('- x\n\n  |a|b|\n  |-|-|\n  |1|2|')).toEqual({
      text: '• x\n\na | b\n--+--\n1 | 2',
      entities: [{ type: 'pre', offset: 5, length: 17 }],
    });
    expect(one('- |a|b|\n  |-|-|\n  |1|2|')?.text).toBe('• \na | b\n--+--\n1 | 2');
  });

  it('shows nothing for a reply that says nothing', () => {
    expect(['', ' \n\t', '\u200b', '<!-- hidden -->', '```\n```'].map(renderReply)).toEqual([[], [], [], [], []]);
  });

  it('turns what the server would change into what it keeps', () => {
    expect(one('a\u2028b\u202ec\u0000d\r\ne \ud83d A\u030a')?.text).toBe('a\nbc d\ne \ufffd Å');
  });

  it('delivers the words when nesting is too deep to parse', () => {
    const markdown = `${'>'.repeat(20_000)} deep words`;
    expect(replyDocuments(markdown)).toEqual([]);
    const parts = renderReply(markdown);
    expect(parts.flatMap(checkPart)).toEqual([]);
    expect(parts.at(-1)?.text.endsWith('deep words')).toBe(true);
  });
});
