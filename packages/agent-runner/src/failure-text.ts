import type { ActiveTurn } from '@agent-claw/core';
import type { TurnEnding } from './view-turn.ts';

/** What the user reads when a turn ends without an answer: what happened and what to do, no inner details. */
export const failureText = (ending: Extract<TurnEnding, { type: 'failed' | 'unknown' | 'unreachable' }>): string => {
  switch (ending.type) {
    case 'failed':
      return `⚠️ ${ending.message}`;
    case 'unknown':
      return '⚠️ I was interrupted several times while working on this and stopped trying. Send it again to give it another go.';
    case 'unreachable':
      return '⚠️ I could not reach my workplace just now. Please try again in a minute.';
  }
};

/** For a lane that crashed again and again over the same messages. */
export const PARKED_TEXT =
  '⚠️ I tried this three times and could not finish it, so I have put it aside. Send it again to give it another go.';

/** Marks an answer that the user cut short. */
export const withStopMark = (markdown: string): string => [markdown, '⏹ _Stopped._'].filter(Boolean).join('\n\n');

export const stopText = (turn: ActiveTurn, dropped: number): string =>
  dropped === 0 && turn.taken.length > 0
    ? 'Nothing is running.'
    : `⏹ Stopped. ${dropped} waiting ${dropped === 1 ? 'message' : 'messages'} dropped.`;
