import { describe, expect, it } from 'vitest';
import { sseData } from './sse.ts';

const collect = async (chunks: readonly Uint8Array[]): Promise<readonly string[]> => {
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield* chunks;
  };
  const events: string[] = [];
  for await (const data of sseData(source())) events.push(data);
  return events;
};

describe('sseData', () => {
  const stream = Buffer.from(': hello\n\ndata: {"a":"ü👋"}\r\n\r\n: still here\ndata:one\ndata: two\n\ndata: cut');

  it('gives the same events wherever the stream is cut, and drops what has no end', async () => {
    const expected = ['{"a":"ü👋"}', 'one\ntwo'];
    expect(await collect([stream])).toEqual(expected);
    for (let at = 1; at < stream.length; at += 1)
      expect(await collect([stream.subarray(0, at), stream.subarray(at)])).toEqual(expected);
    expect(await collect([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  });
});
