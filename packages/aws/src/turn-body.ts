import type { SavedTurn } from '@agent-claw/core';

/** Well below an item's 400 KB, so that keys and the other attributes fit beside it. */
const PIECE_BYTES = 300_000;
/** Above this the model's messages are dropped and the reply is cut: a reply is saved in any case. */
const MAX_PIECES = 16;
const CUT_REPLY_CHARS = 100_000;

/** Cuts the turn's JSON into pieces that fit an item each. The JSON is escaped to ASCII, so one character is one byte. */
export const piecesOf = (turn: SavedTurn): readonly string[] => {
  const pieces = cut(asciiJson(turn));
  if (pieces.length <= MAX_PIECES) return pieces;
  const { paused: _, ...rest } = turn;
  return cut(asciiJson({ ...rest, messages: [], reply: turn.reply.slice(0, CUT_REPLY_CHARS) }));
};

/** @returns null for what is no turn: one damaged item must not close the whole conversation. */
export const turnOf = (pieces: readonly string[]): SavedTurn | null => {
  const stored = jsonIn(pieces.join('')) as Partial<SavedTurn> | null;
  const isTurn =
    typeof stored?.turnId === 'string' &&
    typeof stored.reply === 'string' &&
    Array.isArray(stored.messages) &&
    Array.isArray(stored.consumed);
  return isTurn ? (stored as SavedTurn) : null;
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The error quotes the text, which is what people said; the caller logs the turn's id.
    return null;
  }
};

const asciiJson = (turn: SavedTurn): string =>
  JSON.stringify(turn).replace(
    /[\u0080-\uffff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const cut = (text: string): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / PIECE_BYTES) }, (_, index) =>
    text.slice(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
