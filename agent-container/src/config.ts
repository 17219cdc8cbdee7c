import * as z from 'zod';

const environmentSchema = z.object({
  CONVERSATIONS_TABLE: z.string().min(1),
  WORKSPACE_BUCKET: z.string().min(1),
  /** demo, bedrock:<id>, anthropic:<id> or openai:<id>@<base URL>. */
  MODEL: z.string().min(1),
  /** The model of heartbeats; cheap. Default: MODEL. */
  HEARTBEAT_MODEL: z.string().min(1).optional(),
  TIME_ZONE: z
    .string()
    .default('UTC')
    .refine((zone) => isTimeZone(zone), 'is not a time zone; write one like Europe/Berlin'),
  /** Of Amazon Polly's neural voices, the usual one: Joanna, Vicki … */
  VOICE: z
    .string()
    .regex(/^[A-Z][a-z]+$/u, 'is not the name of a voice; write one like Joanna')
    .default('Joanna'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  ANTHROPIC_API_KEY: z.string().min(1).optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  /** Only where the model lives in another account than the stores, as in local mode. */
  BEDROCK_REGION: z.string().min(1).optional(),
  BEDROCK_ENDPOINT: z.url().optional(),
  BEDROCK_ACCESS_KEY_ID: z.string().min(1).optional(),
  BEDROCK_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  BEDROCK_SESSION_TOKEN: z.string().min(1).optional(),
});

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

export type ContainerConfig = z.output<typeof environmentSchema>;

/** An empty variable counts as unset: that is how templates and shells leave one out. */
const withoutEmpty = (environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));

/** @throws Error listing every problem at once, and where the values come from. */
export const parseConfig = (environment: Readonly<Record<string, string | undefined>>): ContainerConfig => {
  const parsed = environmentSchema.safeParse(withoutEmpty(environment));
  if (!parsed.success)
    throw new Error(
      `Bad environment of agent-container (set in infra/lib/agent-runtime.ts):\n${z.prettifyError(parsed.error)}`,
    );
  return parsed.data;
};
