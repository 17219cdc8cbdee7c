const PAGE = Buffer.from('OggS');
/** Opus counts in samples of 48 kHz, whatever it was made from. */
const SAMPLES_PER_S = 48_000;

/** True for what Telegram plays as a voice message. */
export const isOggOpus = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 200)).includes('OpusHead', 0, 'latin1');

/** How long a recording is, in whole seconds, as its last page says; undefined for what has no pages. */
export const oggSeconds = (bytes: Uint8Array): number | undefined => {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = all.lastIndexOf(PAGE);
  if (last === -1 || last + 14 > all.length) return undefined;
  const samples = Number(all.readBigInt64LE(last + 6));
  return samples > 0 ? Math.max(1, Math.round(samples / SAMPLES_PER_S)) : undefined;
};
