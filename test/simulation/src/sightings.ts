import type { Keyboard } from '@agent-claw/core';

/** What the judge may look at: what the fake Telegram saw and sent, the alarms, what was parked, and MEMORY.md. */
export interface Sightings {
  readonly updates: readonly SentUpdate[];
  readonly messages: readonly BotMessage[];
  readonly alarms: readonly Alarm[];
  /** `<lane>/<turn>` of what the chat refused for good. */
  readonly undeliverable: ReadonlySet<string>;
  readonly staleCalls: readonly StaleCall[];
  /** The entries that each `<lane>/<turn>` has taken, or that its run was given to read. */
  readonly turns: ReadonlyMap<string, ReadonlySet<string>>;
  /** When each `<lane>/<turn>` was begun. */
  readonly begunAtMs: ReadonlyMap<string, number>;
  /** `<lane>/<entry>` of what was put into a run that went on. */
  readonly steered: ReadonlySet<string>;
  /** How many legs of a lane did not give it back in order. */
  readonly legsLost: ReadonlyMap<string, number>;
  /** How many heartbeats were scheduled. */
  readonly ticks: number;
  /** Lanes that may not be written to any more. */
  readonly closedLanes: ReadonlySet<string>;
  /** Messages that the lanes keep as put aside. */
  readonly parked: ReadonlySet<string>;
  /** Entries that nobody took to their end. */
  readonly waiting: readonly string[];
  readonly memory: MemorySightings;
  /** The calls that the agent had in mind, each of another file. */
  readonly asked: readonly AskedCall[];
  /** Problems that are seen where they happen. */
  readonly seen: readonly string[];
}

/** A call that needs consent. */
export interface AskedCall {
  readonly path: string;
  readonly laneId: string;
  /** The turn that came to it. */
  readonly turnId: string;
  /** The rule that it falls under was allowed for good, so nobody was asked. */
  readonly isFree: boolean;
  /** Its turn was saved as one that waits. */
  isWaiting: boolean;
  /** Each time that it was made. */
  readonly made: { readonly turnId: string; readonly atMs: number }[];
}

export interface MemorySightings {
  readonly text: string;
  /** Lines that a writer was told are in the file. */
  readonly acknowledged: readonly string[];
}

/** One message of the bot, with everything that it ever said. */
export interface BotMessage {
  readonly id: number;
  readonly place: string;
  readonly laneId: string;
  readonly turnId: string | undefined;
  /** Which part of which series it was sent as, if its sender wrote that down first. */
  readonly part: string | undefined;
  /** The turn that the button under it stops. */
  stopButton?: string | undefined;
  /** The buttons of a card, as a phone may show them still when they are gone. */
  card?: Keyboard;
  readonly texts: { readonly atMs: number; readonly text: string; readonly by: string }[];
  /** The sender wrote the message's number into its ledger: it knows that the message is there. */
  noted: boolean;
  notedAtMs?: number;
  deletedAtMs?: number;
  /** A removal was asked for; when the message still stands it was not done. */
  removalAsked: boolean;
  /** A person deleted it, after having seen it. */
  deletedByPerson?: boolean;
}

export interface Decides {
  readonly messageId: number;
  readonly choice: Choice;
  /** By somebody who was not asked. */
  readonly isForeign: boolean;
}
export const CHOICES = ['Allow once', 'Deny', 'Always allow in this chat'] as const;
export type Choice = (typeof CHOICES)[number];

/** One update as Telegram sent it. */
export interface SentUpdate {
  readonly updateId: number;
  readonly laneId: string;
  readonly kind: 'message' | 'command' | 'stop' | 'press' | 'edit' | 'decide';
  /** The word that an answer repeats. */
  readonly token: string;
  readonly command?: string;
  /** Of an edit: the word of the message that it changes. */
  readonly edits?: string;
  /** Of an edit: its words have replaced those that waited. */
  isAmended?: boolean;
  /** Of a pressed button: the turn that it stops. */
  stopsTurn?: string | undefined;
  /** Of a card's button: which card's, and what it says. */
  decides?: Decides;
  /** Nobody may answer it: it comes from somebody who is not on the list. */
  readonly isStranger: boolean;
  /** When the first delivery began. */
  firstDeliveredAtMs?: number;
  /** When Telegram was first told that it may forget the update. */
  acceptedAtMs?: number;
}

export interface Alarm {
  readonly atMs: number;
  readonly name: string;
  readonly laneId?: string;
  readonly turnId?: string | undefined;
}

/** A call to the Bot API that began under a lower fence than one before it. */
export interface StaleCall {
  readonly atMs: number;
  readonly what: string;
  readonly fence: number;
  readonly above: number;
}
