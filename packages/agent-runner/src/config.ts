import { LEASE_MS } from '@agent-claw/core';
import * as z from 'zod/mini';

const filled = z.string().check(z.minLength(1));
const duration = (fallback: number) => z._default(z.optional(z.string().check(z.regex(/^\d+$/u))), String(fallback));

const environmentSchema = z.object({
  STATE_TABLE: filled,
  WAKE_QUEUE_URL: filled,
  TELEGRAM_SECRET_ID: filled,
  RUNTIME_ARN: filled,
  /** Changes when the container changes; part of the runtime session's name. */
  RUNTIME_EPOCH: z.string().check(z.regex(/^[A-Za-z0-9]{1,64}$/u)),
  BOT_ID: filled,
  WORKSPACE_BUCKET: filled,
  /** For links to the bot; empty while Telegram has not told it. */
  BOT_USERNAME: z.string(),
  /** Numeric Telegram user id. Empty: the owner is whoever claimed the bot. */
  OWNER_ID: z.string(),
  /** Of what is deployed, as /status shows it. */
  APP_VERSION: filled,
  /** Milliseconds after which a leg hands over. */
  LEG_LIMIT_MS: duration(270_000),
});
export type AgentRunnerEnvironment = Pick<
  z.input<typeof environmentSchema>,
  | 'STATE_TABLE'
  | 'WAKE_QUEUE_URL'
  | 'TELEGRAM_SECRET_ID'
  | 'RUNTIME_ARN'
  | 'RUNTIME_EPOCH'
  | 'BOT_ID'
  | 'WORKSPACE_BUCKET'
  | 'BOT_USERNAME'
  | 'OWNER_ID'
  | 'APP_VERSION'
  | 'LEG_LIMIT_MS'
>;

/** Set for another Bot API server, or to shorten the limits of a local system; never in a deployed stack. */
const overridesSchema = z.object({
  TELEGRAM_API_ROOT: z._default(z.optional(z.url()), 'https://api.telegram.org'),
  WAKE_HIDDEN_S: duration(45),
  LEASE_MS: duration(LEASE_MS),
  /** AgentCore's `maxLifetime`, which infra/lib/agent-runtime.ts sets. */
  SESSION_LIFE_MS: duration(8 * 3_600_000),
});

export interface AgentRunnerConfig {
  readonly stateTable: string;
  readonly wakeQueueUrl: string;
  readonly telegramSecretId: string;
  readonly telegramApiRoot: string;
  readonly runtimeArn: string;
  readonly workspaceBucket: string;
  readonly runtimeEpoch: string;
  readonly botId: string;
  readonly botUsername: string;
  readonly ownerId: string;
  readonly version: string;
  readonly legMs: number;
  readonly wakeHiddenS: number;
  readonly leaseMs: number;
  readonly sessionLifeMs: number;
}

/** @throws Error listing every problem at once, and where the values come from. */
export const parseConfig = (environment: unknown): AgentRunnerConfig => {
  const parsed = z.extend(environmentSchema, overridesSchema.shape).safeParse(environment);
  if (!parsed.success)
    throw new Error(`Bad environment (set in infra/lib/agent-runner.ts):\n${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  return {
    stateTable: data.STATE_TABLE,
    wakeQueueUrl: data.WAKE_QUEUE_URL,
    telegramSecretId: data.TELEGRAM_SECRET_ID,
    telegramApiRoot: data.TELEGRAM_API_ROOT.replace(/\/+$/u, ''),
    runtimeArn: data.RUNTIME_ARN,
    workspaceBucket: data.WORKSPACE_BUCKET,
    runtimeEpoch: data.RUNTIME_EPOCH,
    botId: data.BOT_ID,
    botUsername: data.BOT_USERNAME,
    ownerId: data.OWNER_ID,
    version: data.APP_VERSION,
    legMs: Number(data.LEG_LIMIT_MS),
    wakeHiddenS: Number(data.WAKE_HIDDEN_S),
    leaseMs: Number(data.LEASE_MS),
    sessionLifeMs: Number(data.SESSION_LIFE_MS),
  };
};
