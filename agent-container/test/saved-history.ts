import { turnIdOf } from '@agent-claw/core';
import { aConversationId } from '@agent-claw/testkit';
import { expect } from 'vitest';
import type { World } from './world.ts';

interface Block {
  readonly text?: string;
  readonly toolUse?: { readonly toolUseId: string };
  readonly toolResult?: { readonly toolUseId: string };
}
export interface Kept {
  readonly role: string;
  readonly content: readonly Block[];
}

export const savedMessages = async (world: World, turn = 1): Promise<readonly Kept[]> =>
  ((await world.conversations.find(aConversationId(), turnIdOf(turn)))?.messages ?? []) as readonly Kept[];

/** What every provider asks of a history: roles alternate, user first, assistant last, every call answered at once. */
export const expectCleanHistory = (messages: readonly Kept[]): void => {
  expect(messages.map((message) => message.role)).toEqual(
    messages.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')),
  );
  expect(messages.at(-1)?.role).toBe('assistant');
  const calls = (message: Kept | undefined) =>
    (message?.content ?? []).flatMap((block) => (block.toolUse === undefined ? [] : [block.toolUse.toolUseId]));
  const results = (message: Kept | undefined) =>
    (message?.content ?? []).flatMap((block) => (block.toolResult === undefined ? [] : [block.toolResult.toolUseId]));
  for (const [index, message] of messages.entries()) expect(results(messages[index + 1])).toEqual(calls(message));
};
