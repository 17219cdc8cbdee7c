import { describe, expect, it } from 'vitest';
import { checkPart } from './check-part.ts';
import { renderPreview, renderReply } from './render-reply.ts';

const lengths = (markdown: string): number[] => renderReply(markdown).map((part) => part.text.length);
const shownEntities = (markdown: string): string[][] =>
  renderReply(markdown).map(({ text, entities }) => entities.map((e) => text.slice(e.offset, e.offset + e.length)));

describe('splitting a reply', () => {
  it('sends 4096 characters as one message and 4097 as two', () => {
    expect([lengths('x'.repeat(4096)), lengths('x'.repeat(4097))]).toEqual([[4096], [4096, 1]]);
  });

  it('cuts at a paragraph before a line, a line before a sentence, a sentence before a word', () => {
    const fill = 'word '.repeat(500).trim();
    const first = (glue: string): string | undefined => renderReply(`${fill} end.${glue}${fill}`)[0]?.text.slice(-4);
    expect(['\n\nA\nB. C ', '\nA. B ', ' A '].map(first)).toEqual(['end.', 'end.', 'end.']);
  });

  it('starts a new message for code that fits one', () => {
    const code = 'x = 1\n'.repeat(300).trim();
    const parts = renderReply(`${'prose '.repeat(500)}\n\n\`\`\`py\n${code}\n\`\`\``);
    expect(parts[1]).toEqual({
      text: code,
      entities: [{ type: 'pre', language: 'py', offset: 0, length: code.length }],
    });
  });

  it('keeps a code block whole when the text after it overflows', () => {
    const code = 'a\n\nb\n'.repeat(300).trim();
    const parts = renderReply(`${'prose '.repeat(350)}\n\n\`\`\`\n${code}\n\`\`\`\n\n${'tail'.repeat(200)}`);
    expect(parts.map((part) => part.entities.map((entity) => entity.length))).toEqual([[code.length], []]);
  });

  it('re-opens longer code with its language, losing no line', () => {
    const code = Array.from({ length: 900 }, (_, line) => `  line ${line};`).join('\n');
    const parts = renderReply(`\`\`\`js\n${code}\n\`\`\``);
    expect(parts.map((part) => part.text).join('\n')).toBe(code);
    expect(parts.map((part) => part.entities)).toEqual(
      parts.map((part) => [{ type: 'pre', language: 'js', offset: 0, length: part.text.length }]),
    );
  });

  it('re-opens longer code at a line that is not blank, so that blank lines survive', () => {
    const code = Array.from({ length: 900 }, (_, line) => `line ${line};\n\n\n  next`).join('\n');
    expect(
      renderReply(`\`\`\`\n${code}\n\`\`\``)
        .map((part) => part.text)
        .join('\n'),
    ).toBe(code);
  });

  it.each([
    ['a long line of words', 'a '.repeat(6000)],
    ['lines with blanks at their ends', 'ab  \n'.repeat(3000)],
    ['a blank line after each', 'a\n\n'.repeat(3000)],
    ['two blank lines after each', 'a\n\n\n'.repeat(3000)],
    ['wide gaps in one line', `x${' '.repeat(99)}`.repeat(100)],
  ])('loses no blank of code that is cut: %s', (_, source) => {
    const code = source.trim();
    for (const markdown of [`\`\`\`\n${code}\n\`\`\``, `\`${code.replaceAll('\n', ' ')}\``]) {
      const parts = renderReply(markdown);
      const spaced = markdown.startsWith('```') ? code : code.replaceAll('\n', ' ');
      let seen = 0;
      // Between two parts one newline may stand for the cut.
      for (const { text } of parts) {
        if (spaced[seen] === '\n' && !spaced.startsWith(text, seen)) seen += 1;
        expect({ at: seen, isThere: spaced.startsWith(text, seen) }).toEqual({ at: seen, isThere: true });
        seen += text.length;
      }
      expect([seen, parts.flatMap(checkPart), parts.length > 1]).toEqual([spaced.length, [], true]);
    }
  });

  it.each(['`', ''])('keeps a short link and short code whole where nothing else ends nearby', (tick) => {
    const words = '漢'.repeat(200);
    const inner = tick === '' ? `[${words}](https://example.org)` : `\`${words}\``;
    expect(shownEntities(`${'字'.repeat(4000)}${inner}字`)).toEqual([[], [words]]);
  });

  it.each([
    ['surrogate pairs', '😀', 2500],
    ['flags', '🇩🇪', 1500],
    ['joined emoji', '👨‍👩‍👧‍👦', 700],
    ['variation selectors', '❤️', 3000],
    ['combining marks', 'e\u0301\u0327', 2000],
  ])('never cuts inside %s', (_, character, count) => {
    const parts = renderReply(`x${character.repeat(count)}`);
    const rest = parts.map((part, index) => (index === 0 ? part.text.slice(1) : part.text).replaceAll(character, ''));
    expect({ rest, isSplit: parts.length > 1 }).toEqual({ rest: parts.map(() => ''), isSplit: true });
  });

  it('gives a message at most 100 entities and carries on in the next', () => {
    const parts = renderReply(Array.from({ length: 250 }, (_, n) => `**b${n}**`).join(' '));
    expect(parts.map((part) => part.entities.length)).toEqual([100, 100, 50]);
  });

  it('continues a format over the cut', () => {
    const parts = renderReply(`**${'alpha beta '.repeat(600).trim()}**`);
    expect(parts.map((part) => part.entities)).toEqual(
      parts.map((part) => [{ type: 'bold', offset: 0, length: part.text.length }]),
    );
  });
});

describe('renderPreview', () => {
  it('shows the start of a long reply, with an ellipsis and its formats', () => {
    const part = renderPreview('**bold** and more', 10);
    expect(part).toEqual({ text: 'bold and…', entities: [{ type: 'bold', offset: 0, length: 4 }] });
  });

  it('shows a short reply whole', () => {
    expect(renderPreview('*hi*')).toEqual({ text: 'hi', entities: [{ type: 'italic', offset: 0, length: 2 }] });
  });

  it('reads on past text that is not shown, and fills the message', () => {
    const part = renderPreview(`${'<!-- hidden -->\n\n'.repeat(400)}${'shown '.repeat(1500)}`);
    expect({ start: part.text.slice(0, 5), isFull: part.text.length > 4080 }).toEqual({ start: 'shown', isFull: true });
  });

  it('does not show the language of a code block that has not begun', () => {
    expect(renderPreview('Look:\n\n```typescr').text).toBe('Look:');
  });

  it('stays one message however long and formatted the reply is', () => {
    const part = renderPreview('**b** [l](https://example.org) 😀'.repeat(3000));
    expect({ problems: checkPart(part), entities: part.entities.length }).toEqual({ problems: [], entities: 100 });
  });
});
