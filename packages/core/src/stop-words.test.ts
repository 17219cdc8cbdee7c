import { describe, expect, it } from 'vitest';
import { isStopWord } from './stop-words.ts';

describe('isStopWord', () => {
  it.each(['stop', 'STOP', ' Stop! ', 'please stop.', 'Halt', 'стоп', '停止。', 'やめて！', 'detén', 'توقف'])(
    'takes "%s" for a stop',
    (text) => {
      expect(isStopWord(text)).toBe(true);
    },
  );

  it.each(['stop words in Python', 'do not stop', '', '!', 'stopwatch', `stop${' '.repeat(60)}x`])(
    'takes "%s" for talk',
    (text) => {
      expect(isStopWord(text)).toBe(false);
    },
  );
});
