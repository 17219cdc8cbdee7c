import { describe, expect, it } from 'vitest';
import { laneIdOf } from './ids.ts';
import { MEDIA_KEY_FORM } from './media.ts';
import type { MediaKey } from './media.ts';
import { groupsOf, outgoingKeyOf, receivedIdOf, receivedKeyOf } from './outgoing-file.ts';
import type { OutgoingFile } from './outgoing-file.ts';

const LANE = laneIdOf({ channel: 'tg', account: '7000', place: '-100', thread: '5' });

describe('where files are', () => {
  it('keeps what goes apart from what came, and apart by lanes', () => {
    const key = outgoingKeyOf(LANE, 'ab'.repeat(32));
    expect([key, MEDIA_KEY_FORM.test(key)]).toEqual([`sent-tg_7000_-100_5/${'ab'.repeat(32)}`, true]);
    expect(receivedKeyOf(LANE, key)).toBeNull();
  });

  it('finds what came by the name that the agent has for it, in its own lane', () => {
    const key = 'tg_7000_-100_5/u8-0-AQAD' as MediaKey;
    expect([receivedIdOf(key), receivedKeyOf(LANE, receivedIdOf(key))]).toEqual(['u8-0-AQAD', key]);
    expect(['', '../x', 'a/b', '/a', 'a.b', 'x'.repeat(161)].map((id) => receivedKeyOf(LANE, id))).toEqual(
      Array.from({ length: 6 }, () => null),
    );
  });
});

describe('groupsOf', () => {
  it('makes one group of each album, and of each file that is alone', () => {
    const file = (name: string, album?: number) =>
      ({ name, ...(album === undefined ? {} : { album }) }) as unknown as OutgoingFile;
    const files = [file('a', 1), file('b', 1), file('c'), file('d'), file('e', 2), file('f', 3), file('g', 3)];
    expect(groupsOf(files).map((group) => group.map(({ name }) => name).join(''))).toEqual(['ab', 'c', 'd', 'e', 'fg']);
  });
});
