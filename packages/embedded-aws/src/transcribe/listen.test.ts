import { describe, expect, it } from 'vitest';
import { listen } from './listen.ts';

const sized = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const count = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const ogg = (tag: string, comments: readonly string[]): Buffer =>
  Buffer.concat([
    Buffer.from(`OggS…${tag}`, 'latin1'),
    sized('vendor'),
    count(comments.length),
    ...comments.map(sized),
  ]);
const frame = (id: string, body: string): Buffer => {
  const head = Buffer.alloc(10);
  head.write(id, 0, 'latin1');
  head.writeUInt32BE(Buffer.byteLength(body) + 1, 4);
  return Buffer.concat([head, Buffer.of(3), Buffer.from(body)]);
};
const mp3 = (...frames: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from('ID3\u0003\0\0\0\0\0\0', 'latin1'), ...frames, Buffer.alloc(20)]);

describe('listen', () => {
  it('reads what a recording says of itself', () => {
    expect([
      listen(ogg('OpusTags', ['TITLE=x', 'transcript=Über uns'])),
      listen(ogg('\u0003vorbis', ['TRANSCRIPT=stop'])),
      listen(mp3(frame('TIT2', 'x'), frame('TXXX', 'TRANSCRIPT\0hello'))),
    ]).toEqual(['Über uns', 'stop', 'hello']);
  });

  it('hears nothing in any other, however it is cut', () => {
    const whole = ogg('OpusTags', ['TRANSCRIPT=stop']);
    const cut = Array.from({ length: whole.length }, (_, end) => listen(whole.subarray(0, end)));
    expect(cut.every((words) => words === null || 'stop'.startsWith(words))).toBe(true);
    expect(
      [ogg('OpusTags', ['TITLE=x']), mp3(frame('TIT2', 'x')), Buffer.from('OggS'), Buffer.alloc(0)].map(listen),
    ).toEqual([null, null, null, null]);
  });
});
