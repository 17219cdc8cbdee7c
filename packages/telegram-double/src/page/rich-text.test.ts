import { describe, expect, it } from 'vitest';
import { entityHref, richTree, safeHref, type RichNode, type TextEntity } from './rich-text.ts';

const mark = (type: string, offset: number, length: number): TextEntity => ({ type, offset, length });
/** A tree as short text: `bold(ab italic(c))`. */
const written = (nodes: readonly RichNode[]): string =>
  nodes.map((node) => (node.kind === 'text' ? node.text : `${node.entity.type}(${written(node.children)})`)).join('');

describe('rich-text', () => {
  it('draws plain text as one piece and empty text as none', () => {
    expect(richTree('hello')).toEqual([{ kind: 'text', text: 'hello' }]);
    expect(richTree('')).toEqual([]);
  });

  it('nests marks that lie inside each other, whatever order they come in', () => {
    const entities = [mark('italic', 2, 3), mark('bold', 0, 8)];
    expect(written(richTree('abcdefgh!', entities))).toBe('bold(abitalic(cde)fgh)!');
  });

  it('puts the block outside when a block and an inline mark cover the same text', () => {
    expect(written(richTree('abc', [mark('bold', 0, 3), mark('blockquote', 0, 3)]))).toBe('blockquote(bold(abc))');
  });

  it('splits marks that overlap, and keeps every character once', () => {
    const entities = [mark('bold', 0, 4), mark('italic', 2, 4)];
    expect(written(richTree('abcdefg', entities))).toBe('bold(abitalic(cd))italic(ef)g');
  });

  it('cuts marks at the end of the text and drops those outside it or without length', () => {
    const entities = [mark('bold', 2, 50), mark('italic', 90, 2), mark('code', 1, 0)];
    expect(written(richTree('abcd', entities))).toBe('abbold(cd)');
  });

  it('counts offsets in UTF-16 units, as Telegram does', () => {
    expect(written(richTree('👍🏽 ok', [mark('bold', 5, 2)]))).toBe('👍🏽 bold(ok)');
  });

  it('swallows one line break on each side of a block, and no other', () => {
    expect(written(richTree('a\n\ncode\n\nb\nc', [mark('pre', 3, 4)]))).toBe('a\npre(code)\nb\nc');
    expect(written(richTree('x\ny', [mark('bold', 0, 1)]))).toBe('bold(x)\ny');
  });

  it.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'blob:https://a.b/c',
    '',
  ])('gives no address for %j', (raw) => {
    expect(safeHref(raw)).toBeNull();
  });

  it.each([
    ['https://example.com/a?b=c', 'https://example.com/a?b=c'],
    ['example.com/x', 'https://example.com/x'],
    ['example.com:8080/x', 'https://example.com:8080/x'],
    ['tg://resolve?domain=a', 'tg://resolve?domain=a'],
    ['mailto:a@example.com', 'mailto:a@example.com'],
    ['tel:+491234', 'tel:+491234'],
  ])('links %j to %j', (raw, href) => {
    expect(safeHref(raw)).toBe(href);
  });

  it('finds the address of a link in its entity, of the others in their text', () => {
    expect([
      entityHref({ ...mark('text_link', 0, 4), url: 'https://example.com/' }, 'here'),
      entityHref({ ...mark('text_link', 0, 4), url: 'javascript:alert(1)' }, 'https://example.com'),
      entityHref(mark('email', 0, 5), 'a@example.com'),
      entityHref(mark('phone_number', 0, 5), '+49 (123) 456'),
      entityHref(mark('bold', 0, 5), 'https://example.com'),
    ]).toEqual(['https://example.com/', null, 'mailto:a@example.com', 'tel:+49123456', null]);
  });
});
