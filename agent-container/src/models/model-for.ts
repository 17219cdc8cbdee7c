import type { Model } from '@strands-agents/sdk';
import { PermanentError } from '@agent-claw/core';
import type { Clock } from '@agent-claw/core';
import { demoModel } from './demo/demo-model.ts';

/** Bedrock reserves the whole of it at the start of a request, and thinking counts against it. */
const MAX_TOKENS = 16_000;
/** Larger prompts cost more per token, and the model table of the library does not know the newest ids. */
const CONTEXT_WINDOW_LIMIT = 200_000;

export interface ModelOptions {
  readonly anthropicKey?: string;
  readonly openaiKey?: string;
  /** For a model client that uses another account or endpoint than the stores do. */
  readonly bedrock?: {
    readonly region?: string;
    readonly endpoint?: string;
    readonly credentials?: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };
  };
}

const forms = 'demo, bedrock:<id>, anthropic:<id> or openai:<id>@<base URL>';
const bad = (spec: string, why: string): PermanentError =>
  new PermanentError(`Model "${spec}": ${why} Set MODEL to ${forms}.`);

// Temperature stays unset: newer Claude models refuse any value but their own.
const limits = { maxTokens: MAX_TOKENS, contextWindowLimit: CONTEXT_WINDOW_LIMIT };
// Off unless given. OpenAI caches by itself.
const cached = { ...limits, cacheConfig: { strategy: 'auto' } } as const;

const openAiParts = (
  spec: string,
  rest: string,
): { readonly modelId: string; readonly baseUrl: string | undefined } => {
  const at = rest.search(/@https?:\/\//u);
  if (at === -1 && rest.includes('@')) throw bad(spec, 'the base URL has to start with http:// or https://.');
  const modelId = at === -1 ? rest : rest.slice(0, at);
  const baseUrl = at === -1 ? undefined : rest.slice(at + 1);
  if (modelId === '') throw bad(spec, 'the model id is missing.');
  if (baseUrl !== undefined && !URL.canParse(baseUrl)) throw bad(spec, 'the base URL is not a URL.');
  return { modelId, baseUrl };
};

/**
 * Builds the model that a spec names. A provider's library is loaded only when it is chosen, and no call is made yet.
 * @throws PermanentError when the spec is malformed or its key is missing; the message says what to set.
 */
export const modelFor = async (spec: string, options: ModelOptions, clock: Clock): Promise<Model> => {
  const colon = spec.indexOf(':');
  const provider = colon === -1 ? spec : spec.slice(0, colon);
  const rest = colon === -1 ? '' : spec.slice(colon + 1).trim();
  if (provider === 'demo' && rest === '') return demoModel(clock);
  if (rest === '') throw bad(spec, 'this is not a model spec.');
  switch (provider) {
    case 'bedrock': {
      const { BedrockModel } = await import('@strands-agents/sdk/models/bedrock');
      return new BedrockModel({
        ...cached,
        modelId: rest,
        ...(options.bedrock === undefined ? {} : { clientConfig: options.bedrock }),
      });
    }
    case 'anthropic': {
      if (options.anthropicKey === undefined)
        throw new PermanentError(`Model "${spec}" needs a key. Set ANTHROPIC_API_KEY.`);
      const { AnthropicModel } = await import('@strands-agents/sdk/models/anthropic');
      return new AnthropicModel({
        ...cached,
        modelId: rest,
        apiKey: options.anthropicKey,
        clientConfig: { maxRetries: 0 },
      });
    }
    case 'openai': {
      const { modelId, baseUrl } = openAiParts(spec, rest);
      if (baseUrl === undefined && options.openaiKey === undefined)
        throw new PermanentError(
          `Model "${spec}" needs a key or a base URL. Set OPENAI_API_KEY, or add @http://localhost:11434/v1.`,
        );
      const { OpenAIModel } = await import('@strands-agents/sdk/models/openai');
      // Ollama and LM Studio speak the chat API and take any key; the client insists on having one.
      return new OpenAIModel({
        ...limits,
        api: 'chat',
        modelId,
        apiKey: options.openaiKey ?? 'none',
        clientConfig: { maxRetries: 0, ...(baseUrl === undefined ? {} : { baseURL: baseUrl }) },
      });
    }
    default:
      throw bad(spec, `there is no provider "${provider}".`);
  }
};
