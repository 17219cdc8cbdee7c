import type { Conversation, SavedTurn, TurnId } from '@agent-claw/core';
import { Message } from '@strands-agents/sdk';
import type { MessageData } from '@strands-agents/sdk';

const MAX_MESSAGES = 60;
const KEEP_MESSAGES = 20;

const MAX_TURNS = 60;
const KEEP_TURNS = 20;

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

/** Where the newest 20 messages (or 80,000 characters) begin, or 0 while there is nothing to be cut. */
const cutAt = (turns: readonly SavedTurn[]): number => {
  const sizes = turns.map((turn) => ({ messages: turn.messages.length, chars: charsOf(lean(turn)) }));
  const total = sizes.reduce(
    (sum, size) => ({ messages: sum.messages + size.messages, chars: sum.chars + size.chars }),
    { messages: 0, chars: 0 },
  );
  if (total.messages <= MAX_MESSAGES && total.chars <= MAX_CHARS) return 0;
  let messages = 0;
  let chars = 0;
  const at = sizes.findLastIndex((size) => {
    messages += size.messages;
    chars += size.chars;
    return messages >= KEEP_MESSAGES || chars >= KEEP_CHARS;
  });
  return Math.max(at, 0);
};

/**
 * Decides whether history is cut: over 60 messages (or 240,000 characters) keep about the newest 20 (or 80,000). Cutting
 * rarely and deep keeps the prompt's beginning the same for many turns, so that it stays cached; a window that slides
 * every turn never hits. Whole turns only, so that a tool call and its result stay together. Heartbeats leave turns
 * without messages: over 60 turns those go that are not among the newest 20, so that no number of them pushes out what
 * people said. @returns null while nothing is to be cut.
 */
export const cutHistory = (
  turns: readonly SavedTurn[],
): { readonly evicted: readonly TurnId[]; readonly kept: readonly SavedTurn[] } | null => {
  const at = cutAt(turns);
  const bareUpTo = turns.length > MAX_TURNS ? turns.length - KEEP_TURNS : 0;
  const isKept = (turn: SavedTurn, index: number): boolean =>
    index >= at && (index >= bareUpTo || turn.messages.length > 0);
  const kept = turns.filter(isKept);
  if (kept.length === turns.length) return null;
  return { evicted: turns.filter((turn, index) => !isKept(turn, index)).map(({ turnId }) => turnId), kept };
};

const asMessages = (messages: SavedTurn['messages']): Message[] =>
  messages.map((message) => Message.fromMessageData(message as MessageData));

/** The saved turns as the model's own messages. */
export const restoreMessages = (turns: Conversation['turns']): Message[] =>
  turns.flatMap((turn) => asMessages(lean(turn).messages));

/** What a turn that waits had before it halted: its last message only says so to the turns in between. */
export const messagesUntilPause = ({ messages }: SavedTurn): Message[] => asMessages(messages.slice(0, -1));

const MEDIA: ReadonlySet<string> = new Set(['imageBlock', 'documentBlock', 'videoBlock', 'audioBlock']);

/**
 * A message as it is kept. The tracking id is left out: it is minted at random, and the microVM may repeat random numbers.
 * So are the bytes of files: their labels stand in the envelopes.
 */
export const savedMessage = (message: Message): unknown => {
  const words = new Message({ role: message.role, content: message.content.filter(({ type }) => !MEDIA.has(type)) });
  const { role, content } = words.toJSON();
  return { role, content };
};
