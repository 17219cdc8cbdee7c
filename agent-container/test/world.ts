import { Model } from '@strands-agents/sdk';
import type { BaseModelConfig, Message, ModelStreamEvent, StreamOptions } from '@strands-agents/sdk';
import { turnIdOf, updateEntryId } from '@agent-claw/core';
import type {
  Clock,
  ConversationStore,
  Log,
  MediaStore,
  Speaker,
  TurnCall,
  TurnEvent,
  TurnMessage,
  WorkspaceStore,
} from '@agent-claw/core';
import {
  aTurnCall,
  memoryConversationStore,
  memoryMediaStore,
  memorySpeaker,
  memoryWorkspaceStore,
} from '@agent-claw/testkit';
import { createAgentRun } from '../src/agent/run-turn.ts';
import { createAnswerTurn } from '../src/answer-turn.ts';
import { demoModel } from '../src/models/demo/demo-model.ts';
import { createTurnTable } from '../src/turn-table.ts';
import type { TurnTable } from '../src/turn-table.ts';

export const silentLog: Log = { info() {}, warn() {}, error() {}, with: () => silentLog };

/** Time that passes by itself: whoever sleeps wakes at once, and the clock has moved. */
export const hastyClock = (startMs = 1_790_000_000_000): Clock => {
  const state = { nowMs: startMs };
  return {
    now: () => state.nowMs,
    sleep: (ms) =>
      new Promise((resolve) => {
        state.nowMs += ms;
        setImmediate(resolve);
      }),
  };
};

export interface ModelStep {
  readonly text?: string;
  /** Without an id it gets one of its own. */
  readonly tool?: { readonly name: string; readonly input: unknown; readonly id?: string };
  readonly error?: Error;
  readonly stopReason?: 'maxTokens' | 'contentFiltered' | 'guardrailIntervened' | 'refusal';
  /** Waits for it in the middle of the text, or before the tool call. */
  readonly meanwhile?: () => Promise<void> | void;
}

export interface ModelInput {
  readonly messages: readonly unknown[];
  readonly system: string;
  readonly tools: readonly string[];
}

/** A model that does what the script says for the n-th call, and notes what it was given. */
export const scriptedModel = (
  script: (n: number, input: ModelInput) => ModelStep,
): { readonly model: Model; readonly inputs: readonly ModelInput[] } => {
  const inputs: ModelInput[] = [];
  class Scripted extends Model {
    override updateConfig(): void {}
    override getConfig(): BaseModelConfig {
      return { modelId: 'scripted', contextWindowLimit: 200_000 };
    }
    override async *stream(messages: Message[], options?: StreamOptions): AsyncGenerator<ModelStreamEvent> {
      const input: ModelInput = {
        messages: messages.map((message) => ({
          role: message.role,
          content: message.content.map((block) => block.toJSON()),
        })),
        system:
          typeof options?.systemPrompt === 'string' ? options.systemPrompt : JSON.stringify(options?.systemPrompt),
        tools: (options?.toolSpecs ?? []).map((spec) => spec.name),
      };
      inputs.push(structuredClone(input));
      const step = script(inputs.length - 1, input);
      if (step.error !== undefined && step.text === undefined) throw step.error;
      yield { type: 'modelMessageStartEvent', role: 'assistant' };
      if (step.text !== undefined) {
        yield { type: 'modelContentBlockStartEvent' };
        for (const [index, word] of step.text.split(/(?<= )/u).entries()) {
          if (options?.cancelSignal?.aborted === true) return;
          yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'textDelta', text: word } };
          if (index === 0) await step.meanwhile?.();
          if (index === 0 && step.error !== undefined) throw step.error;
        }
        yield { type: 'modelContentBlockStopEvent' };
      } else await step.meanwhile?.();
      if (step.tool !== undefined) {
        yield {
          type: 'modelContentBlockStartEvent',
          start: {
            type: 'toolUseStart',
            name: step.tool.name,
            toolUseId: step.tool.id ?? `call-${inputs.length}`,
          },
        };
        yield {
          type: 'modelContentBlockDeltaEvent',
          delta: { type: 'toolUseInputDelta', input: JSON.stringify(step.tool.input) },
        };
        yield { type: 'modelContentBlockStopEvent' };
      }
      yield {
        type: 'modelMessageStopEvent',
        stopReason: step.stopReason ?? (step.tool === undefined ? 'endTurn' : 'toolUse'),
      };
      yield {
        type: 'modelMetadataEvent',
        usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
        metrics: { latencyMs: 1 },
      };
    }
  }
  return { model: new Scripted(), inputs };
};

export interface World {
  readonly table: TurnTable;
  readonly clock: Clock;
  readonly workspace: WorkspaceStore;
  readonly conversations: ConversationStore;
  /** Runs one turn with this text to its end; each call is the next turn of the lane. */
  say(text: string, override?: Partial<TurnCall>): Promise<readonly TurnEvent[]>;
  /** The reply of `say`. */
  ask(text: string, override?: Partial<TurnCall>): Promise<string>;
}

export const messageSaying = (text: string, sequence = 1, override: Partial<TurnMessage> = {}): TurnMessage => ({
  id: updateEntryId(sequence),
  sentAtEpochS: 1_790_000_000 + sequence,
  sequence,
  sender: { id: '4242001', name: 'Ada' },
  text,
  ...override,
});

export const collect = async (events: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> => {
  const all: TurnEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
};

export const neverAborted = (): AbortSignal => new AbortController().signal;

/** The container without its server and its clouds. */
export const aWorld = (
  options: {
    readonly model?: Model;
    readonly heartbeatModel?: Model;
    readonly files?: Readonly<Record<string, string>>;
    readonly clock?: Clock;
    readonly workspace?: WorkspaceStore;
    readonly media?: MediaStore;
    readonly speaker?: Speaker;
    readonly conversations?: ConversationStore;
    /** What the models are said to be made from; it tells what they cost. */
    readonly modelSpec?: string;
  } = {},
): World => {
  const clock = options.clock ?? hastyClock();
  const workspace = options.workspace ?? memoryWorkspaceStore(options.files ?? {});
  const conversations = options.conversations ?? memoryConversationStore();
  const model = options.model ?? demoModel(clock);
  const answer = createAnswerTurn({
    run: createAgentRun({ clock }),
    model,
    heartbeatModel: options.heartbeatModel ?? model,
    modelSpec: options.modelSpec ?? 'demo',
    heartbeatModelSpec: options.modelSpec ?? 'demo',
    media: options.media ?? memoryMediaStore(),
    speaker: options.speaker ?? memorySpeaker(),
    workspaceFor: () => workspace,
    timeZone: 'Europe/Berlin',
    clock,
    log: silentLog,
  });
  const table = createTurnTable({ conversations, answer, clock, log: silentLog });
  const state = { turns: 0 };
  const say: World['say'] = (text, override = {}) => {
    state.turns += 1;
    const call = aTurnCall({
      turnId: turnIdOf(state.turns),
      fence: state.turns,
      messages: [messageSaying(text, state.turns)],
      ...override,
    });
    return collect(table.turn(call, neverAborted()));
  };
  return {
    table,
    clock,
    workspace,
    conversations,
    say,
    ask: async (text, override) => {
      const last = (await say(text, override)).at(-1);
      return last?.type === 'done' ? last.reply : `[${JSON.stringify(last)}]`;
    },
  };
};
