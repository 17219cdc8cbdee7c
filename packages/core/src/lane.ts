import type { Consent } from './consent.ts';
import { heartbeatEntryId } from './ids.ts';
import type { ConversationId, EntryId, LaneId, RuntimeSessionId, TurnId } from './ids.ts';
import type { LaneSettings } from './lane-settings.ts';
import type { Attachment, TurnAttachment } from './media.ts';
import type { OpenMenus, Press } from './menus.ts';
import type { LaneUsage } from './usage.ts';

/** What a recording came to: its words, or why there are none. */
type Heard = Pick<TurnAttachment, 'words' | 'problem' | 'detail'>;

/** What the message answers to, one level deep. `quote` is the part the sender marked. */
export interface ReplyContext {
  readonly senderName?: string;
  readonly text: string;
  readonly quote?: string;
  /** The words are the sender's own, or the bot's; absent for anybody else's, and for what either has forwarded. */
  readonly isOwn?: true;
  /** Its files; of an album the channel shows one. */
  readonly attachments?: readonly Attachment[];
  /** What is said in its recording, which is never what the person says. Absent until it was listened to. */
  readonly heard?: Heard;
}

/** One thing waiting to be answered. Lives in the lane item from acceptance until its turn is finished. */
export interface InboxEntry {
  readonly id: EntryId;
  readonly kind: 'message' | 'command' | 'stop' | 'heartbeat' | 'notice' | 'button';
  /** Order within the lane: message date first, then `sequence` (the update id, or the minute of a heartbeat). */
  readonly sentAtEpochS: number;
  readonly sequence: number;
  readonly sender: { readonly id: string; readonly name: string };
  /** What the person said; a caption counts as text. Never logged. */
  readonly text: string;
  /** The channel's number of the message, so that the reply can quote it. */
  readonly messageId?: number;
  readonly command?: { readonly name: string; readonly args: string };
  readonly attachments?: readonly Attachment[];
  /** What became of a recording: its words are part of `text`, or why they are not. Absent until it was listened to. */
  readonly heard?: Omit<Heard, 'words'>;
  readonly replyTo?: ReplyContext;
  /** Where a forwarded text comes from, as shown to the sender. Forwarded words are the forwarder's, not the owner's. */
  readonly forwardedFrom?: string;
  /** Set on each part of an album; all parts of one album make one turn. */
  readonly albumId?: string;
  /** On a stop: it ends this turn and reaches nothing else. The button under a draft makes such a stop. */
  readonly stopsTurn?: TurnId;
  /** On a button: which one was pressed, and under which message. */
  readonly pressed?: Press;
  /**
   * On a notice: what the bot has to say here of its own accord. `knock`: the sender has the pairing code and asks the owner
   * to be let in. `welcome`: the owner has let in whoever this lane belongs to. `joined`: the owner has added the bot to this
   * group. `moved`: this group has got a new id.
   */
  readonly notice?: 'knock' | 'welcome' | 'joined' | 'moved';
  /** `sequence` of the edit whose words the entry has; an older edit that arrives later changes nothing. */
  readonly editSequence?: number;
}

/** Something said in a group that nobody asked the bot: the next turn there gets it as background, and nothing is answered. */
export type Overheard = Pick<InboxEntry, 'id' | 'sentAtEpochS' | 'sequence' | 'sender' | 'text'>;
export type OverheardById = Readonly<Record<EntryId, Overheard>>;

/**
 * What happened to one outgoing part. `sending` is written before the call and `sent` after it; a part found `sending`
 * by the next leg may or may not have arrived, and becomes `in_doubt` when it is sent once more, never a third time.
 * A refusal takes one step back: nothing was sent by that try. `not_sent` is what is left of a first try, `sending` of a
 * second one.
 */
export interface LedgerPart {
  readonly state: 'sending' | 'sent' | 'in_doubt' | 'not_sent';
  readonly messageId?: number;
  /** Names the menu under it: stored before the menu can be seen, so that whoever comes after a crash shows the same one. */
  readonly nonce?: string;
}

