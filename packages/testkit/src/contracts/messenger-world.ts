import type { Keyboard, LaneAddress, Messenger, Permit, RenderedPart, ReplyFile, TurnId } from '@agent-claw/core';

/** A message as the people in the chat see it. */
export interface SeenMessage {
  readonly messageId: number;
  readonly part: object;
  readonly silent: boolean;
  readonly replyToMessageId?: number;
  /** The turn that the button under it stops. */
  readonly stopButton?: TurnId;
  /** The buttons of the menu under it. */
  readonly keyboard?: Keyboard;
}

export interface MessengerWorld {
  readonly messenger: Messenger;
  /** A private chat that the bot may write to. */
  readonly chat: LaneAddress;
  /** A topic of a group that the bot may write to. */
  readonly topic: LaneAddress;
  /** A group that the bot may write to, and that can move. */
  readonly group: LaneAddress;
  /** A part with formatting that reads `text`. */
  readonly part: (text: string) => RenderedPart;
  /** A file with a line below it. */
  readonly document: (file: ReplyFile, caption: string) => RenderedPart;
  /** Stored files that read so, as one message or as an album; the first has this line below it. */
  readonly files: (contents: readonly string[], caption: string) => Promise<RenderedPart>;
  /** A part with a stored file that is there no more. */
  readonly missingFile: () => Promise<RenderedPart>;
  /** A message of such a file, as it is seen. */
  readonly seenFile: (content: string, caption: string) => object;
  /** The bot's messages there, in order. */
  readonly seen: (at: LaneAddress) => Promise<readonly SeenMessage[]>;
  /** What stands there as a draft, with the turn that its button stops. */
  readonly drafts: (at: LaneAddress) => Promise<readonly { readonly turn: TurnId; readonly part: object }[]>;
  readonly isTyping: (at: LaneAddress) => Promise<boolean>;
  /** The names in the menu of commands there. */
  readonly commands: (at: LaneAddress) => Promise<readonly string[]>;
  /** From here on the person in `chat` wants nothing from the bot. */
  readonly block: () => Promise<void>;
  /** `group` gets another address, which is returned. */
  readonly migrate: () => Promise<LaneAddress>;
  /** `topic` goes away with everything that was said in it; its chat stays. */
  readonly deleteTopic: () => Promise<void>;
  /** A person deletes one of the bot's messages in `chat`. */
  readonly deleteMessage: (at: LaneAddress, messageId: number) => Promise<void>;
  /** The channel answers the next four calls, one of each kind, with a flood wait of so many whole seconds. */
  readonly flood: (retryAfterMs: number) => Promise<void>;
  /** The connection is cut when the next call has taken effect, before its answer arrives. */
  readonly cutAnswer: (of: 'send' | 'edit') => Promise<void>;
  /** The channel cannot be reached for the next four calls; after them the test calls `goOnline`. */
  readonly goOffline: () => Promise<void>;
  readonly goOnline: () => Promise<void>;
}

/** Permits that pass, and that refuse, every call. */
export const always: Permit = () => 10_000;
export const never: Permit = () => null;

/** Sends a text there. @returns its number. */
export const sent = async (world: MessengerWorld, text: string, at = world.chat): Promise<number> => {
  const outcome = await world.messenger.send(at, world.part(text), {}, always);
  if (outcome.kind !== 'sent') throw new Error(`"${text}" was not sent: ${outcome.kind}.`);
  return outcome.messageId;
};
/** What each kind of call comes to, for a message in this chat. */
export const eachCall = async (world: MessengerWorld, messageId: number, permit = always, at = world.chat) => [
  await world.messenger.send(at, world.part('never'), {}, permit),
  await world.messenger.edit(at, messageId, world.part('never'), {}, permit),
  await world.messenger.remove(at, messageId, permit),
  await world.messenger.typing(at, permit),
];
