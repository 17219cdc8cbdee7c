import type { CallTokens } from '@agent-claw/core';
import { ModelStreamUpdateEvent, BeforeToolCallEvent, AfterToolCallEvent } from '@strands-agents/sdk';
import type { StreamEvent } from '@strands-agents/sdk';

/** The words in a stream event, or null when it has none. Reasoning is not shown to people. */
export const textOf = (event: StreamEvent): string | null => {
  if (!(event instanceof ModelStreamUpdateEvent) || event.event.type !== 'modelContentBlockDeltaEvent') return null;
  return event.event.delta.type === 'textDelta' && event.event.delta.text !== '' ? event.event.delta.text : null;
};

const named = (input: unknown): string => {
  if (typeof input !== 'object' || input === null) return '';
  const { path, folder } = input as { readonly path?: unknown; readonly folder?: unknown };
  const text = typeof path === 'string' ? path : folder;
  return typeof text === 'string' ? text.slice(0, 80) : '';
};

/** What a viewer is told about a tool: its name, and which file; never contents. */
export const toolSummary = (
  event: StreamEvent,
):
  | { readonly type: 'tool_started'; readonly name: string; readonly summary: string }
  | { readonly type: 'tool_finished'; readonly name: string; readonly ok: boolean }
  | null => {
  if (event instanceof BeforeToolCallEvent)
    return { type: 'tool_started', name: event.toolUse.name, summary: named(event.toolUse.input) };
  if (event instanceof AfterToolCallEvent)
    return { type: 'tool_finished', name: event.toolUse.name, ok: event.result.status === 'success' };
  return null;
};

/** Tokens that one model call has used, cached ones included: they are read by the model all the same. Null for any other event. */
export const usageOf = (event: StreamEvent): CallTokens | null => {
  if (!(event instanceof ModelStreamUpdateEvent) || event.event.type !== 'modelMetadataEvent') return null;
  const {
    inputTokens = 0,
    outputTokens = 0,
    cacheReadInputTokens: cacheReadTokens = 0,
    cacheWriteInputTokens: cacheWriteTokens = 0,
  } = event.event.usage ?? {};
  return {
    inputTokens: inputTokens + cacheReadTokens + cacheWriteTokens,
    outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
  };
};
