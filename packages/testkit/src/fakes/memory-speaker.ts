import { MAX_SPOKEN_CHARS } from '@agent-claw/core';
import type { Speaker } from '@agent-claw/core';

export interface MemorySpeaker extends Speaker {
  /** What was to be spoken, in order. */
  readonly spoken: readonly { readonly text: string; readonly language?: string }[];
}

/** A recording with one page: a head that gives its length, a second for every ten characters, and the words. */
const recordingOf = (text: string): Uint8Array => {
  const page = Buffer.alloc(28);
  page.write('OggS', 0, 'latin1');
  page.writeBigInt64LE(BigInt(Math.ceil(text.length / 10)) * 48_000n, 6);
  return Uint8Array.from(Buffer.concat([page, Buffer.from('OpusHead'), Buffer.from(text)]));
};

/** Says nothing aloud. */
export const memorySpeaker = (): MemorySpeaker => {
  const spoken: MemorySpeaker['spoken'][number][] = [];
  return {
    spoken,
    speak: async (text, language) => {
      if (text.length > MAX_SPOKEN_CHARS) return { kind: 'refused', reason: 'The text is too long.' };
      spoken.push(language === undefined ? { text } : { text, language });
      return { kind: 'spoken', bytes: recordingOf(text) };
    },
  };
};
