import type { Conversation, SavedTurn, TurnId } from '@agent-claw/core';
import { Message } from '@strands-agents/sdk';
import type { MessageData } from '@strands-agents/sdk';

const MAX_MESSAGES = 60;
const KEEP_MESSAGES = 20;

/**
 * Decides whether history is cut: over 60 messages keep the newest 20 or a little more. Cutting rarely and deep keeps
 * the prompt's beginning the same for many turns, so that it stays cached; a window that slides every turn never hits.
 * Whole turns only, so that a tool call and its result stay together. @returns null while nothing is to be cut.
 */
export const cutHistory = (
  turns: readonly SavedTurn[],
): { readonly keepFrom: TurnId; readonly kept: readonly SavedTurn[] } | null => {
  const total = turns.reduce((sum, turn) => sum + turn.messages.length, 0);
  if (total <= MAX_MESSAGES) return null;
  let kept = 0;
  const at = turns.findLastIndex((turn) => (kept += turn.messages.length) >= KEEP_MESSAGES);
  const first = turns[at];
  return first === undefined || at === 0 ? null : { keepFrom: first.turnId, kept: turns.slice(at) };
};

/** The saved turns as the model's own messages. */
export const restoreMessages = (turns: Conversation['turns']): Message[] =>
  turns.flatMap((turn) => turn.messages.map((message) => Message.fromMessageData(message as MessageData)));

/** A message as it is kept. The tracking id is left out: it is minted at random, and the microVM may repeat random numbers. */
export const savedMessage = (message: Message): unknown => {
  const { role, content } = message.toJSON();
  return { role, content };
};
