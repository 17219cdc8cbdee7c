import { describe, expect, it } from 'vitest';
import { parseMarkdown } from './parse-markdown.ts';

const marks = (source: string) => {
  const { text, entities } = parseMarkdown(source);
  return [text, ...entities.map(({ type, offset, length }) => `${type} ${text.slice(offset, offset + length)}`)];
};

describe('legacy Markdown', () => {
  it('marks bold, italic, code, blocks and links', () => {
    expect(marks('*b* _i_ `c` [site](https://example.org)\n```ts\nlet a;```')).toEqual([
      'b i c site\nlet a;',
      'bold b',
      'italic i',
      'code c',
      'text_link site',
      'pre let a;',
    ]);
  });

  it('nests nothing: marks inside a mark are text', () => {
    expect(marks('*a _b_ c*')).toEqual(['a _b_ c', 'bold a _b_ c']);
  });

  it('takes an escaped mark as text', () => {
    expect(marks(String.raw`snake\_case and \*stars\*`)).toEqual(['snake_case and *stars*']);
  });

  it('says where an unfinished mark begins, in bytes', () => {
    expect(() => parseMarkdown('é *open')).toThrow(
      "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 3",
    );
  });
});
