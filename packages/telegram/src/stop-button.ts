import { turnIdOf } from '@agent-claw/core';
import type { TurnId } from '@agent-claw/core';

/** The keyboard under a draft: one button that stops this turn. Its data has 16 of the 64 bytes that Telegram allows. */
export const stopKeyboard = (turn: TurnId) => ({
  inline_keyboard: [[{ text: '⏹ Stop', callback_data: `stop:${turn}` }]],
});

/** The turn that a pressed button stops. @returns null for the data of any other button. */
export const turnOfStopButton = (data: string): TurnId | null => {
  const count = /^stop:t(\d{10})$/u.exec(data)?.[1];
  return count === undefined ? null : turnIdOf(Number(count));
};
