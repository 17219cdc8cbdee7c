import { updateEntryId } from '@agent-claw/core';
import type { InboxEntry, LaneId, Press, TurnId, Visitor } from '@agent-claw/core';
import { laneOf, placeOf, senderOf } from './inbound.ts';
import type { Bot } from './inbound.ts';
import { fullName } from './message-content.ts';
import { menuButtonOf } from './menu-button.ts';
import { turnOfDraft, turnOfStopButton } from './stop-button.ts';
import type { TelegramDraftStop, TelegramPress } from './update-schema.ts';

/** What a button asks for, and in which lane. */
export interface PressedStop {
  readonly turn: TurnId;
  readonly laneId: LaneId;
}

/** A pressed button of a menu, and in which lane. */
export interface PressedMenu extends Press {
  readonly laneId: LaneId;
}

/** The access gate's view of whoever pressed a button. A press on a button of ours calls us as clearly as a mention. */
export const presserOf = ({ from, message }: TelegramPress, bot: Bot): Visitor => ({
  place: message === undefined ? { id: '', kind: 'other' } : placeOf(message.chat),
  sender: senderOf(from, bot),
  speaksAsChat: false,
  addressed: true,
});

/** The access gate's view of whoever stopped a draft. Drafts are in private chats only, where the chat is the person. */
export const draftStopperOf = ({ chat }: TelegramDraftStop): Visitor => ({
  place: placeOf(chat),
  sender: { id: String(chat.id), isBot: false },
  speaksAsChat: false,
  addressed: true,
});

/** The stop of the turn that grew in the draft. @returns null for a draft that is none of ours. */
export const draftStopOf = ({ chat, draft_id, message_thread_id }: TelegramDraftStop, bot: Bot): PressedStop | null => {
  const turn = turnOfDraft(draft_id);
  if (turn === null || chat.type !== 'private') return null;
  return { turn, laneId: laneOf({ chat, message_thread_id, is_topic_message: message_thread_id !== undefined }, bot) };
};

/** The stop that the button under a draft asks for. @returns null for every other button, and for one that names no lane. */
export const stopOf = ({ data, message }: TelegramPress, bot: Bot): PressedStop | null => {
  const turn = turnOfStopButton(data ?? '');
  if (turn === null || message === undefined || hasLostTopic(message)) return null;
  return { turn, laneId: laneOf(message, bot) };
};

/** The button of a menu. @returns null for every other button, and for one that names no lane. */
export const menuPressOf = ({ data, message }: TelegramPress, bot: Bot): PressedMenu | null => {
  const button = menuButtonOf(data ?? '');
  if (button === null || message === undefined || hasLostTopic(message)) return null;
  return { ...button, messageId: message.message_id, laneId: laneOf(message, bot) };
};

// Telegram dates a message that it no longer shows 0 and leaves out its topic. Each topic counts its own turns: in a forum
// a press could end another topic's turn of the same number.
const hasLostTopic = ({ date, chat }: NonNullable<TelegramPress['message']>): boolean =>
  date === 0 && chat.is_forum === true;

/**
 * The inbox entry for a pressed stop button. A press has no date of its own, and the draft's would sort it before what was
 * said while the turn ran and cut that off from the turn. With the time of its arrival it comes after all that; should our
 * clock be ahead, also after something newer, which does no harm: it reaches its turn and nothing else.
 */
export const stopEntryOf = (
  updateId: number,
  { from }: Pick<TelegramPress, 'from'>,
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

/** The inbox entry for a pressed button of a menu. Whose menu it is, and whether it can be used, the runner finds out. */
export const pressEntryOf = (
  updateId: number,
  { from }: TelegramPress,
  { nonce, index, messageId }: PressedMenu,
  nowMs: number,
): InboxEntry => ({
  id: updateEntryId(updateId),
  kind: 'button',
  sentAtEpochS: Math.floor(nowMs / 1000),
  sequence: updateId,
  sender: { id: String(from.id), name: fullName(from) },
  text: '',
  pressed: { nonce, index, messageId },
});
