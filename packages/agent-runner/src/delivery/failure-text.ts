import { plain } from '../access/access-text.ts';

// What the user reads when something did not go as it should: what happened and what to do, no inner details.

/** Why a turn is given up. */
export const GIVEN_UP = {
  crashed: 'I tried this three times and could not finish it.',
  interrupted: 'I was interrupted three times while working on this.',
  unreachable: 'I could not reach my workplace for a quarter of an hour.',
  too_long: 'That took too long and was stopped.',
} as const;
export type ParkReason = keyof typeof GIVEN_UP;

export const failureText = (message: string): string => `⚠️ ${message}`;

/** For a turn whose own failure text is lost with the leg that began to send it. */
export const UNFINISHED_TEXT = '⚠️ I could not finish this. Send it again to give it another go.';

/** For an answer of which at least a part is out when its turn is given up. */
export const halfText = (isKept: boolean): string =>
  `⚠️ I was interrupted. If the answer above is not whole, ${isKept ? '/retry gives it another go' : 'ask me again'}.`;

/** For a turn given up for this reason. Of a command or a press nothing is kept that /retry could bring back. */
export const parkedText = (reason: string, isKept: boolean): string =>
  `⚠️ ${reason} ${isKept ? 'I have put your message aside: /retry gives it another go.' : 'Ask me again if you still want it.'}`;

/** A failure with what was said before it, when no draft shows that. First what happened: it is in the first part then. */
export const withWhatWasSaid = (said: string, failure: string): string =>
  said === '' ? failure : `${failure} What I had:\n\n${said}`;
export const saidAbove = (failure: string): string => `${failure} What I had is above.`;

/** For an answer without words: the placeholder must not stay behind with half a sentence. */
export const NOTHING_TEXT = 'I have nothing to add.';

/** For a menu that was closed or is too old. */
export const UNUSED_MENU_TEXT = 'This menu is no longer in use. Send /settings for a new one.';

/** Goes below a card that was pressed too late. */
export const EXPIRED_CARD_TEXT = '_Expired: nothing was done._';

/** For an answer of which a part was sent twice without Telegram's word that it arrived. */
export const DOUBT_TEXT =
  '⚠️ The line was cut while I sent this answer: a part may be missing or doubled. Ask me to repeat it if something is missing.';

/** In the place of a file that could not be sent. Its name is shown as code, so that nothing in it is a link or a mark. */
export const unsentText = (name: string, reason: string): string =>
  `⚠️ I could not send \`${name.replace(/[`\p{Cc}]+/gu, ' ').trim() || 'a file'}\`: ${plain(reason)}.`;

const droppedText = (dropped: number): string =>
  dropped === 0 ? '' : ` ${dropped} waiting ${dropped === 1 ? 'message' : 'messages'} dropped.`;

/** Marks an answer that the user cut short. */
export const withStopMark = (markdown: string, dropped: number): string =>
  [markdown, `⏹ _Stopped._${droppedText(dropped)}`].filter(Boolean).join('\n\n');

export const withLimitMark = (markdown: string): string =>
  [markdown, '⏸ _I stopped here: this turn reached its limit. Say "go on" and I continue._']
    .filter(Boolean)
    .join('\n\n');

/** Marks an answer that was cut off without anybody asking for it. */
export const withCutMark = (markdown: string, reason: 'time' | 'interrupted'): string => {
  const what = reason === 'time' ? 'That took too long and was stopped' : 'I was interrupted';
  return [markdown, `⏱ _${what}; this is what I had. Say "go on" and I continue._`].filter(Boolean).join('\n\n');
};

/** The answer to a stop that came while no turn ran. */
export const stopText = (dropped: number): string =>
  dropped === 0 ? 'Nothing is running.' : `⏹ Stopped.${droppedText(dropped)}`;
