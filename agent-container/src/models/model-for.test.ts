import { describe, expect, it } from 'vitest';
import { hastyClock } from '../../test/world.ts';
import { modelFor } from './model-for.ts';

const configOf = async (spec: string) => {
  const model = await modelFor(spec, { anthropicKey: 'a', openaiKey: 'o' }, hastyClock());
  const { modelId, contextWindowLimit, temperature } = model.getConfig();
  return { kind: model.constructor.name, modelId, contextWindowLimit, temperature };
};

describe('modelFor', () => {
  it.each([
    ['demo', 'DemoModel', 'demo'],
    ['bedrock:global.anthropic.claude-sonnet-5-5', 'BedrockModel', 'global.anthropic.claude-sonnet-5-5'],
    ['bedrock:anthropic.claude-haiku-4-5-20251001-v1:0', 'BedrockModel', 'anthropic.claude-haiku-4-5-20251001-v1:0'],
    ['anthropic:claude-sonnet-5-5', 'AnthropicModel', 'claude-sonnet-5-5'],
    ['openai:gpt-6', 'OpenAIModel', 'gpt-6'],
    ['openai:qwen3:8b@http://localhost:11434/v1', 'OpenAIModel', 'qwen3:8b'],
  ])('builds %s', async (spec, kind, modelId) => {
    expect(await configOf(spec)).toEqual({ kind, modelId, contextWindowLimit: 200_000, temperature: undefined });
  });

  it.each([
    ['', /not a model spec/u],
    ['claude', /not a model spec/u],
    ['demo:x', /no provider "demo"/u],
    ['gemini:pro', /no provider "gemini"/u],
    ['bedrock:', /not a model spec/u],
    ['openai:@http://x/v1', /model id is missing/u],
    ['openai:m@localhost:1', /has to start with http/u],
  ])('refuses %j in one line that names the forms', async (spec, why) => {
    const refusal = await modelFor(spec, {}, hastyClock()).catch((error: unknown) => (error as Error).message);
    expect(refusal).toMatch(why);
    expect(refusal).toContain('Set MODEL to demo, bedrock:<id>, anthropic:<id> or openai:<id>@<base URL>.');
  });

  it('says which key is missing, and needs none for a server of one’s own', async () => {
    await expect(modelFor('anthropic:claude', {}, hastyClock())).rejects.toThrow('Set ANTHROPIC_API_KEY');
    await expect(modelFor('openai:gpt-6', {}, hastyClock())).rejects.toThrow('Set OPENAI_API_KEY');
    expect((await modelFor('openai:llama@http://127.0.0.1:1234/v1', {}, hastyClock())).modelId).toBe('llama');
  });
});
