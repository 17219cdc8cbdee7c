import type { AccessList } from './access-record.ts';
import { groupAt } from './group-rules.ts';
import type { LaneAddress } from './ids.ts';
import type { InboxEntry } from './lane.ts';

/** What the gate needs to know of an incoming message. */
export interface Visitor {
  readonly place: { readonly id: string; readonly kind: 'private' | 'group' | 'other' };
  /** Absent for posts without an author. */
  readonly sender?: { readonly id: string; readonly isBot: boolean };
  /** Somebody speaks as a group or channel instead of as a person. */
  readonly speaksAsChat: boolean;
  /** In a group: the message calls the bot by mention, reply or command. */
  readonly addressed: boolean;
  /** In a group: the message is a command for another bot. */
  readonly callsAnother?: boolean;
}

export type Admission =
  | { readonly kind: 'admitted' }
  /** Said among people in an allowed group: background for the next turn there, and nothing that is answered. */
  | { readonly kind: 'overheard' }
  | {
      readonly kind: 'refused';
      readonly reason: 'no_sender' | 'bot' | 'speaks_as_chat' | 'stranger' | 'wrong_place';
    };

/** The owner or a guest. */
export const isKnown = (id: string, access: AccessList): boolean =>
  id !== '' && (id === access.ownerId || Object.hasOwn(access.guests, id));

/**
 * Closed by default: a message passes only if every question has a clear yes. In a group, too, only the owner and guests are
 * answered: a stranger who calls the bot there is no more than overheard.
 */
export const admit = (visitor: Visitor, access: AccessList): Admission => {
  if (visitor.sender === undefined) return { kind: 'refused', reason: 'no_sender' };
  if (visitor.sender.isBot) return { kind: 'refused', reason: 'bot' };
  if (visitor.speaksAsChat) return { kind: 'refused', reason: 'speaks_as_chat' };
  const isFriend = isKnown(visitor.sender.id, access);
  const group = visitor.place.kind === 'group' ? groupAt(access, visitor.place.id) : undefined;
  if (group !== undefined) {
    const isMeant = visitor.addressed || (group.activation === 'always' && visitor.callsAnother !== true);
    return { kind: isFriend && isMeant ? 'admitted' : 'overheard' };
  }
  if (!isFriend) return { kind: 'refused', reason: 'stranger' };
  switch (visitor.place.kind) {
    case 'private':
      // The private chat of a person has that person's id; anything else is somebody else's chat under a borrowed sender.
      return visitor.place.id === visitor.sender.id ? { kind: 'admitted' } : { kind: 'refused', reason: 'wrong_place' };
    case 'group':
    case 'other':
      return { kind: 'refused', reason: 'wrong_place' };
  }
};

/**
 * Whether what waits may still be dealt with: access may have been taken away since it was accepted. In a group that shows in
 * the entry alone, because the place stays open. What the bot has to say of its own accord is nobody's.
 */
export const isOfSomebodyKnown = ({ kind, sender }: InboxEntry, access: AccessList): boolean =>
  kind === 'notice' || kind === 'heartbeat' || isKnown(sender.id, access);

/** Checked again before anything is sent: access may have been taken away while a message waited. */
export const mayReceive = (to: LaneAddress, access: AccessList): boolean =>
  isKnown(to.place, access) || groupAt(access, to.place) !== undefined;

/** The owner's own chat: the only place where MEMORY.md and USER.md are loaded. */
export const isPrivateLane = (lane: LaneAddress, access: AccessList): boolean =>
  lane.place === access.ownerId && access.ownerId !== '';
