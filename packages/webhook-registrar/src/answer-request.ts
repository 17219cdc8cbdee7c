import type { Log } from '@agent-claw/core';
import * as z from 'zod';
import { NOT_CONNECTED } from './answer-cloudformation.ts';
import type { RegistrationData, Result } from './answer-cloudformation.ts';
import { BotApiError } from './bot-api.ts';
import { parseAddress, parseRequest } from './cloudformation-event.ts';
import type { Address, RegistrationRequest } from './cloudformation-event.ts';

export interface AnswerRequestDeps {
  readonly register: (request: RegistrationRequest, signal: AbortSignal) => Promise<RegistrationData>;
  readonly unregister: (request: RegistrationRequest, signal: AbortSignal) => Promise<void>;
  readonly answer: (address: Address, result: Result) => Promise<void>;
  readonly log: Log;
}

const DISCONNECTED: Result = { kind: 'done', data: NOT_CONNECTED };

/** Handles one CloudFormation event and always answers it; `signal` ends the work while there is still time to answer. */
export const createAnswerRequest =
  (deps: AnswerRequestDeps) =>
  async (event: unknown, signal: AbortSignal): Promise<void> => {
    const address = parseAddress(event);
    const result =
      address.RequestType === 'Delete' ? await remove(deps, event, signal) : await connect(deps, event, signal);
    deps.log.info('request_answered', { request: address.RequestType, outcome: result.kind });
    await deps.answer(address, result);
  };

const connect = async (deps: AnswerRequestDeps, event: unknown, signal: AbortSignal): Promise<Result> => {
  let mayFail = true;
  try {
    const request = parseRequest(event);
    mayFail = !request.goesBack;
    return { kind: 'done', data: await untilAborted(deps.register(request, signal), signal) };
  } catch (error) {
    deps.log.error('registration_failed', error);
    // A bot that is silent until the next deploy is better than a stack that is stuck between two versions.
    return mayFail ? { kind: 'failed', reason: reasonOf(error) } : DISCONNECTED;
  }
};

const remove = async (deps: AnswerRequestDeps, event: unknown, signal: AbortSignal): Promise<Result> => {
  try {
    await untilAborted(deps.unregister(parseRequest(event), signal), signal);
  } catch (error) {
    // A webhook that stays behind points to an address that no longer exists; a stack that cannot be deleted is worse.
    deps.log.error('webhook_not_deleted', error);
  }
  return DISCONNECTED;
};

/** Work that does not watch the signal must not keep CloudFormation waiting. */
const untilAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error('Telegram or Secrets Manager took too long. Deploy again.'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });

const reasonOf = (error: unknown): string => {
  if (error instanceof z.ZodError)
    return `The properties of the webhook resource are wrong:\n${z.prettifyError(error)}`;
  if (error instanceof BotApiError || (error instanceof Error && error.constructor === Error)) return error.message;
  // Anybody else's error text may quote what was sent.
  const name = error instanceof Error ? error.name : 'unknown error';
  return `Registering the webhook failed (${name}). The function's log has the details.`;
};
