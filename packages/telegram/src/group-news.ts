import { laneIdOf, moveEntryId, updateEntryId } from '@agent-claw/core';
import type { InboxEntry, LaneId } from '@agent-claw/core';
import type { Bot } from './inbound.ts';
import { placeOf } from './inbound.ts';
import { wellFormed } from './message-content.ts';
import type { TelegramMembership, TelegramMessage } from './update-schema.ts';

/** What has become of the bot's place in a chat. */
export interface Membership {
  /** As it goes back to Telegram. Never 0. */
  readonly chatId: number;
  readonly place: string;
  /** `other`: a channel, or something that only claims to be a group. */
  readonly kind: 'private' | 'group' | 'other';
  readonly title: string;
  /** Who changed it. */
  readonly byId: string;
  readonly wasIn: boolean;
  readonly isIn: boolean;
}

type Member = TelegramMembership['new_chat_member'];
const isIn = ({ status, is_member: isMember }: Member): boolean =>
  status === 'member' || status === 'administrator' || (status === 'restricted' && isMember === true);

export const membershipOf = (membership: TelegramMembership): Membership => {
  const { chat, from, old_chat_member: before, new_chat_member: after } = membership;
  const { id: place, kind } = placeOf(chat);
  const title = wellFormed(chat.title ?? '');
  return { chatId: chat.id, place, kind, title, byId: String(from.id), wasIn: isIn(before), isIn: isIn(after) };
};

/** A group that became a supergroup, in its old and its new id. */
export interface Migration {
  readonly from: string;
  readonly to: string;
}

/** @returns null for any other message. Both ids are groups' or it is none: they come from a service message. */
export const migrationOf = (message: TelegramMessage): Migration | null => {
  const { chat, migrate_to_chat_id: to, migrate_from_chat_id: from } = message;
  if (placeOf(chat).kind !== 'group') return null;
  if (to !== undefined && to < 0 && to !== chat.id) return { from: String(chat.id), to: String(to) };
  return from !== undefined && from < 0 && from !== chat.id ? { from: String(from), to: String(chat.id) } : null;
};

/** Something the bot has to say in a group, and the lane where it says it. */
const noticeIn = (
  bot: Bot,
  place: string,
  told: Pick<InboxEntry, 'id' | 'notice' | 'sentAtEpochS' | 'sequence'>,
): { readonly laneId: LaneId; readonly entry: InboxEntry } => ({
  laneId: laneIdOf({ channel: 'tg', account: bot.id, place }),
  entry: { ...told, kind: 'notice', sender: { id: '', name: '' }, text: '' },
});

/** The bot's first word in a group that it is allowed in from now on. */
export const joinedEntryOf = (sequence: number, { chat, date }: TelegramMembership | TelegramMessage, bot: Bot) =>
  noticeIn(bot, String(chat.id), { id: updateEntryId(sequence), notice: 'joined', sentAtEpochS: date, sequence });

/** What the bot says in the new place of a group. Both service messages make the same entry. */
export const movedEntryOf = (sequence: number, { date }: TelegramMessage, { from, to }: Migration, bot: Bot) =>
  noticeIn(bot, to, { id: moveEntryId(from), notice: 'moved', sentAtEpochS: date, sequence });
