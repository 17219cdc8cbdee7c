import { describe, expect, it } from 'vitest';
import { parseMultipart } from './multipart.ts';

const type = 'multipart/form-data; boundary=b1';
const bodyOf = (...parts: string[]) => Buffer.from(`${parts.map((part) => `--b1\r\n${part}\r\n`).join('')}--b1--\r\n`);
const read = (body: Buffer, contentType = type) => {
  const { fields, uploads } = parseMultipart(body, contentType);
  return {
    fields: Object.fromEntries(fields),
    uploads: Object.fromEntries(
      [...uploads].map(([name, one]) => [name, { ...one, bytes: one.bytes.toString('latin1') }]),
    ),
  };
};

describe('multipart', () => {
  it('takes a part with a file name for a file, quoted or not, and decodes percent signs in names', () => {
    const parts = [
      'Content-Disposition: form-data; name="text"\r\n\r\na\r\nb',
      'content-disposition:form-data;name="one";filename=my file ä.bin\r\ncontent-type:text/plain\r\n\r\n\u0001\r\n--b',
      'Content-Disposition: form-data; name=two; filename="a%20\\"b\\".txt"\r\n\r\n',
    ];
    expect(read(bodyOf(...parts))).toEqual({
      fields: { text: 'a\r\nb' },
      uploads: {
        one: { name: 'my file ä.bin', mimeType: 'text/plain', bytes: '\u0001\r\n--b' },
        two: { name: 'a "b".txt', mimeType: 'application/octet-stream', bytes: '' },
      },
    });
  });

  it('lets the last of equal fields count, and numbers equal uploads', () => {
    const field = (value: string) => `Content-Disposition: form-data; name="x"\r\n\r\n${value}`;
    const file = (value: string) => `Content-Disposition: form-data; name="f"; filename="f"\r\n\r\n${value}`;
    const { fields, uploads } = read(bodyOf(field('1'), field('2'), file('a'), file('b')));
    expect([fields, Object.keys(uploads)]).toEqual([{ x: '2' }, ['f', 'f2']]);
  });

  it('refuses a body without boundary, end, name or disposition', () => {
    const reason = (body: Buffer, contentType = type) => {
      try {
        return read(body, contentType);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect([
      reason(bodyOf(), 'multipart/form-data'),
      reason(Buffer.from('--b1\r\nContent-Disposition: form-data; name="x"\r\n\r\ncut')),
      reason(bodyOf('Content-Type: text/plain\r\n\r\nx')),
      reason(bodyOf('Content-Disposition: attachment; name="x"\r\n\r\nx')),
      reason(bodyOf()),
    ]).toEqual([
      'Bad Request: boundary not found',
      "Bad Request: can't parse multipart body: its last boundary is missing",
      'Bad Request: field name in multipart/form-data not found',
      'Bad Request: expected form-data content disposition',
      { fields: {}, uploads: {} },
    ]);
  });
});
