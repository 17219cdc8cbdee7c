import * as z from 'zod/mini';
import { isTimeZone } from './active-hours.ts';

const filled = z.string().check(z.minLength(1));

const environmentSchema = z.object({
  STATE_TABLE: filled,
  WAKE_QUEUE_URL: filled,
  WORKSPACE_BUCKET: filled,
  /** Digits; "0" while no bot token has been connected. */
  BOT_ID: filled,
  /** Numeric Telegram user id. Empty: the owner is whoever claimed the bot; without one the heartbeat stays quiet. */
  OWNER_ID: z.string(),
  TIME_ZONE: z.string().check(z.refine(isTimeZone, 'is no IANA time zone, such as Europe/Berlin')),
  /** "08:00-23:00": start included, end excluded, over midnight when the end is earlier. Empty: always. */
  HEARTBEAT_ACTIVE_HOURS: z.string(),
});
export type HeartbeatEnvironment = z.input<typeof environmentSchema>;

export interface HeartbeatConfig {
  readonly stateTable: string;
  readonly wakeQueueUrl: string;
  readonly workspaceBucket: string;
  readonly botId: string;
  readonly ownerId: string;
  readonly timeZone: string;
  readonly activeHours: string;
}

/** @throws Error listing every problem at once, and where the values come from. */
export const parseConfig = (environment: unknown): HeartbeatConfig => {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success)
    throw new Error(`Bad environment (set in infra/lib/heartbeat.ts):\n${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  return {
    stateTable: data.STATE_TABLE,
    wakeQueueUrl: data.WAKE_QUEUE_URL,
    workspaceBucket: data.WORKSPACE_BUCKET,
    botId: data.BOT_ID,
    ownerId: data.OWNER_ID,
    timeZone: data.TIME_ZONE,
    activeHours: data.HEARTBEAT_ACTIVE_HOURS,
  };
};
