import { PermanentError, RetryableError } from '@agent-claw/core';
import { createLog } from '@agent-claw/observability/log';
import { ModelError } from '@strands-agents/sdk';
import { describe, expect, it } from 'vitest';
import { logFailure, logWithoutText } from './log-failure.ts';

const logged = (error: unknown, write = logFailure): Record<string, unknown> => {
  const lines: string[] = [];
  const log = createLog({ service: 'agent-container', write: (line) => void lines.push(line), now: () => 0 });
  write(log, 'turn_failed', error, { turnId: 't1' });
  const { service: _, at: __, errorStack, ...line } = JSON.parse(lines.join('')) as Record<string, unknown>;
  return { ...line, ...(typeof errorStack === 'string' ? { hasFrames: errorStack.startsWith('at ') } : {}) };
};

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('logFailure', () => {
  it.each([RetryableError, PermanentError])('logs what %o says: its text is ours', (Own) => {
    const cause = Object.assign(new Error('my secret'), { name: 'SlowDown', status: 503 });
    expect(logged(new Own('Read of "SOUL.md" failed.', { cause }))).toEqual({
      level: 'error',
      event: 'turn_failed',
      turnId: 't1',
      errorName: Own.name,
      errorMessage: 'Read of "SOUL.md" failed.',
      errorCause: 'SlowDown',
      hasFrames: true,
    });
  });

  it.each([
    [thrownBy(() => JSON.parse('my secret')), 'SyntaxError'],
    [new Error('my secret\n    at heart'), 'Error'],
    [new TypeError('x', { cause: new Error('my secret') }), 'TypeError < Error'],
  ])('logs any other error by its names and its place alone: %#', (error, errors) => {
    const line = logged(error);
    expect([JSON.stringify(line).includes('secret'), JSON.stringify(line).includes('heart')]).toEqual([false, false]);
    expect(line).toMatchObject({ level: 'error', errors, errorMessage: '', hasFrames: true });
  });

  it('names what a provider threw with its status, as a warning', () => {
    const error = new ModelError('my secret', { cause: Object.assign(new Error('my secret'), { status: 404 }) });
    expect(logged(error)).toEqual({
      level: 'warn',
      event: 'turn_failed',
      turnId: 't1',
      errors: 'ModelError < Error 404',
    });
  });
});

describe('logWithoutText', () => {
  it('names what failed and where, also when the text is ours', () => {
    const cause = Object.assign(new Error('my secret'), { name: 'SlowDown' });
    expect(logged(new RetryableError('Write of "diary.md" failed.', { cause }), logWithoutText)).toEqual({
      level: 'error',
      event: 'turn_failed',
      turnId: 't1',
      errors: 'RetryableError < SlowDown',
      errorName: 'RetryableError',
      errorMessage: '',
      hasFrames: true,
    });
  });
});
