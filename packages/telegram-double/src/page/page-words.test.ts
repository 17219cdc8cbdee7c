import { describe, expect, it } from 'vitest';
import { commandsThatFit } from './command-menu.ts';
import { personOf, placeOfHash } from './page-address.ts';
import { initials, tintClass } from './person-face.ts';
import { clockTime, dayTitle, fileSize, playTime } from './show-time.ts';

describe('page-address', () => {
  it('reads chats, topics and second bots from the fragment, and nothing else', () => {
    expect(['#4242001', '#-1001', '#-1001/7', '#2:4242001', '', '#', '#x', '#1/x', '#1/2/3'].map(placeOfHash)).toEqual([
      { chatId: '4242001' },
      { chatId: '-1001' },
      { chatId: '-1001', threadId: 7 },
      { chatId: '2:4242001' },
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('reads a numeric person only', () => {
    expect(['?as=5', '?as=-5', '?as=x', ''].map(personOf)).toEqual([5, null, null, null]);
  });
});

describe('command-menu', () => {
  it('offers what begins with the typed name, the full match first', () => {
    const commands = ['news', 'new', 'help'].map((command) => ({ command, description: '', bot: '' }));
    expect(commandsThatFit(commands, '/NEW').map(({ command }) => command)).toEqual(['new', 'news']);
    expect(commandsThatFit(commands, '/')).toHaveLength(3);
    expect(commandsThatFit(commands, '/x')).toEqual([]);
  });
});

describe('person-face', () => {
  it('takes the first letters of two words, in any script', () => {
    expect(['Ada Lovelace', 'agent-claw', '👩 мама', '👍'].map(initials)).toEqual(['AL', 'AC', 'М', '#']);
  });

  it('gives an id always the same colour, also a negative one', () => {
    expect([tintClass('-1001'), tintClass(-1001), tintClass('')]).toEqual(['tint-0', 'tint-0', 'tint-0']);
  });
});

describe('show-time', () => {
  const at = (day: number, hour: number): number => new Date(2026, 10, day, hour, 5).getTime() / 1000;
  const nowMs = at(21, 9) * 1000;

  it('names today and yesterday, other days by date, other years with the year', () => {
    expect(
      [at(21, 1), at(20, 23), at(3, 8), new Date(2024, 0, 2).getTime() / 1000].map((day) => dayTitle(day, nowMs)),
    ).toEqual(['Today', 'Yesterday', '3 November', '2 January 2024']);
  });

  it('shows clock, playing time and sizes', () => {
    expect([
      clockTime(at(21, 9)),
      playTime(65.9),
      playTime(Number.NaN),
      fileSize(0),
      fileSize(1023),
      fileSize(1_572_864),
    ]).toEqual(['09:05', '1:05', '0:00', '0 B', '1023 B', '1.5 MB']);
  });
});
