import { PermanentError } from '@agent-claw/core';
import type { BotSecret, BotSecretSource, Clock } from '@agent-claw/core';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { translated } from './vendor-error.ts';

export interface SecretsManagerBotSecretOptions {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
  readonly clock: Pick<Clock, 'now'>;
}

const CACHE_MS = 300_000;

/** Reads the channel's secret, `{"botToken": "…", …}`, at most once in 5 minutes unless asked for a fresh one. */
export const secretsManagerBotSecret = (options: SecretsManagerBotSecretOptions): BotSecretSource => {
  const { client, secretId, clock } = options;
  const cache: { secret?: BotSecret; readAtMs: number } = { readAtMs: 0 };
  return {
    get: async (how) => {
      const isFresh = cache.secret !== undefined && clock.now() - cache.readAtMs < CACHE_MS;
      if (isFresh && cache.secret !== undefined && how?.fresh !== true) return cache.secret;
      const readAtMs = clock.now();
      const secret = parseSecret(secretId, await read(client, secretId));
      cache.secret = secret;
      cache.readAtMs = readAtMs;
      return secret;
    },
  };
};

const read = async (client: SecretsManagerClient, secretId: string): Promise<string> => {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: secretId }))).SecretString ?? '';
  } catch (error) {
    throw translated(`Read of secret ${secretId}`, error);
  }
};

const parseSecret = (secretId: string, text: string): BotSecret => {
  const botToken = botTokenIn(text);
  if (botToken !== undefined) return { botToken };
  // A JSON error would quote the text, so it is neither kept nor named as a cause.
  throw new PermanentError(`Secret ${secretId} has no botToken. Put {"botToken":"<token>"} into it and redeploy.`);
};

const botTokenIn = (text: string): string | undefined => {
  try {
    const { botToken } = JSON.parse(text) as { botToken?: unknown };
    return typeof botToken === 'string' && botToken !== '' ? botToken : undefined;
  } catch {
    // Not JSON: the same as without a token, and the caller says so without showing the text.
    return undefined;
  }
};
