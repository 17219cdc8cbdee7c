/** What one model call took. `inputTokens` is everything that the model read, what came from a cache included. */
export interface CallTokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** For prompts up to this size; what longer ones cost is not known here. */
  readonly maxPromptTokens?: number;
}

/** When the prices below were read. */
export const PRICES_AS_OF = '2026-11-21';

/**
 * US dollars for a million tokens, by the model's id without its provider and Region. From Anthropic's and Amazon's public
 * price lists of that day: a guide for the owner, and no bill.
 */
const PRICES: Readonly<Record<string, Price>> = {
  'claude-opus-5-5': { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 },
  'claude-sonnet-5-5': { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
  'claude-haiku-5-5': { input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125, maxPromptTokens: 100_000 },
  'claude-opus-5': { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  'claude-sonnet-5': { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 },
  'claude-sonnet-4-6': { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  'claude-haiku-4-5': { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
  'claude-fable-5-1': { input: 10, output: 50, cacheRead: 0.25, cacheWrite: 12.5 },
  'nova-2-lite': { input: 0.3, output: 2.5, cacheRead: 0.075 },
  'nova-micro': { input: 0.035, output: 0.14, cacheRead: 0.00875 },
  'nova-lite': { input: 0.06, output: 0.24, cacheRead: 0.015 },
  'nova-pro': { input: 0.8, output: 3.2, cacheRead: 0.2 },
  'gpt-oss-120b': { input: 0.15, output: 0.6 },
};

/** Claude on Bedrock costs this much more where its answers may not leave a part of the world. */
const REGIONAL = 1.1;

/**
 * What a call is about to cost in US dollars, by the spec that its model was made from (`bedrock:<id>`, `anthropic:<id>`).
 * @returns null for a model or a size of prompt without a known price: then nothing is to be said about money.
 */
export const costUsdOf = (modelSpec: string, call: CallTokens): number | null => {
  const [, provider, id = ''] = /^(bedrock|anthropic):(.+)$/u.exec(modelSpec) ?? [];
  // `us.anthropic.claude-haiku-4-5-20251001-v1:0`: where it runs, whose it is, which one, of which day and version.
  const parts = id.split('.');
  const name = (parts.at(-1) ?? '').replace(/-v?\d+:\d+$/u, '').replace(/-\d{8}$/u, '');
  const price = Object.hasOwn(PRICES, name) ? PRICES[name] : undefined;
  if (price === undefined || call.inputTokens > (price.maxPromptTokens ?? Number.POSITIVE_INFINITY)) return null;
  const { input, output, cacheRead = input, cacheWrite = input } = price;
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = call;
  const fresh = Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens);
  const list =
    (fresh * input + outputTokens * output + cacheReadTokens * cacheRead + cacheWriteTokens * cacheWrite) / 1e6;
  const isRegional =
    provider === 'bedrock' && name.startsWith('claude-') && parts.length === 3 && parts[0] !== 'global';
  return isRegional ? list * REGIONAL : list;
};

/** An amount as people read it. */
export const usdText = (usd: number): string => (usd < 0.01 ? 'under $0.01' : `about $${usd.toFixed(2)}`);
