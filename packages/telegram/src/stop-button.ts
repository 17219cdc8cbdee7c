import { turnIdOf } from '@agent-claw/core';
import type { TurnId } from '@agent-claw/core';

/** The keyboard under a draft: one button that stops this turn. Its data has 16 of the 64 bytes that Telegram allows. */
export const stopKeyboard = (turn: TurnId) => ({
  inline_keyboard: [[{ text: '⏹ Stop', callback_data: `stop:${turn}` }]],
});

/** Names the draft that a turn grows in, so that Telegram's own stop button under it names the turn. */
export const draftIdOf = (turn: TurnId): number => Number(turn.slice(1));

/** The turn whose draft was stopped. @returns null for a draft that cannot be ours. */
export const turnOfDraft = (draftId: number): TurnId | null =>
  Number.isSafeInteger(draftId) && draftId > 0 && draftId < 1e10 ? turnIdOf(draftId) : null;

/** The turn that a pressed button stops. @returns null for the data of any other button. */
export const turnOfStopButton = (data: string): TurnId | null => {
  const count = /^stop:t(\d{10})$/u.exec(data)?.[1];
  return count === undefined ? null : turnIdOf(Number(count));
};
