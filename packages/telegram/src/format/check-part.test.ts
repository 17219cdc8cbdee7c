import { describe, expect, it } from 'vitest';
import { checkPart } from './check-part.ts';
import type { ReplyEntity } from './reply-part.ts';

const bold = (offset: number, length: number): ReplyEntity => ({ type: 'bold', offset, length });
const code = (offset: number, length: number): ReplyEntity => ({ type: 'code', offset, length });
const quote = (offset: number, length: number): ReplyEntity => ({ type: 'blockquote', offset, length });
const link = (url: string): ReplyEntity => ({ type: 'text_link', offset: 0, length: 1, url });

describe('checkPart', () => {
  it('finds nothing wrong with a valid message', () => {
    const entities: ReplyEntity[] = [quote(0, 9), bold(0, 1), { type: 'pre', language: 'ts', offset: 2, length: 7 }];
    expect(checkPart({ text: 'a\n  code;', entities })).toEqual([]);
  });

  it('lets a quote begin with the whitespace of its code', () => {
    expect(checkPart({ text: ' x y', entities: [quote(0, 4), code(0, 2)] })).toEqual([]);
  });

  it.each<[string, string, ReplyEntity[]]>([
    ['too long', 'x'.repeat(4097), []],
    ['empty', ' \n', []],
    ['ends with whitespace', 'x\n', []],
    ['begins with whitespace', ' x', [code(1, 1)]],
    ['lone surrogate', 'x\ud83d', []],
    ['changed by the server', 'a\u202eb', []],
    ['too many entities', 'x '.repeat(101).trim(), Array.from({ length: 101 }, (_, n) => bold(2 * n, 1))],
    ['empty entity', 'x', [bold(0, 0)]],
    ['entity after the end', 'x', [bold(0, 2)]],
    ['entity inside a character', '😀', [bold(0, 1)]],
    ['entity with whitespace at an edge', 'a b', [bold(0, 2)]],
    ['refused URL', 'x', [link('http://localhost')]],
    ['bold around code', 'a b', [bold(0, 3), code(2, 1)]],
    ['quote in quote', 'a b', [quote(0, 3), quote(2, 1)]],
    ['crossing entities', 'abc', [bold(0, 2), { type: 'italic', offset: 1, length: 2 }]],
  ])('objects to: %s', (_, text, entities) => {
    expect(checkPart({ text, entities }).length).toBeGreaterThan(0);
  });
});
