import { accessListOf, allowGroup, forgetGroup, groupAt, moveGroup } from '@agent-claw/core';
import type { InboxEntry, LaneId, Visitor } from '@agent-claw/core';
import { joinedEntryOf, membershipOf, movedEntryOf } from '@agent-claw/telegram/group-news';
import type { Migration } from '@agent-claw/telegram/group-news';
import { wellFormed } from '@agent-claw/telegram/message-content';
import type { ParsedUpdate } from '@agent-claw/telegram/parse-update';
import { UNKNOWN_FOR_MS } from './ask-at-the-door.ts';
import type { DoorDeps } from './ask-at-the-door.ts';

type MembershipUpdate = Extract<ParsedUpdate, { kind: 'my_chat_member' }>;
type MessageUpdate = Extract<ParsedUpdate, { kind: 'message' | 'edited_message' }>;

export type GroupNews =
  /** To be said in this lane. */
  | { readonly kind: 'joined' | 'moved'; readonly laneId: LaneId; readonly entry: InboxEntry }
  /** Nobody of ours brought the bot here: it goes. Nothing is stored of it. */
  | { readonly kind: 'leaving'; readonly chatId: number }
  | { readonly kind: 'forgotten' }
  | { readonly kind: 'nothing'; readonly reason: 'blocked_or_unblocked' | 'known_group' | 'unknown_group' };

const NOT_OURS = { kind: 'nothing', reason: 'unknown_group' } as const;

/** The bot came into a chat or is gone from it. Only where the owner brings it does it stay. */
export const takeMembership = async (
  { access, ownerId, bot, clock }: DoorDeps,
  { updateId, membership }: MembershipUpdate,
): Promise<GroupNews> => {
  const { chatId, place, kind, title, byId, wasIn, isIn } = membershipOf(membership);
  if (kind === 'private') return { kind: 'nothing', reason: 'blocked_or_unblocked' };
  // Another copy of the function may have allowed the group a moment ago, and nobody says twice that the bot is gone.
  const seen = await access.read(isIn ? UNKNOWN_FOR_MS : 0);
  const isKnown = groupAt(seen, place) !== undefined;
  if (!isIn) {
    // Read before it is written: who adds the bot and takes it out again costs no write.
    const gone = isKnown && (await access.update((record) => forgetGroup(record, place))).kind === 'done';
    return gone ? { kind: 'forgotten' } : NOT_OURS;
  }
  const owner = accessListOf(seen, ownerId).ownerId;
  const isByOwner = owner !== '' && byId === owner;
  // Other rights where the bot is at home already. The owner's first word of it may be delivered twice, and is finished then.
  if (isKnown && (wasIn || !isByOwner)) return { kind: 'nothing', reason: 'known_group' };
  if (kind !== 'group' || !isByOwner) return { kind: 'leaving', chatId };
  const outcome = await access.update((record) => allowGroup(record, { id: place, title }, clock.now()));
  return outcome === 'full'
    ? { kind: 'leaving', chatId }
    : { kind: 'joined', ...joinedEntryOf(updateId, membership, bot) };
};

/**
 * The owner's own /start in a group that is not allowed: the bot was there before anybody owned it, or before its record began.
 * @returns null for anything else.
 */
export const takeStart = async (
  { access, ownerId, bot, clock }: DoorDeps,
  { updateId, message }: MessageUpdate,
  { place, addressed }: Visitor,
  { command, sender }: InboxEntry,
): Promise<GroupNews | null> => {
  if (place.kind !== 'group' || !addressed || command?.name !== 'start') return null;
  if (accessListOf(await access.read(UNKNOWN_FOR_MS), ownerId).ownerId !== sender.id) return null;
  const group = { id: place.id, title: wellFormed(message.chat.title ?? '') };
  const outcome = await access.update((record) => allowGroup(record, group, clock.now()));
  return outcome === 'full' ? null : { kind: 'joined', ...joinedEntryOf(updateId, message, bot) };
};

/** A group has become a supergroup, which has another id. Says so where it was allowed before. */
export const takeMigration = async (
  { access, bot }: DoorDeps,
  { updateId, message }: MessageUpdate,
  migration: Migration,
): Promise<GroupNews> => {
  const { from, to } = migration;
  const seen = await access.read(UNKNOWN_FOR_MS);
  const isMoved =
    groupAt(seen, from) !== undefined && (await access.update((record) => moveGroup(record, from, to))) === 'moved';
  return isMoved ? { kind: 'moved', ...movedEntryOf(updateId, message, migration, bot) } : NOT_OURS;
};
