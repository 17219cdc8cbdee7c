import { describe, expect, it } from 'vitest';
import { costUsdOf, usdText } from './model-prices.ts';

const call = { inputTokens: 1_000_000, outputTokens: 100_000, cacheReadTokens: 0, cacheWriteTokens: 0 };

describe('the cost of a model call', () => {
  it.each([
    ['bedrock:global.anthropic.claude-sonnet-5-5', 3],
    ['bedrock:us.anthropic.claude-sonnet-5-5', 3.3],
    ['bedrock:anthropic.claude-sonnet-5-5', 3],
    ['anthropic:claude-sonnet-5-5', 3],
    ['bedrock:eu.anthropic.claude-haiku-4-5-20251001-v1:0', 1.65],
    ['bedrock:us.amazon.nova-2-lite-v1:0', 0.55],
    ['bedrock:openai.gpt-oss-120b-1:0', 0.21],
  ])('of %s follows from the list price', (spec, usd) => {
    expect(costUsdOf(spec, call)).toBeCloseTo(usd, 9);
  });

  it('counts what came from a cache, or went into one, at its own price', () => {
    const cached = { ...call, cacheReadTokens: 600_000, cacheWriteTokens: 100_000 };
    expect(costUsdOf('anthropic:claude-sonnet-5-5', cached)).toBeCloseTo(0.3 * 2 + 0.6 * 0.1 + 0.1 * 2.5 + 1, 9);
  });

  it.each([
    ['demo'],
    ['openai:llama3@http://127.0.0.1:11434/v1'],
    ['bedrock:arn:aws:bedrock:eu-west-1:1:application-inference-profile/x'],
    ['anthropic:constructor'],
    // What prompts of more than 100,000 tokens cost is not known.
    ['bedrock:global.anthropic.claude-haiku-5-5'],
  ])('of %s is nothing that anybody here knows', (spec) => {
    expect(costUsdOf(spec, call)).toBeNull();
  });

  it('reads as an estimate', () => {
    expect([usdText(0.004), usdText(0.012), usdText(12.3)]).toEqual(['under $0.01', 'about $0.01', 'about $12.30']);
  });
});
