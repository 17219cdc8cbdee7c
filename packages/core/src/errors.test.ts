import { describe, expect, it } from 'vitest';
import { FileTooLargeError, PermanentError, RetryableError } from './errors.ts';

const CLASSES = { RetryableError, PermanentError, FileTooLargeError };

describe('an error of ours', () => {
  it.each(Object.entries(CLASSES))(
    '%s is known by its name, whichever copy of the code has made it',
    (name, OfOurs) => {
      const fromTheOtherCopy = Object.assign(new Error('x'), { name });
      const known = (error: unknown) => Object.values(CLASSES).filter((one) => error instanceof one);
      expect([new OfOurs('x'), fromTheOtherCopy].map(known)).toEqual([[OfOurs], [OfOurs]]);
    },
  );

  it('is none that only looks like it', () => {
    const others = [new Error('x'), new TypeError('x'), { name: 'RetryableError' }, 'RetryableError', undefined];
    expect(others.filter((other) => other instanceof RetryableError)).toEqual([]);
  });
});
