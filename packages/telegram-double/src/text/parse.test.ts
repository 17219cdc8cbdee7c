import { describe, expect, it } from 'vitest';
import { fixFormattedText } from './formatted-text.ts';
import { parseHtml } from './parse-html.ts';
import { parseMarkdownV2 } from './parse-markdown-v2.ts';

const refusal = (parse: () => unknown): string => {
  try {
    parse();
    return 'accepted';
  } catch (error) {
    return (error as Error).message.replace("Bad Request: can't parse entities: ", '');
  }
};

describe('parse-html', () => {
  it('nests styles, joins pre with its language and drops a bad link', () => {
    expect(
      parseHtml('<b>é<i>😀</i></b> <pre><code class="language-ts">1&lt;2</code></pre><a href="javascript:x">l</a>'),
    ).toEqual({
      text: 'é😀 1<2l',
      entities: [
        { type: 'bold', offset: 0, length: 3 },
        { type: 'italic', offset: 1, length: 2 },
        { type: 'pre', offset: 4, length: 3, language: 'ts' },
      ],
    });
  });

  it('counts the place of an error in UTF-8 bytes and names the tags', () => {
    const sources = ['é<div>', 'a < b', '<b>x', 'x</b>', '<i><b>x</i></b>', '<span>x</span>'];
    expect(sources.map((source) => refusal(() => parseHtml(source)))).toEqual([
      'Unsupported start tag "div" at byte offset 2',
      'Unsupported start tag "" at byte offset 2',
      'Can\'t find end tag corresponding to start tag "b"',
      'Unexpected end tag at byte offset 1',
      'Unmatched end tag at byte offset 7, expected "</b>", found "</i>"',
      'Tag "span" must have class "tg-spoiler" at byte offset 0',
    ]);
  });
});

describe('parse-markdown-v2', () => {
  it('refuses an unescaped reserved character and an open entity', () => {
    expect(['a.', '*a', '**a**'].map((source) => refusal(() => parseMarkdownV2(source)))).toEqual([
      "Character '.' is reserved and must be escaped with the preceding '\\'",
      "Can't find end of Bold entity at byte offset 0",
      'accepted',
    ]);
  });
});

describe('fix-formatted-text', () => {
  it('cleans control characters and edges and moves entities along', () => {
    expect(
      fixFormattedText({ text: '  \r\n a\u2028b\u0001c  ', entities: [{ type: 'bold', offset: 5, length: 3 }] }),
    ).toEqual({
      text: 'ab c',
      entities: [{ type: 'bold', offset: 0, length: 2 }],
    });
  });

  it('finds commands and links but not inside code', () => {
    expect(fixFormattedText({ text: '/go /no', entities: [{ type: 'code', offset: 4, length: 3 }] }).entities).toEqual([
      { type: 'bot_command', offset: 0, length: 3 },
      { type: 'code', offset: 4, length: 3 },
    ]);
  });
});