/** The turn that the lane is working on. It ends with the finish write, which removes it together with its entries. */
export interface ActiveTurn {
  readonly id: TurnId;
  /** `upkeep`: the container tends the conversation, as its one command says. */
  readonly kind: 'message' | 'command' | 'heartbeat' | 'upkeep';
  readonly taken: readonly EntryId[];
  readonly startedAtMs: number;
  /** How often a container was asked to start this turn. */
  readonly starts: number;
  /** Part to what happened to it: `draft` is the placeholder, `p0`, `p1` … the parts of the answer. A map, never a list. */
  readonly ledger: Readonly<Record<string, LedgerPart>>;
  /** What the turn was begun with of what was overheard before it. Goes with the turn. */
  readonly overheard?: OverheardById;
  /** The decision that it goes on with, in place of messages. */
  readonly consent?: Consent;
}

/** The mailbox of a lane: everything that must change together, in one item. */
export interface Lane {
  readonly laneId: LaneId;
  readonly inbox: Readonly<Record<EntryId, InboxEntry>>;
  readonly turn?: ActiveTurn;
  readonly lease?: { readonly holder: string; readonly expiresAtMs: number };
  /** Raised by every lease; every write, invoke and save carries it, and a lower one is refused everywhere. */
  readonly fence: number;
  /** Leases in a row that ended by expiry instead of release. */
  readonly crashes: number;
  readonly turnCount: number;
  readonly conversationCount: number;
  readonly runtimeSession?: { readonly id: RuntimeSessionId; readonly startedAtMs: number };
  /**
   * The newest message that the bot has sent here, as far as it knows: a send without an answer is looked for behind it.
   * `unknown` after a turn of which one message may stand in the chat without anybody knowing its number.
   */
  readonly lastMessageId?: number | 'unknown';
  /** The agent is out of reach since then; whoever gets the lease before `retryAtMs` may ask it all the same. */
  readonly outage?: { readonly sinceMs: number; readonly retryAtMs: number };
  /** The channel wants silence until then: whoever gets the lease before it gives the lane back. */
  readonly notBeforeMs?: number;
  /** Said in this group since the last turn began, and asked of nobody. */
  readonly context?: OverheardById;
  /** Messages that were put aside after too many attempts, the newest 20 and 64 KiB. Nobody works on them by themselves. */
  readonly parked?: Readonly<Record<EntryId, InboxEntry>>;
  /** What was chosen for this lane; absent means the default. */
  readonly settings?: LaneSettings;
  /** The tokens that were used here. */
  readonly usage?: LaneUsage;
  /** The menus and cards that can be used, by the number of the message that they stand under. */
  readonly menus?: OpenMenus;
}

/** The right to run one leg on a lane, until `expiresAtMs`. */
export interface Lease {
  readonly laneId: LaneId;
  readonly holder: string;
  readonly fence: number;
  readonly expiresAtMs: number;
}

/** The files of a message, then those of what it answers to, if it asks the agent: a command has no use for them. */
export const filesOf = ({ kind, attachments = [], replyTo }: InboxEntry): readonly Attachment[] => [
  ...attachments,
  ...(kind === 'message' ? (replyTo?.attachments ?? []) : []),
];

/** Waiting entries in the order in which people said them. */
export const inOrder = (inbox: Lane['inbox']): readonly InboxEntry[] =>
  Object.values(inbox).sort(
    (a, b) => a.sentAtEpochS - b.sentAtEpochS || a.sequence - b.sequence || (a.id < b.id ? -1 : 1),
  );

/** A regular check. The system speaks to itself: no words and no sender that anybody could pretend to be. */
export const heartbeatEntry = (scheduledAtMs: number): InboxEntry => ({
  id: heartbeatEntryId(scheduledAtMs),
  kind: 'heartbeat',
  sentAtEpochS: Math.floor(scheduledAtMs / 1000),
  sequence: Math.floor(scheduledAtMs / 60_000),
  sender: { id: 'system', name: 'heartbeat' },
  text: '',
});

export interface ConversationRef {
  readonly laneId: LaneId;
  readonly conversationId: ConversationId;
}
