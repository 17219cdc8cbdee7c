/** What the webhook said to one update. */
export interface WebhookAnswer {
  readonly status: number;
  /** May carry one call of the Bot API, which Telegram runs when it delivers by itself. */
  readonly body: string;
}

export interface PollOptions {
  readonly token: string;
  readonly apiRoot: string;
  /** Hands one update over as Telegram's webhook would. */
  readonly deliver: (update: unknown) => Promise<WebhookAnswer>;
  readonly onTrouble: (line: string) => void;
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

const POLL_S = 25;
/** Answers that another delivery of the same update would get again. */
const NEVER_TAKEN: ReadonlySet<number> = new Set([400, 413, 415]);

/**
 * Fetches updates from the real Telegram and delivers them to the webhook one by one. An update is confirmed to Telegram
 * only by the next call, after its delivery got a 2xx: a crash in between repeats it, and ingest knows repeats.
 */
export const pollTelegram = async ({
  token,
  apiRoot,
  deliver,
  onTrouble,
  sleep,
  signal,
}: PollOptions): Promise<void> => {
  let offset = 0;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const response = await fetch(`${apiRoot}/bot${token}/getUpdates?timeout=${POLL_S}&offset=${offset}`, {
        signal: AbortSignal.any([signal, AbortSignal.timeout((POLL_S + 10) * 1000)]),
      });
      const answer = (await response.json()) as { ok: boolean; result?: { update_id: number }[]; description?: string };
      if (!answer.ok) throw new Error(answer.description ?? `HTTP ${response.status}`);
      for (const update of answer.result ?? []) {
        const { status, body } = await deliver(update);
        // Confirming it would lose it: only what can never be taken is passed over, and said.
        if (NEVER_TAKEN.has(status))
          onTrouble(`Update ${update.update_id} cannot be read (${status}) and is passed over.`);
        else if (status < 200 || status > 299)
          throw new Error(`update ${update.update_id} was answered with ${status}`);
        offset = update.update_id + 1;
        await runAnswer({ token, apiRoot, signal }, body);
      }
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      onTrouble(`Telegram could not be polled (${scrubbed(error, token)}). Trying again.`);
      await sleep(Math.min(30_000, 500 * 2 ** failures), signal);
    }
  }
};

const ANSWER_LIMIT_MS = 5_000;

/** Runs the call in a webhook's answer: the typing sign, or the end of the waiting sign on a pressed button. */
const runAnswer = async (
  { token, apiRoot, signal }: Pick<PollOptions, 'token' | 'apiRoot' | 'signal'>,
  body: string,
): Promise<void> => {
  if (body === '') return;
  try {
    const { method } = JSON.parse(body) as { readonly method?: string };
    await fetch(`${apiRoot}/bot${token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    });
  } catch {
    // A courtesy whose result Telegram throws away as well: the update is taken, and must not come again because of it.
  }
};

/** What Telegram or a proxy says may quote the address, as a whole or in part. */
const scrubbed = (error: unknown, token: string): string =>
  [token, encodeURIComponent(token), token.slice(token.indexOf(':') + 1)].reduce(
    (text, secret) => text.replaceAll(secret, '<token>'),
    error instanceof Error ? error.message : String(error),
  );
