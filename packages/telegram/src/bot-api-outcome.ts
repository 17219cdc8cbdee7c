import { PermanentError, RetryableError } from '@agent-claw/core';
import { GrammyError, HttpError } from 'grammy/web';

/** What a failed Bot API call means for the caller. Decided here, where the answer is known; nobody else reads descriptions. */
export type BotApiFailure =
  | { readonly kind: 'wait'; readonly retryAfterMs: number }
  | { readonly kind: 'undeliverable'; readonly reason: string }
  /** The group became a supergroup, which is another chat. */
  | { readonly kind: 'chat_moved'; readonly chatId: string }
  /** The chat is there, its topic is not. */
  | { readonly kind: 'topic_gone'; readonly reason: string }
  /** The request itself was refused. With formatting in it, the text alone may pass. */
  | { readonly kind: 'bad_request'; readonly reason: string }
  /** An edit or a removal of a message that is not there any more. */
  | { readonly kind: 'gone' }
  /** The message shows exactly this already: an edit that was repeated. */
  | { readonly kind: 'not_modified' }
  | { readonly kind: 'bad_token' }
  /** Telegram did not take the request: sending again cannot double anything. */
  | { readonly kind: 'not_sent' }
  | { readonly kind: 'in_doubt' };

/** Connection errors from before the request was written. */
const NEVER_REACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Refusals of the place, not of the text: without formatting they would be the same. */
const NO_SUCH_PLACE = ['chat not found', 'peer_id_invalid'];

const NO_SUCH_TOPIC = ['message thread not found', 'topic_deleted'];

const NOT_THERE = [
  'message to edit not found',
  "message can't be edited",
  'message to delete not found',
  'message_id_invalid',
];

/** The error and what it was caused by. */
const causesOf = (error: unknown): readonly Error[] => {
  const causes: Error[] = [];
  let current = error;
  for (let depth = 0; depth < 6 && current instanceof Error; depth += 1) {
    causes.push(current);
    current =
      current instanceof HttpError
        ? current.error
        : current instanceof AggregateError
          ? current.errors[0]
          : current.cause;
  }
  return causes;
};

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');

const refusalOf = (error: GrammyError): BotApiFailure => {
  switch (error.error_code) {
    case 429:
      return { kind: 'wait', retryAfterMs: (error.parameters.retry_after ?? 1) * 1000 };
    case 401:
      return { kind: 'bad_token' };
    case 404:
      // What a token of the wrong form gets, and what a small Bot API server says of a method it does not have. Without
      // sendMessage nothing works; without edits an answer comes as a fresh message.
      return error.method === 'sendMessage' ? { kind: 'bad_token' } : { kind: 'gone' };
    case 400:
      return badRequestOf(error);
    case 413:
      return { kind: 'bad_request', reason: error.description };
    default:
      // A 5xx may come from behind the point where the message was stored.
      return error.error_code >= 500 ? { kind: 'in_doubt' } : { kind: 'undeliverable', reason: error.description };
  }
};

const badRequestOf = ({ description: reason, parameters }: GrammyError): BotApiFailure => {
  const movedTo = parameters.migrate_to_chat_id;
  if (movedTo !== undefined) return { kind: 'chat_moved', chatId: String(movedTo) };
  const description = reason.toLowerCase();
  const says = (words: string): boolean => description.includes(words);
  if (says('message is not modified')) return { kind: 'not_modified' };
  if (NOT_THERE.some(says)) return { kind: 'gone' };
  if (NO_SUCH_TOPIC.some(says)) return { kind: 'topic_gone', reason };
  if (says('topic_closed'))
    return { kind: 'undeliverable', reason: `${reason} (reopen the topic, or make the bot an administrator)` };
  return NO_SUCH_PLACE.some(says) ? { kind: 'undeliverable', reason } : { kind: 'bad_request', reason };
};

/** @returns what to do about `error`, which a Bot API call threw. Holds nothing of the request, so no token and no text. */
export const botApiFailure = (error: unknown): BotApiFailure => {
  if (error instanceof GrammyError) return refusalOf(error);
  const causes = causesOf(error);
  // Our own errors come from reading a file while it was sent: Telegram takes no request without its end.
  const isCutShort = causes.some((cause) => cause instanceof RetryableError || cause instanceof PermanentError);
  const isUnsent = isCutShort || causes.some((cause) => NEVER_REACHED.has(codeOf(cause)));
  return isUnsent ? { kind: 'not_sent' } : { kind: 'in_doubt' };
};
