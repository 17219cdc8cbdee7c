import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { untilAllowed } from './until-allowed.ts';
import type { UntilAllowedDeps } from './until-allowed.ts';

const secretSchema = z.object({
  botToken: z.string().regex(/^\d+:[\w-]+$/u),
  webhookSecret: z
    .string()
    .regex(/^[\w-]{1,256}$/u)
    .optional(),
  /** Still accepted while Telegram may be using it. */
  previousWebhookSecret: z.string().optional(),
});
export type TelegramSecret = z.infer<typeof secretSchema>;

/** What the secret holds. `absent`: the owner has not put anything in. `unusable`: it is something else than a token. */
export type StoredSecret =
  | { readonly kind: 'present'; readonly secret: TelegramSecret }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable' };

/** The one secret of the Telegram channel. */
export interface SecretStore {
  read(signal: AbortSignal): Promise<StoredSecret>;
  /** Replaces the whole value. */
  write(secret: TelegramSecret, signal: AbortSignal): Promise<void>;
}

export const secretsManagerSecretStore = (
  client: SecretsManagerClient,
  secretId: string,
  patience: UntilAllowedDeps,
): SecretStore => ({
  async read(abortSignal) {
    const get = new GetSecretValueCommand({ SecretId: secretId });
    try {
      const { SecretString } = await untilAllowed(patience, () => client.send(get, { abortSignal }));
      return parseSecret(SecretString ?? '');
    } catch (error) {
      // The secret exists but has no value yet.
      if (error instanceof ResourceNotFoundException) return { kind: 'absent' };
      throw failed('read', error);
    }
  },
  async write(secret, abortSignal) {
    const put = new PutSecretValueCommand({ SecretId: secretId, SecretString: JSON.stringify(secret) });
    try {
      await untilAllowed(patience, () => client.send(put, { abortSignal }));
    } catch (error) {
      throw failed('stored', error);
    }
  },
});

/** The client's own text may quote what was sent, so it is named and not passed on. */
const failed = (what: string, error: unknown): Error =>
  new Error(
    `The secret could not be ${what} (${error instanceof Error ? error.name : 'unknown error'}). Check the rights of the function's role and deploy again.`,
    { cause: error },
  );

/** Takes `{"botToken":"…"}` and, because people paste it like that, the bare token. */
export const parseSecret = (value: string): StoredSecret => {
  const text = value.trim();
  if (text === '' || text === '{}') return { kind: 'absent' };
  const parsed = secretSchema.safeParse(text.startsWith('{') ? jsonOf(text) : { botToken: text });
  return parsed.success ? { kind: 'present', secret: parsed.data } : { kind: 'unusable' };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one of the ways to be unusable; the text itself must not reach an error message.
    return undefined;
  }
};
