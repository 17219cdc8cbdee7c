import { PermanentError } from '@agent-claw/core';
import { describe, expect, it } from 'vitest';
import { untilAllowed } from './until-allowed.ts';

const named = (name: string): Error => Object.assign(new Error('no'), { name });

/** An attempt that fails with `refusal` the first times, and a clock that moves only while somebody sleeps. */
const attempted = async (refusal: Error, failures: number) => {
  const state = { nowMs: 0, attempts: 0 };
  const deps = { now: () => state.nowMs, sleep: async (ms: number) => void (state.nowMs += ms) };
  const attempt = async (): Promise<string> => {
    state.attempts += 1;
    if (state.attempts <= failures) throw refusal;
    return 'done';
  };
  const [settled] = await Promise.allSettled([untilAllowed(deps, attempt)]);
  const outcome: unknown = settled.status === 'fulfilled' ? settled.value : settled.reason;
  return { outcome, attempts: state.attempts };
};

describe('untilAllowed', () => {
  it.each([
    ["a client's own refusal", named('AccessDeniedException')],
    ['a refusal that one of our stores passes on', new PermanentError('no', { cause: named('AccessDeniedException') })],
  ])('waits for %s to end', async (_what, error) => {
    expect(await attempted(error, 3)).toEqual({ outcome: 'done', attempts: 4 });
  });

  it('waits for nothing else', async () => {
    const error = new PermanentError('no', { cause: named('ResourceNotFoundException') });
    expect(await attempted(error, 1)).toEqual({ outcome: error, attempts: 1 });
  });
});
