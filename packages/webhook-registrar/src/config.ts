import * as z from 'zod';

const environmentSchema = z.object({
  /** ARN or name of the secret with the bot token. */
  TELEGRAM_SECRET_ID: z.string().min(1),
  /** Where the access record is. */
  STATE_TABLE: z.string().min(1),
  /** Another Bot API server; unset in the cloud. */
  TELEGRAM_API_ROOT: z.url().default('https://api.telegram.org'),
});
/** What the stack has to set. */
export type WebhookRegistrarEnvironment = Pick<z.input<typeof environmentSchema>, 'TELEGRAM_SECRET_ID' | 'STATE_TABLE'>;

export interface WebhookRegistrarConfig {
  readonly secretId: string;
  readonly stateTable: string;
  readonly apiRoot: string;
}

/** @throws Error listing every problem at once, and where the values come from. */
export const parseConfig = (environment: unknown): WebhookRegistrarConfig => {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success)
    throw new Error(`Bad environment (set in infra/lib/webhook-registrar.ts):\n${z.prettifyError(parsed.error)}`);
  const { TELEGRAM_SECRET_ID: secretId, STATE_TABLE: stateTable, TELEGRAM_API_ROOT: root } = parsed.data;
  return { secretId, stateTable, apiRoot: root.replace(/\/+$/u, '') };
};
