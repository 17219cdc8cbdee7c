import type { Log } from '@agent-claw/core';
import { callbackAnswer, leaveChat, typingAction } from './answer-body.ts';
import { checkRequest } from './check-request.ts';
import type { WebhookRequest } from './check-request.ts';
import type { IngestOutcome } from './ingest-update.ts';

export interface WebhookAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface AnswerWebhookDeps {
  readonly ingest: (json: unknown) => Promise<IngestOutcome>;
  readonly secretDigests: readonly string[];
  readonly log: Log;
}

/** After this many seconds Telegram tries a full inbox again; by then a turn has usually made room. */
const FULL_RETRY_S = 20;

const TAKEN: WebhookAnswer = { statusCode: 200, body: '' };

const calling = (body: string): WebhookAnswer => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body,
});

const answeringPress = (queryId: string | undefined, text?: string): WebhookAnswer =>
  queryId === undefined ? TAKEN : calling(callbackAnswer(queryId, text));

const answerTo = (outcome: IngestOutcome): WebhookAnswer => {
  switch (outcome.kind) {
    case 'accepted':
    case 'claimed':
    case 'joined':
    case 'moved':
      return calling(typingAction(outcome.laneId));
    case 'stopping':
      return answeringPress(outcome.queryId, 'Stopping …');
    case 'pressed':
      // Without words: the menu itself shows what came of it.
      return answeringPress(outcome.queryId);
    case 'unused_button':
      return answeringPress(outcome.queryId, 'That button is no longer in use.');
    case 'foreign_button':
      return answeringPress(outcome.queryId, 'That button is not for you.');
    case 'leaving':
      // A positive id would be a person's: there is nothing to leave.
      return outcome.chatId < 0 ? calling(leaveChat(outcome.chatId)) : TAKEN;
    // Nobody is kept waiting for an answer.
    case 'overheard':
    case 'forgotten':
    case 'amended':
    // No typing: an edit starts no answer of its own.
    case 'knocked':
    // Whoever has the right code hears no more than a stranger, until the owner has decided.
    case 'ignored':
      return TAKEN;
    case 'unusable':
      return { statusCode: 400, body: '' };
    case 'full':
      return { statusCode: 503, headers: { 'retry-after': String(FULL_RETRY_S) }, body: '' };
  }
};

/** Answers one delivery. Never throws: 5xx means that our own write or ring failed and Telegram is to come back. */
export const createAnswerWebhook =
  (deps: AnswerWebhookDeps) =>
  async (request: WebhookRequest): Promise<WebhookAnswer> => {
    const checked = checkRequest(request, deps.secretDigests);
    if (checked.kind === 'refused') {
      deps.log.info('webhook_refused', { status: checked.status });
      return { statusCode: checked.status, body: '' };
    }
    try {
      const outcome = await deps.ingest(checked.json);
      const { kind, ...ids } = outcome;
      deps.log.info('webhook_answered', { outcome: kind, ...ids });
      return answerTo(outcome);
    } catch (error) {
      deps.log.error('webhook_failed', error);
      return { statusCode: 500, body: '' };
    }
  };
