import type { Log, LogFields } from '@agent-claw/core';
import { scrub } from './scrub.ts';
import { systemClock } from './system-clock.ts';

export interface LogOptions {
  readonly service: string;
  /** Takes one line without its end. */
  readonly write: (line: string) => void;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: () => number;
}

/**
 * JSON lines: `level`, `event`, `service`, `at`, then the fields. Bot tokens are scrubbed from every text. Writing never
 * throws because of what it is given.
 */
export const createLog = (options: LogOptions): Log => logWith(options, {});

const logWith = (options: LogOptions, base: LogFields): Log => {
  const now = options.now ?? (() => systemClock.now());
  const line = (level: string, event: string, fields: LogFields): void => {
    const all = { ...base, ...fields };
    const clean = Object.entries(all).map(([key, value]) => [key, typeof value === 'string' ? scrub(value) : value]);
    const at = new Date(now()).toISOString();
    options.write(JSON.stringify({ level, event, service: options.service, at, ...Object.fromEntries(clean) }));
  };
  return {
    info: (event, fields = {}) => line('info', event, fields),
    warn: (event, fields = {}) => line('warn', event, fields),
    error: (event, error, fields = {}) => line('error', event, { ...fields, ...errorFields(error) }),
    with: (fields) => logWith(options, { ...base, ...fields }),
  };
};

/** A stack begins with the message, which may quote anything; only its frames are kept. */
const framesOf = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /u.test(line))
    .slice(0, 12)
    .map((line) => line.trim())
    .join(' | ');

const MAX_MESSAGE_CHARS = 500;

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

const errorFields = (error: unknown): LogFields => {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const code = textOf('code' in error ? error.code : undefined);
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return {
    errorName: error.name,
    ...(code === undefined ? {} : { errorCode: code }),
    errorMessage: error.message.slice(0, MAX_MESSAGE_CHARS),
    errorStack: framesOf(error),
    // A cause is named and not quoted: it comes from elsewhere and may carry what was being sent.
    ...(cause === undefined ? {} : { errorCause: cause.name }),
  };
};
