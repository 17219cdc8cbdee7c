import type { FileRecord, MessageBody } from './records.ts';
import type { World } from './world.ts';

/** The message fields for one stored file; sizes come from the file itself where its header says them. */
export const mediaBody = (
  world: World,
  kind: string,
  file: FileRecord,
  extra: {
    readonly duration?: number | undefined;
    readonly width?: number | undefined;
    readonly height?: number | undefined;
  },
): MessageBody => {
  const size = imageSize(world.files.bytes(file));
  const base = { file_unique_id: file.uniqueId, file_size: file.size };
  const named = { ...base, ...(file.name === '' ? {} : { file_name: file.name }), mime_type: file.mimeType };
  const width = extra.width ?? size?.width ?? 320;
  const height = extra.height ?? size?.height ?? 240;
  const duration = extra.duration ?? 0;
  switch (kind) {
    case 'photo':
      return { photo: [{ ...base, width, height }] };
    case 'voice':
      return { voice: { ...base, duration, mime_type: file.mimeType } };
    case 'audio':
      return { audio: { ...named, duration } };
    case 'video':
      return { video: { ...named, width, height, duration } };
    case 'animation':
      return { animation: { ...named, width, height, duration }, document: named };
    case 'sticker':
      return { sticker: { ...base, type: 'regular', width, height, is_animated: false, is_video: false } };
    default:
      return { document: named };
  }
};

/** Width and height of a PNG, GIF or JPEG; null for anything else. */
export const imageSize = (bytes: Buffer): { width: number; height: number } | null => {
  if (bytes.length > 24 && bytes.toString('latin1', 1, 4) === 'PNG')
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (bytes.length > 10 && bytes.toString('latin1', 0, 3) === 'GIF')
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
};
