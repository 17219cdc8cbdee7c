import type { Keyboard, Press } from '@agent-claw/core';

/** The keyboard of a menu. A button's data has at most 47 of the 64 bytes that Telegram allows, and tells nothing but which one it is. */
export const menuKeyboard = (keyboard: Keyboard) => ({
  inline_keyboard: keyboard.map((row) =>
    row.map(({ label, nonce, index }) => ({ text: label, callback_data: `b:${nonce}:${index}` })),
  ),
});

/** Which button of which menu was pressed. @returns null for the data of any other button. */
export const menuButtonOf = (data: string): Pick<Press, 'nonce' | 'index'> | null => {
  const match = /^b:([A-Za-z0-9_-]{1,43}):(\d{1,2})$/u.exec(data);
  return match?.[1] === undefined ? null : { nonce: match[1], index: Number(match[2]) };
};
