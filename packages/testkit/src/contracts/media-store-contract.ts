import { FileTooLargeError } from '@agent-claw/core';
import type { MediaKey, MediaStore } from '@agent-claw/core';
import { expect, it } from 'vitest';

const KEY = 'tg_7000_4242001/u1-0-AQAD' as MediaKey;
const picture = { bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0x00, 0x0a), mediaType: 'image/jpeg' };

/** The promises of `MediaStore`. `create` gives an empty one each time. */
export const mediaStoreContract = (create: () => Promise<MediaStore>): void => {
  it('gives back the bytes that were put, and their type', async () => {
    const store = await create();
    await store.put(KEY, { ...picture, name: 'Über uns 📷.jpg\r\nx-evil: 1' });
    expect(await store.find(KEY)).toEqual({ mediaType: 'image/jpeg', sizeBytes: 5 });
    const read = await store.read(KEY, 5);
    expect(read && { ...read, bytes: [...read.bytes] }).toEqual({
      ...picture,
      bytes: [...picture.bytes],
      sizeBytes: 5,
    });
  });

  it('has no file where none was put', async () => {
    const store = await create();
    expect([await store.find(KEY), await store.read(KEY, 100), await store.open(KEY)]).toEqual([null, null, null]);
  });

  it('takes the same file a second time', async () => {
    const store = await create();
    await store.put(KEY, picture);
    await store.put(KEY, picture);
    expect(await store.find(KEY)).toEqual({ mediaType: 'image/jpeg', sizeBytes: 5 });
  });

  it('refuses to read more than it is asked for', async () => {
    const store = await create();
    await store.put(KEY, picture);
    await expect(store.read(KEY, 4)).rejects.toThrow(FileTooLargeError);
  });

  it('is read piece by piece, from its start each time, also after a reader that has left', async () => {
    const store = await create();
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
    await store.put(KEY, { bytes, mediaType: 'audio/ogg' });
    const left = await store.open(KEY);
    for await (const piece of left?.body ?? []) {
      expect(piece.byteLength).toBeGreaterThan(0);
      break;
    }
    const opened = await store.open(KEY);
    const pieces: Uint8Array[] = [];
    for await (const piece of opened?.body ?? []) pieces.push(piece);
    expect({ ...opened, body: Buffer.concat(pieces).equals(bytes) }).toEqual({
      mediaType: 'audio/ogg',
      sizeBytes: 200_000,
      body: true,
    });
  });

  it('keeps an empty file', async () => {
    const store = await create();
    await store.put(KEY, { bytes: new Uint8Array(), mediaType: 'application/octet-stream' });
    expect(await store.find(KEY)).toEqual({ mediaType: 'application/octet-stream', sizeBytes: 0 });
    expect((await store.read(KEY, 0))?.bytes.byteLength).toBe(0);
  });
};
