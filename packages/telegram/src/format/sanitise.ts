// The server deletes U+2028-202E and U+030A, U+0333, U+033F, deletes CR and turns C0 controls into spaces. Whatever it
// deletes shifts every later entity, so nothing of the kind may reach it.
// oxlint-disable-next-line no-control-regex
const forbidden = /[\0-\u0008\u000b-\u001f\u2028-\u202e]|\u030a|\u0333|\u033f/;
// oxlint-disable-next-line no-control-regex
const controls = /[\0-\u0008\u000b\u000c\u000e-\u001f]/g;
const deletedByServer = /[\u202a-\u202e]|\u030a|\u0333|\u033f/g;

/**
 * Makes text safe to send with offsets: no lone surrogate, no control character but newline and tab, and nothing
 * the server would delete. Line breaks of every kind become `\n`; letters with a ring are composed, so å survives.
 */
export const sanitise = (text: string): string => {
  const wellFormed = text.toWellFormed();
  if (!forbidden.test(wellFormed)) return wellFormed;
  return wellFormed
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[AaUuWwYy]\u030a/g, (letter) => letter.normalize('NFC'))
    .replace(controls, ' ')
    .replace(deletedByServer, '');
};

// Telegram calls a message of only these "empty" and refuses it.
const visible = /[^\s\u180e\u2000-\u200f\u202f\u205f-\u2064\u2800\u3000\ufeff\ufffc\u{e0000}-\u{e007f}]/u;

/** True when Telegram would refuse the text as empty: only whitespace and invisible characters. */
export const isBlank = (text: string): boolean => !visible.test(text);
