/** What Secrets Manager keeps for the bot; lives in memory only. */
export interface BotSecret {
  readonly botToken: string;
}

export interface BotSecretSource {
  /** Cached for 5 minutes. `fresh` reads again at once: the channel has just refused the cached token. */
  get(options?: { readonly fresh?: boolean }): Promise<BotSecret>;
}
