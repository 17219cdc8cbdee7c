export type CappedBody =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'too_big' }
  /** Fewer bytes came than were announced. */
  | { readonly kind: 'cut' };

/** Reads a body of at most `maxBytes`, whatever it says about its own length; more is not read. */
export const readCapped = async (response: Response, maxBytes: number): Promise<CappedBody> => {
  const announced = response.headers.get('content-length');
  const expected = announced === null || response.headers.has('content-encoding') ? null : Number(announced);
  if (expected !== null && expected > maxBytes) {
    await response.body?.cancel();
    return { kind: 'too_big' };
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > maxBytes) return { kind: 'too_big' };
    chunks.push(chunk);
  }
  if (expected !== null && size !== expected) return { kind: 'cut' };
  return { kind: 'whole', bytes: Buffer.concat(chunks) };
};
