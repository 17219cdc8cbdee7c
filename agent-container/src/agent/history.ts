import type { Conversation, SavedTurn, TurnId } from '@agent-claw/core';
import { Message } from '@strands-agents/sdk';
import type { MessageData } from '@strands-agents/sdk';

const MAX_MESSAGES = 60;
const KEEP_MESSAGES = 20;

const MAX_CHARS = 240_000;
const KEEP_CHARS = 80_000;

const charsOf = (turn: SavedTurn): number => JSON.stringify(turn.messages).length;

/**
 * A turn as it goes into later prompts. One that would fill the prompt by itself (many long tool results) is cut down to
 * what was asked and what was answered.
 */
const lean = (turn: SavedTurn): SavedTurn =>
  charsOf(turn) <= KEEP_CHARS
    ? turn
    : { ...turn, messages: [...turn.messages.slice(0, 1), ...turn.messages.slice(-1)] };

/**
 * Decides whether history is cut: over 60 messages (or 240,000 characters) keep about the newest 20 (or 80,000). Cutting
 * rarely and deep keeps the prompt's beginning the same for many turns, so that it stays cached; a window that slides
 * every turn never hits. Whole turns only, so that a tool call and its result stay together. @returns null while nothing
 * is to be cut.
 */
export const cutHistory = (
  turns: readonly SavedTurn[],
): { readonly keepFrom: TurnId; readonly kept: readonly SavedTurn[] } | null => {
  const sizes = turns.map((turn) => ({ messages: turn.messages.length, chars: charsOf(lean(turn)) }));
  const total = sizes.reduce(
    (sum, size) => ({ messages: sum.messages + size.messages, chars: sum.chars + size.chars }),
    { messages: 0, chars: 0 },
  );
  if (total.messages <= MAX_MESSAGES && total.chars <= MAX_CHARS) return null;
  let messages = 0;
  let chars = 0;
  const at = sizes.findLastIndex((size) => {
    messages += size.messages;
    chars += size.chars;
    return messages >= KEEP_MESSAGES || chars >= KEEP_CHARS;
  });
  const first = turns[at];
  return first === undefined || at === 0 ? null : { keepFrom: first.turnId, kept: turns.slice(at) };
};

/** The saved turns as the model's own messages. */
export const restoreMessages = (turns: Conversation['turns']): Message[] =>
  turns.flatMap((turn) => lean(turn).messages.map((message) => Message.fromMessageData(message as MessageData)));

/** A message as it is kept. The tracking id is left out: it is minted at random, and the microVM may repeat random numbers. */
export const savedMessage = (message: Message): unknown => {
  const { role, content } = message.toJSON();
  return { role, content };
};
