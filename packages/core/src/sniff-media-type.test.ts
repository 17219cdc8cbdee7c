import { describe, expect, it } from 'vitest';
import { sniffMediaType } from './sniff-media-type.ts';

const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const zip = (part: string): Uint8Array => latin(`PK\u0003\u0004....[Content_Types].xml....${part}document.xml`);
const OFFICE = 'application/vnd.openxmlformats-officedocument';

describe('sniffMediaType', () => {
  it.each<[string, Uint8Array, string, string?]>([
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe1), 'image/jpeg'],
    ['a PNG', latin('\u0089PNG\r\n\u001a\n'), 'image/png'],
    ['a GIF', latin('GIF89a'), 'image/gif'],
    ['a WebP sticker', latin('RIFF....WEBPVP8 '), 'image/webp'],
    ['an iPhone photo', latin('....ftypheic'), 'image/heic'],
    ['a PDF', latin('%PDF-1.7'), 'application/pdf'],
    ['a voice message', latin('OggS'), 'audio/ogg'],
    ['a WAV', latin('RIFF....WAVEfmt '), 'audio/wav'],
    ['an MP3 with a tag', latin('ID3\u0004'), 'audio/mpeg'],
    ['an MP3 without', Uint8Array.of(0xff, 0xfb, 0x90, 0x00), 'audio/mpeg'],
    ['an M4A', latin('....ftypM4A '), 'audio/mp4'],
    ['a video note', latin('....ftypisom'), 'video/mp4'],
    ['a video sticker', Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3), 'video/webm'],
    ['an animated sticker', Uint8Array.of(0x1f, 0x8b, 8), 'application/gzip'],
    ['a Word file', zip('word/'), `${OFFICE}.wordprocessingml.document`],
    ['an Excel file', zip('xl/'), `${OFFICE}.spreadsheetml.sheet`],
    ['a zip that is neither', latin('PK\u0003\u0004hello word/'), 'application/zip'],
    ['an old Word file', latin('\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1'), 'application/msword', 'a.DOC'],
    [
      'an old file of another kind',
      latin('\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1'),
      'application/x-cfb',
      'a.msi',
    ],
    ['a table', latin('a,b\n1,2'), 'text/csv', 'sums.csv'],
    ['a page', latin('<p>hi'), 'text/html', 'x.html'],
    ['notes', latin('# hi'), 'text/markdown', 'x.md'],
    ['any text', new TextEncoder().encode('Grüße'), 'text/plain', 'x.xyz'],
    ['old text that is named as text', Uint8Array.of(0x47, 0xfc, 0xdf, 0x0a), 'text/plain', 'x.CSV'],
    ['old text that is named as nothing', Uint8Array.of(0x47, 0xfc, 0xdf), 'application/octet-stream', 'x'],
    ['a table out of Windows', Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x2c, 0), 'text/plain', 'x.csv'],
    ['text the other way round', Uint8Array.of(0xfe, 0xff, 0, 0x61), 'text/plain'],
    ['a mark without text', Uint8Array.of(0xff, 0xfe, 0x61, 0, 0, 0), 'application/octet-stream', 'x.txt'],
    ['half a letter', Uint8Array.of(0xff, 0xfe, 0x61), 'application/octet-stream'],
    ['bytes', Uint8Array.of(0, 1, 2), 'application/octet-stream', 'x.txt'],
    ['nothing', new Uint8Array(), 'application/octet-stream', 'x.txt'],
    ['a page that calls itself a picture', latin('<script>'), 'text/plain', 'x.png'],
    ['a picture that calls itself a page', latin('GIF89a'), 'image/gif', 'x.html'],
  ])('knows %s', (_, bytes, mediaType, name) => {
    expect(sniffMediaType(bytes, name)).toBe(mediaType);
  });
});
