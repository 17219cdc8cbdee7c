import type { WebhookAnswer } from '@agent-claw/tg-ingest/answer-webhook';
import type { WebhookRequest } from '@agent-claw/tg-ingest/check-request';
import type { Random } from './random.ts';
import type { Faults } from './faults.ts';
import type { SentUpdate } from './sightings.ts';
import type { Timeline } from './timeline.ts';

/** One delivery to the webhook. Answers once, or never. */
export type Deliver = (request: WebhookRequest, answer: (answer: WebhookAnswer) => void) => void;

export interface WebhookSenderDeps {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly faults: Faults;
  readonly note: (who: string, what: string) => void;
  readonly secret: string;
  readonly deliver: Deliver;
}

export interface WebhookSender {
  send(update: SentUpdate, body: object): void;
  /** Updates that Telegram would still send again. */
  readonly open: () => number;
}

/** How long Telegram waits for an answer. */
const PATIENCE_MS = 60_000;

/**
 * Telegram's side of the webhook: per chat in order, again and again until a 2xx, and beyond what is promised: late
 * repeats, two deliveries at once, an older update after newer ones.
 */
export const createWebhookSender = ({
  timeline,
  random,
  faults,
  note,
  secret,
  deliver,
}: WebhookSenderDeps): WebhookSender => {
  const lines = new Map<string, Promise<void>>();
  const state = { open: 0 };

  const once = (update: SentUpdate, body: object, answered: (status: number | null) => void): void => {
    const request: WebhookRequest = {
      method: 'POST',
      path: '/telegram/webhook',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
      body: JSON.stringify(body),
      isBase64Encoded: false,
    };
    update.firstDeliveredAtMs ??= timeline.now();
    let isOver = false;
    const end = (status: number | null): void => {
      if (isOver) return;
      isOver = true;
      answered(status);
    };
    const cutMs = faults.on('W3.cut') ? random.int(50, 400) : null;
    deliver(request, ({ statusCode }) => {
      if (isOver) return;
      if (faults.on('W2.answer_lost')) {
        faults.fire('W2.answer_lost');
        return end(null);
      }
      end(statusCode);
    });
    if (cutMs !== null)
      timeline.after(cutMs, () => {
        if (isOver) return false;
        faults.fire('W3.cut');
        end(null);
        return true;
      });
    timeline.after(PATIENCE_MS, () => (isOver ? false : end(null)));
  };

  const untilTaken = (update: SentUpdate, body: object, taken: () => void): void => {
    const attempt = (count: number): void => {
      const again = (): void => timeline.after(Math.min(60_000, 1_000 * 2 ** count), () => attempt(count + 1));
      if (faults.on('W1.no_answer')) {
        faults.fire('W1.no_answer');
        return again();
      }
      once(update, body, (status) => {
        note('telegram', `update ${update.updateId} got ${status ?? 'no answer'}`);
        if (status === null || status >= 300) return again();
        update.acceptedAtMs ??= timeline.now();
        taken();
      });
    };
    attempt(0);
  };

  return {
    open: () => state.open,
    send: (update, body) => {
      state.open += 1;
      const taken = Promise.withResolvers<void>();
      const go = (): void =>
        untilTaken(update, body, () => {
          state.open -= 1;
          taken.resolve();
        });
      const before = lines.get(update.laneId);
      const overtakes = before !== undefined && faults.on('W5.overtaken');
      if (overtakes) {
        faults.fire('W5.overtaken');
        // The update before it is slow: this one does not wait for it.
        go();
      } else if (before === undefined) go();
      else void before.then(() => timeline.after(random.int(1, 30), go));
      lines.set(
        update.laneId,
        Promise.all([before, taken.promise]).then(() => undefined),
      );
      const repeat = (afterMs: number, id: 'W2.hours_later' | 'W4.two_at_once'): void => {
        state.open += 1;
        timeline.after(afterMs, () => {
          faults.fire(id);
          state.open -= 1;
          once(update, body, () => undefined);
        });
      };
      if (faults.on('W4.two_at_once')) repeat(random.int(0, 40), 'W4.two_at_once');
      if (faults.on('W2.hours_later')) repeat(random.int(60_000, 3 * 3_600_000), 'W2.hours_later');
    },
  };
};
