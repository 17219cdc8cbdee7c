const filled = (unit: string, chars: number): string => unit.repeat(Math.ceil(chars / unit.length)).slice(0, chars);
const counted = (unit: (index: number) => string, chars: number): string => {
  let text = '';
  for (let index = 0; text.length < chars; index += 1) text += unit(index);
  return text.slice(0, chars);
};
const nested = (opening: string, closing: string, chars: number): string =>
  filled(opening, chars / 2) + filled(closing, chars / 2);

// Each makes a Markdown parser look back, ahead or down again for every mark.
const repeated = [
  ['**a ', 'a** ', '*a* ', 'a**a', '*a _b **c __d ~~e ', '_a ', '~~a ', 'a~~', '*', '_', '~', '**“重”**', '*\ud83d*'],
  ['>', '> ', '> a\nb\n', '>\n\n', '> a\n\n', '> - *a [b\n', '> ```\n', `${'>'.repeat(500)} a\n`],
  [
    '- ',
    '* ',
    '1. ',
    '- a\n',
    '- a\n\n',
    '- a\n+ b\n',
    '-\n',
    '- **a** b *c* `d`\n',
    '- ```\n',
    '- - - a\n',
    '- [ ] a\n',
  ],
  ['[', ']', '[a', '![', '[a](', '[](', '[a][b]', '[a](<b', '[a](b "', '[a](b) ', '[^1]', '[^1]: ', '[a]:\n', '[a\n'],
  [
    '`',
    '`a` ',
    '`a``b',
    '```\n',
    '~~~\na\n',
    '```\na\n```\n',
    '<',
    '<a ',
    '<a b="',
    'a <!-- ',
    'a <? ',
    'a <!A ',
    '<b>x</b> ',
  ],
  ['&', '&amp;', 'www.a ', 'http://a.b ', 'a@b.c ', 'a-', 'a.', '+', 'a@', 'www.a.b/&a;'],
  [
    '|-',
    '|',
    '|-\n',
    'a|\n-|\n',
    'a|b\n-|-\n\n',
    '# a\n',
    'a\n-\n',
    '***\n',
    '    a\n',
    '\n',
    'a  \n',
    'a\\\n',
    '\\*',
    '\t',
  ],
  ['👨‍👩‍👧‍👦', 'a\u0301\u0327', '\u0301', '\ud83d', '\0', 'x\u030a', '\u200b', 'plain words here.\n\n'],
].flat();

/** Text of about `chars` characters each on which Markdown parsers are slow or overflow, by name. For tests. */
export const hostileMarkdown = (chars: number): ReadonlyMap<string, string> =>
  new Map([
    ...repeated.map((unit) => [JSON.stringify(unit), filled(unit, chars)] as const),
    ['nested **', nested('**a ', 'a** ', chars)],
    ['nested _', nested('_a ', 'a_ ', chars)],
    ['nested ~~', nested('~~a ', 'a~~ ', chars)],
    ['nested [', nested('[', ']', chars)],
    ['nested links', nested('[', '](x)', chars)],
    ['deep quote, then lazy lines', nested('>', 'a\n', chars)],
    ['deep list, then lazy lines', nested('- ', '\nb', chars)],
    ['deep list, then blank lines', nested('- ', 'a\n\n', chars)],
    ['ever deeper lists', counted((index) => `${'  '.repeat(index)}- a\n`, chars)],
    ['ever deeper quotes', counted((index) => `${'>'.repeat(index)}a\n`, chars)],
    ['ever longer ticks', counted((index) => `a${'`'.repeat(index + 1)}`, chars)],
    ['definitions', counted((index) => `[${index}]: b\n`, chars / 2) + counted((index) => `[${index}] `, chars / 2)],
    ['footnotes', counted((index) => `[^${index}]: [^${index + 1}]\n\n`, chars)],
    ['table of links', `|a|b|\n|-|-|\n${filled('|[c](d)|*d*|\n', chars)}`],
    ['wide table', `${filled('|a', chars / 3)}\n${filled('|-', chars / 3)}\n${filled('|x\n', chars / 3)}`],
    ['headings over lines', nested('a\n', '=\n', chars)],
  ]);
