import { FileTooLargeError, PermanentError, RetryableError } from '@agent-claw/core';
import type { Log, LogFields } from '@agent-claw/core';
import { ModelError } from '@strands-agents/sdk';
import { chain, httpStatus } from './failure.ts';

const namesOf = (errors: readonly Error[]): string =>
  errors.map((entry) => `${entry.name}${httpStatus(entry) === undefined ? '' : ` ${httpStatus(entry)}`}`).join(' < ');

/** The error's class and place. The message is also in the stack, and a line of it may look like a frame. */
const withoutText = (error: Error): Error => {
  const stack = error.stack ?? '';
  const frames = stack.slice(stack.indexOf(error.message) + error.message.length);
  return Object.assign(new Error(''), { name: error.name, stack: frames });
};

/**
 * Writes what a log line may say about an error. Only the text of our own classes is logged: a provider's or a parser's
 * text can quote what was sent, so everything else is reduced to its names.
 */
export const logFailure = (log: Log, event: string, error: unknown, fields: LogFields = {}): void => {
  const errors = chain(error);
  const [outermost] = errors;
  const isOurs =
    outermost instanceof RetryableError ||
    outermost instanceof PermanentError ||
    outermost instanceof FileTooLargeError;
  if (outermost === undefined || isOurs) return log.error(event, error, fields);
  const isProviders = errors.some((entry) => entry instanceof ModelError || httpStatus(entry) !== undefined);
  if (isProviders) return log.warn(event, { ...fields, errors: namesOf(errors) });
  logWithoutText(log, event, outermost, fields);
};

/** Writes which errors they were and where, for those whose text may name what people call their things. */
export const logWithoutText = (log: Log, event: string, error: unknown, fields: LogFields = {}): void => {
  const errors = chain(error);
  const [outermost] = errors;
  if (outermost === undefined) return log.error(event, error, fields);
  log.error(event, withoutText(outermost), { ...fields, errors: namesOf(errors) });
};
