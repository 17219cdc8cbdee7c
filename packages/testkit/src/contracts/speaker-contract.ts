import type { Speaker } from '@agent-claw/core';
import { expect, it } from 'vitest';

const isOpus = (bytes: Uint8Array): boolean => {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  return head.startsWith('OggS') && head.includes('OpusHead');
};

/** The promises of `Speaker`. */
export const speakerContract = (create: () => Promise<Speaker>): void => {
  it('speaks a text as Ogg Opus, longer for a longer one, in any language', async () => {
    const speaker = await create();
    const spoken = await Promise.all([
      speaker.speak('Hi.'),
      speaker.speak('Guten Tag. '.repeat(60), 'de-AT'),
      speaker.speak('x', 'tlh'),
    ]);
    expect(spoken.map((speech) => speech.kind === 'spoken' && isOpus(speech.bytes))).toEqual([true, true, true]);
    const [short, long] = spoken.map((speech) => (speech.kind === 'spoken' ? speech.bytes.byteLength : 0));
    expect(long).toBeGreaterThan(short ?? 0);
  });

  it('speaks 3,000 characters, and says why it does not speak more', async () => {
    const speaker = await create();
    expect((await speaker.speak('a'.repeat(3_000))).kind).toBe('spoken');
    expect(await speaker.speak('a'.repeat(3_001))).toEqual({ kind: 'refused', reason: expect.any(String) as string });
  });
};
