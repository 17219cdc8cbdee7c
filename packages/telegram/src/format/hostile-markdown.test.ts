import { describe, expect, it } from 'vitest';
import { checkPart } from './check-part.ts';
import { hostileMarkdown } from './hostile-markdown.ts';
import { renderPreview, renderReply } from './render-reply.ts';

const lettersOf = (text: string): string => text.replaceAll(/[^a-z重]|amp;/gu, '');

describe('hostile Markdown of 64 KB', () => {
  // Without a bound several of these take minutes: the runner's time limit fails the test.
  it.each([...hostileMarkdown(65_536)])('%s: is valid, whole and soon', (_, markdown) => {
    const parts = renderReply(markdown);
    expect(parts.flatMap(checkPart)).toEqual([]);
    expect(checkPart(renderPreview(markdown)).filter((problem) => problem !== 'text is empty')).toEqual([]);
  });

  it.each(['**a ', '*a* ', '- **a** b *c* `d`\n', '> - *a [b\n', '>', '[a](', '[a][b]', '1. a\n\n'])(
    'loses no letter of %j, however long it goes on',
    (unit) => {
      const markdown = unit.repeat(65_536 / unit.length);
      const seen = renderReply(markdown).map((part) => part.text);
      expect(lettersOf(seen.join(''))).toBe(lettersOf(markdown));
    },
  );

  it('formats an ordinary reply of that length to its end', () => {
    const section = `## Part\n\nSome **bold** words, a [link](https://example.org) and \`code\`. ${'Plain prose. '.repeat(20)}`;
    const list = '- first *point*\n- second point\n  - nested point with `x`';
    const table = '| Name | Value |\n|---|--:|\n| one | 1 |\n| two | 2 |';
    const markdown = `${section}\n\n${list}\n\n${table}\n\n`.repeat(130);
    const parts = renderReply(`${markdown.slice(0, 65_000)}\n\n**the end**`);
    const types = (part = parts.at(-1)): Set<string> => new Set(part?.entities.map((entity) => entity.type));
    expect(parts.map((part) => part.text).join('')).not.toMatch(/\*\*|\]\(/);
    expect(types()).toEqual(types(parts[0]));
  });

  it('keeps the code and the ordinary paragraphs of a reply that is hostile elsewhere', () => {
    const code = 'const x = 1;\n\n  **not bold**';
    const parts = renderReply(`*hello*\n\n${'**a '.repeat(10_000)}\n\n\`\`\`ts\n${code}\n\`\`\`\n\n**bye**`);
    const shown = parts.flatMap((part) =>
      part.entities.map((entity) => [entity.type, part.text.slice(entity.offset, entity.offset + entity.length)]),
    );
    expect(shown).toEqual([
      ['italic', 'hello'],
      ['pre', code],
      ['bold', 'bye'],
    ]);
  });
});
