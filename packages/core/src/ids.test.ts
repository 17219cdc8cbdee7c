import { describe, expect, it } from 'vitest';
import { heartbeatEntryId, laneAddressOf, laneIdOf, turnIdOf } from './ids.ts';

describe('lane ids', () => {
  it.each([
    { channel: 'tg', account: '7', place: '4242001' },
    { channel: 'tg', account: '7', place: '-100123', thread: '17' },
  ])('carry the address %o there and back', (address) => {
    expect(laneAddressOf(laneIdOf(address))).toEqual(address);
  });

  it.each(['', 'tg', 'tg:7', 'tg::1', 'tg:7:1:2:3'])('are not "%s"', (text) => {
    expect(() => laneAddressOf(text)).toThrow(`Not a lane id: "${text}"`);
  });
});

describe('turn ids', () => {
  it('sort by age as text', () => {
    expect([turnIdOf(10), turnIdOf(9), turnIdOf(100)].sort()).toEqual([turnIdOf(9), turnIdOf(10), turnIdOf(100)]);
  });
});

describe('heartbeat entry ids', () => {
  it('are one for a tick that fires twice within its minute', () => {
    const tick = Date.UTC(2026, 10, 21, 9, 30);
    expect(heartbeatEntryId(tick + 4_000)).toBe(heartbeatEntryId(tick));
  });
});
