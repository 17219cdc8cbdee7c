import * as z from 'zod/mini';

const filled = z.string().check(z.minLength(1));

const environmentSchema = z.object({
  STATE_TABLE: filled,
  WAKE_QUEUE_URL: filled,
  /** Digits; "0" while no bot token has been connected. */
  BOT_ID: filled,
  BOT_USERNAME: z.string(),
  /** SHA-256 in hex of each valid webhook secret, comma separated. Empty: nothing is let in. */
  WEBHOOK_SECRET_DIGESTS: z.string(),
  /** Numeric Telegram user id. Empty: the owner is whoever claimed the bot. */
  OWNER_ID: z.string(),
});
export type TgIngestEnvironment = z.input<typeof environmentSchema>;

export interface TgIngestConfig {
  readonly stateTable: string;
  readonly wakeQueueUrl: string;
  readonly bot: { readonly id: string; readonly username: string };
  readonly secretDigests: readonly string[];
  readonly ownerId: string;
}

/** @throws Error listing every problem at once, and where the values come from. */
export const parseConfig = (environment: unknown): TgIngestConfig => {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success)
    throw new Error(`Bad environment (set in infra/lib/tg-ingest.ts):\n${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  return {
    stateTable: data.STATE_TABLE,
    wakeQueueUrl: data.WAKE_QUEUE_URL,
    bot: { id: data.BOT_ID, username: data.BOT_USERNAME },
    secretDigests: data.WEBHOOK_SECRET_DIGESTS.split(',').filter((digest) => /^[0-9a-f]{64}$/u.test(digest)),
    ownerId: data.OWNER_ID,
  };
};
