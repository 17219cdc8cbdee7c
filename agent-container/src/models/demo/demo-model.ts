import { Model, ModelError, ModelThrottledError } from '@strands-agents/sdk';
import type { BaseModelConfig, Message, ModelStreamEvent, StreamOptions } from '@strands-agents/sdk';
import type { Clock } from '@agent-claw/core';
import { decide } from './decide.ts';
import { readInput } from './read-input.ts';

const WORD_DELAY_MS = 12;
/** A long answer is sent in bigger pieces, so that it takes seconds and not minutes. */
const MAX_PIECES = 300;

const pieces = (text: string, slow: boolean): readonly string[] => {
  const words = text.match(/\s*\S+\s*$|\s*\S+/gu) ?? [];
  const size = slow ? 1 : Math.ceil(words.length / MAX_PIECES);
  return Array.from({ length: Math.ceil(words.length / size) }, (_, index) =>
    words.slice(index * size, (index + 1) * size).join(''),
  );
};

const tokens = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4);

/**
 * A model without a model: fixed rules that need no key and no network. It sees only what the model port gives it and
 * emits only the port's events, so that it can do nothing that a real model could not do in its place.
 */
class DemoModel extends Model {
  private config: BaseModelConfig = { modelId: 'demo', contextWindowLimit: 200_000 };
  private readonly clock: Clock;

  constructor(clock: Clock) {
    super();
    this.clock = clock;
  }

  override updateConfig(config: BaseModelConfig): void {
    this.config = { ...this.config, ...config };
  }

  override getConfig(): BaseModelConfig {
    return this.config;
  }

  override async *stream(messages: Message[], options?: StreamOptions): AsyncGenerator<ModelStreamEvent> {
    const input = readInput(messages, options);
    const step = decide(input);
    if (step.kind === 'fail')
      throw step.how === 'throttled'
        ? new ModelThrottledError('The demo model plays a throttled model.')
        : new ModelError('The demo model plays a broken model.');
    yield { type: 'modelMessageStartEvent', role: 'assistant' };
    if (step.kind === 'call') {
      // The id follows from the place in the conversation: no id is minted at random here.
      const toolUseId = `demo-${messages.length}-${input.results.length}`;
      const { remark, pauseMs } = step.call;
      if (remark !== undefined) {
        yield { type: 'modelContentBlockStartEvent' };
        yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'textDelta', text: remark } };
        yield { type: 'modelContentBlockStopEvent' };
      }
      if (pauseMs !== undefined) await this.clock.sleep(pauseMs, options?.cancelSignal);
      yield { type: 'modelContentBlockStartEvent', start: { type: 'toolUseStart', name: step.call.name, toolUseId } };
      yield {
        type: 'modelContentBlockDeltaEvent',
        delta: { type: 'toolUseInputDelta', input: JSON.stringify(step.call.input) },
      };
    } else {
      yield { type: 'modelContentBlockStartEvent' };
      for (const text of pieces(step.text, step.wordDelayMs !== undefined)) {
        if (options?.cancelSignal?.aborted === true) return;
        yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'textDelta', text } };
        await this.clock.sleep(step.wordDelayMs ?? WORD_DELAY_MS, options?.cancelSignal);
      }
    }
    yield { type: 'modelContentBlockStopEvent' };
    yield { type: 'modelMessageStopEvent', stopReason: step.kind === 'call' ? 'toolUse' : 'endTurn' };
    const inputTokens = tokens(messages);
    const outputTokens = tokens(step);
    yield {
      type: 'modelMetadataEvent',
      usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
      metrics: { latencyMs: 1 },
    };
  }
}

/** The built-in demo model; `clock` paces its words. */
export const demoModel = (clock: Clock): Model => new DemoModel(clock);
