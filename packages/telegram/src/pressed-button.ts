import { updateEntryId } from '@agent-claw/core';
import type { InboxEntry, LaneId, TurnId, Visitor } from '@agent-claw/core';
import { laneOf, placeOf, senderOf } from './inbound.ts';
import type { Bot } from './inbound.ts';
import { fullName } from './message-content.ts';
import { turnOfStopButton } from './stop-button.ts';
import type { TelegramPress } from './update-schema.ts';

/** What a button asks for, and in which lane. */
export interface PressedStop {
  readonly turn: TurnId;
  readonly laneId: LaneId;
}

/** The access gate's view of whoever pressed a button. A press on a button of ours calls us as clearly as a mention. */
export const presserOf = ({ from, message }: TelegramPress, bot: Bot): Visitor => ({
  place: message === undefined ? { id: '', kind: 'other' } : placeOf(message.chat),
  sender: senderOf(from, bot),
  speaksAsChat: false,
  addressed: true,
});

/** The stop that the button under a draft asks for. @returns null for every other button, and for one that names no lane. */
export const stopOf = ({ data, message }: TelegramPress, bot: Bot): PressedStop | null => {
  const turn = turnOfStopButton(data ?? '');
  if (turn === null || message === undefined) return null;
  // Telegram dates a message that it no longer shows 0 and leaves out its topic. Each topic counts its own turns: in a forum
  // the press could end another topic's turn of the same number.
  if (message.date === 0 && message.chat.is_forum === true) return null;
  return { turn, laneId: laneOf(message, bot) };
};

/**
 * The inbox entry for a pressed stop button. A press has no date of its own, and the draft's would sort it before what was
 * said while the turn ran and cut that off from the turn. With the time of its arrival it comes after all that; should our
 * clock be ahead, also after something newer, which does no harm: it reaches its turn and nothing else.
 */
export const stopEntryOf = (
  updateId: number,
  { from }: TelegramPress,
  { turn }: PressedStop,
  nowMs: number,
): InboxEntry => ({
  id: updateEntryId(updateId),
  kind: 'stop',
  sentAtEpochS: Math.floor(nowMs / 1000),
  sequence: updateId,
  sender: { id: String(from.id), name: fullName(from) },
  text: '',
  stopsTurn: turn,
});
